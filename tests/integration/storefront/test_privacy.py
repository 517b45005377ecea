"""Nobody sees another's pictures; she sees hers wherever she is signed in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from genlook_oscar.models import Photo, TryOn

from .conftest import HTML, JSON, Visitor, content

OWN = (
    "/try-on/{tryon}/",
    "/try-on/{tryon}/image/",
    "/try-on/{tryon}/more/",
    "/try-on/photos/{photo}/",
    "/try-on/photos/{photo}/image/",
)


@pytest.mark.parametrize("url", OWN)
@pytest.mark.parametrize("accept", [JSON, HTML])
@pytest.mark.parametrize("who", ["stranger", "customer", "nobody", "staff"])
def test_what_is_anothers_is_the_same_as_what_is_not_there(
    visitor: Visitor,
    product: Any,
    finished: Any,
    request: pytest.FixtureRequest,
    on_commit: Any,
    who: str,
    accept: str,
    url: str,
    django_user_model: Any,
) -> None:
    tryon = finished(visitor, product)
    names = {"tryon": tryon.pk, "photo": tryon.photo_id}
    if who == "nobody":
        other = Visitor(on_commit)
    elif who == "staff":
        other = Visitor(on_commit)
        other.client.force_login(django_user_model.objects.create_superuser("root", "r@x.org"))
    else:
        other = request.getfixturevalue(who)
    theirs = url.format(**names)
    missing = url.format(tryon=uuid.uuid4(), photo=uuid.uuid4())
    methods = ["delete"] if theirs.endswith(f"photos/{tryon.photo_id}/") else ["get"]
    if theirs == f"/try-on/{tryon.pk}/":
        methods = ["get", "delete"]

    for method in methods:
        answers = [
            other.send(method, address, headers={"Accept": accept}) for address in (theirs, missing)
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content.replace(theirs.encode(), b"") == answers[1].content.replace(
            missing.encode(), b""
        )
    tryon.refresh_from_db()
    assert tryon.has_result()
    assert not Photo.objects.get(pk=tryon.photo_id).erased_at


def test_lists_hold_what_is_hers_only(visitor: Visitor, stranger: Visitor, product: Any) -> None:
    mine = visitor.tryon(product)
    his = stranger.tryon(product)

    for one, own in ((visitor, mine), (stranger, his)):
        assert [item["id"] for item in one.json("/try-on/").json()["items"]] == [str(own.pk)]
        (photo,) = one.json("/try-on/photos/").json()["items"][:1]
        assert str(own.photo_id) in [
            item["id"] for item in one.json("/try-on/photos/").json()["items"]
        ]
        assert photo["preview_url"]


def test_a_customer_finds_it_again_on_another_device(
    customer: Visitor, product: Any, finished: Any, on_commit: Any, django_user_model: Any
) -> None:
    tryon = finished(customer, product)
    phone = Visitor(on_commit)
    phone.client.force_login(django_user_model.objects.get(username="ada"))

    body = phone.json(f"/try-on/{tryon.pk}/").json()

    assert content(phone.client.get(body["result_url"]))
    assert phone.json("/try-on/").json()["items"][0]["id"] == str(tryon.pk)


def test_after_logging_out_nothing_is_there(customer: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(customer, product)
    customer.client.get(reverse("customer:logout"))

    assert customer.json(f"/try-on/{tryon.pk}/").status_code == 404
    assert customer.client.get(f"/try-on/{tryon.pk}/image/").status_code == 404
    assert customer.json("/try-on/").json() == {"items": [], "next": None}
    assert customer.json("/try-on/photos/").json() == {"items": []}


@pytest.fixture
def log_in() -> Callable[[Client], None]:
    """Sign Ada in by the shop's own form."""

    def act(client: Client) -> None:
        answer = client.post(
            reverse("customer:login"),
            {
                "login-username": "ada@example.com",
                "login-password": "secret-1",
                "login_submit": "Log In",
            },
        )
        assert answer.status_code == 302, answer.content

    return act


def test_what_a_guest_began_is_hers_after_she_signs_in(
    visitor: Visitor, product: Any, finished: Any, log_in: Any, django_user_model: Any
) -> None:
    django_user_model.objects.create_user("ada", "ada@example.com", "secret-1")
    tryon = finished(visitor, product)
    log_in(visitor.client)

    assert visitor.json(f"/try-on/{tryon.pk}/").json()["status"] == "completed"
    assert content(visitor.client.get(f"/try-on/{tryon.pk}/image/"))
    tryon.refresh_from_db()
    assert tryon.shopper.user is not None
    # And not of the next guest at this device.
    visitor.client.get(reverse("customer:logout"))
    assert visitor.json(f"/try-on/{tryon.pk}/").status_code == 404


def test_a_guest_cannot_name_another_guests_key(
    visitor: Visitor, stranger: Visitor, product: Any
) -> None:
    his = stranger.tryon(product)
    visitor.client.cookies["genlook_shopper"] = str(his.shopper.key)

    assert visitor.json(f"/try-on/{his.pk}/").status_code == 404
    assert TryOn.objects.filter(pk=his.pk, hidden_at=None).exists()
