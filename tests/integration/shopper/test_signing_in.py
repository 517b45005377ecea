"""A guest's photos and try-ons through Oscar's own pages: register, sign in, sign out."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from genlook_oscar import clock
from genlook_oscar.models import Consent, Photo, Shopper, TryOn
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("configuration")]
PASSWORD = "a long walk home 7"
JSON = {"HTTP_ACCEPT": "application/json"}


def give(client, color="#aa7744", expected=201):
    answer = client.post(
        reverse("genlook_oscar:photos"),
        {"photo": SimpleUploadedFile("me.jpg", picture(color)), "consent": "1"},
        **JSON,
    )
    assert answer.status_code == expected, answer.content
    return answer.json()["id"]


def try_on(client, product, photo):
    answer = client.post(
        reverse("genlook_oscar:tryons"), {"product": product.pk, "photo": photo}, **JSON
    )
    assert answer.status_code == 202, answer.content
    return answer.json()["id"]


def photos(client):
    answer = client.get(reverse("genlook_oscar:photos"), **JSON)
    return [item["id"] for item in answer.json()["items"]]


def tryons(client):
    answer = client.get(reverse("genlook_oscar:tryons"), **JSON)
    return [item["id"] for item in answer.json()["items"]]


def register(client, email="ann@example.com"):
    answer = client.post(
        reverse("customer:login"),
        {
            "registration-email": email,
            "registration-password1": PASSWORD,
            "registration-password2": PASSWORD,
            "registration_submit": "1",
        },
    )
    assert answer.status_code == 302, answer.content
    return get_user_model().objects.get(email=email)


def sign_in(client, email="ann@example.com"):
    answer = client.post(
        reverse("customer:login"),
        {"login-username": email, "login-password": PASSWORD, "login_submit": "1"},
    )
    assert answer.status_code == 302, answer.content


def sign_out(client):
    assert client.post(reverse("customer:logout")).status_code == 302


@pytest.fixture
def ann(db):
    return get_user_model().objects.create_user("ann", "ann@example.com", PASSWORD)


def test_looking_around_makes_no_session(client, product):
    for address in (
        product.get_absolute_url(),
        reverse("genlook_oscar:photos"),
        reverse("genlook_oscar:tryons"),
    ):
        assert client.get(address, **JSON).status_code == 200
    assert "sessionid" not in client.cookies
    assert not Session.objects.exists()
    assert not Shopper.objects.exists()


def test_who_registers_keeps_what_she_had_as_a_guest(client, product):
    photo = give(client)
    tryon = try_on(client, product, photo)
    user = register(client)
    assert photos(client) == [photo]
    assert tryons(client) == [tryon]
    shopper = Shopper.objects.get()
    assert shopper.user == user
    assert Consent.objects.get().shopper == shopper


def test_who_signs_in_keeps_both(client, ann, product, make_product):
    sign_in(client)
    old = give(client, "#00aa00")
    old_tryon = try_on(client, product, old)
    sign_out(client)
    new = give(client)
    new_tryon = try_on(client, make_product("Wool coat", "#222222"), new)
    assert photos(client) == [new]
    sign_in(client)
    assert set(photos(client)) == {old, new}
    assert set(tryons(client)) == {old_tryon, new_tryon}
    assert Shopper.objects.filter(merged_into__user=ann).count() == 1


def test_the_same_picture_as_guest_and_customer_is_one_photo(client, ann, product):
    sign_in(client)
    first = give(client)
    sign_out(client)
    second = give(client)
    tryon = try_on(client, product, second)
    assert first != second
    sign_in(client)
    assert photos(client) == [first]
    assert tryons(client) == [tryon]
    assert str(TryOn.objects.get().photo_id) == first


def test_on_another_device_she_finds_the_same(client, ann):
    sign_in(client)
    photo = give(client)
    other = Client()
    assert photos(other) == []
    sign_in(other)
    assert photos(other) == [photo]


@pytest.mark.parametrize("as_customer", [True, False])
def test_on_a_shared_computer_nothing_is_left_after_signing_out(client, ann, product, as_customer):
    if as_customer:
        sign_in(client)
        photo = give(client)
    else:
        photo = give(client)
        sign_in(client)
    tryon = try_on(client, product, photo)
    image = reverse("genlook_oscar:photo_image", args=[photo])
    shown = client.get(image)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8\xff")
    sign_out(client)
    assert photos(client) == []
    assert tryons(client) == []
    for address in (image, reverse("genlook_oscar:tryon", args=[tryon])):
        assert client.get(address, **JSON).status_code == 404
    register(client, "bea@example.com")
    assert photos(client) == []
    assert client.get(image).status_code == 404


def test_signing_in_to_the_admin_is_signing_in(client, ann):
    get_user_model().objects.filter(pk=ann.pk).update(is_staff=True, is_superuser=True)
    photo = give(client)
    client.post(
        reverse("admin:login"), {"username": "ann@example.com", "password": PASSWORD, "next": "/"}
    )
    assert photos(client) == [photo]
    assert Photo.objects.get().shopper.user == ann


def test_a_guest_is_forgotten_with_her_session(client):
    give(client)
    Session.objects.all().delete()
    assert photos(client) == []


def test_a_photo_past_its_days_is_nobodys(client):
    photo = give(client)
    with clock.shift(days=7, seconds=1):
        assert photos(client) == []
        image = reverse("genlook_oscar:photo_image", args=[photo])
        assert client.get(image).status_code == 404
