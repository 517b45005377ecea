from __future__ import annotations

import uuid
from typing import Any

import pytest
from django_q.models import OrmQ

from genlook_oscar.models import Photo, TryOn

from .conftest import JSON, Visitor

TRYONS = "/try-on/"


def test_a_click_is_accepted_with_an_address_for_good(visitor: Visitor, product: Any) -> None:
    photo = visitor.photo()
    answer = visitor.start(product, photo)

    assert answer.status_code == 202
    body = answer.json()
    assert set(body) == {"id", "status", "url", "poll_after_ms", "expected_seconds"}
    assert body["status"] == "queued"
    assert body["poll_after_ms"] > 0
    assert body["expected_seconds"] > 0
    assert answer.headers["Location"] == body["url"] == f"/try-on/{body['id']}/"
    tasks = [row.func() for row in OrmQ.objects.order_by("pk")]
    assert tasks[-1] == "genlook_oscar.tasks.submit"


def test_a_form_may_begin_a_try_on_as_well(visitor: Visitor, product: Any) -> None:
    fields = {"product": product.pk, "photo": visitor.photo()}

    assert visitor.send("post", TRYONS, fields).status_code == 202
    led = visitor.submit(TRYONS, fields)
    assert led.status_code == 303
    assert led.headers["Location"] == f"/try-on/{TryOn.objects.get().pk}/"


def test_the_very_same_picture_is_given_again_for_nothing(
    visitor: Visitor, product: Any, finished: Any, emulator: Any
) -> None:
    first = finished(visitor, product)
    spent = emulator.control.state()["charged"]

    answer = visitor.start(product, str(first.photo_id))

    assert answer.status_code == 200
    body = answer.json()
    assert body["reused"] is True
    assert (body["id"], body["status"]) == (str(first.pk), "completed")
    assert body["poll_after_ms"] == 0
    assert emulator.control.state()["charged"] == spent == 1


def test_the_same_click_twice_is_one_try_on(visitor: Visitor, product: Any) -> None:
    photo = visitor.photo()
    first = visitor.start(product, photo, idempotency_key="once")
    again = visitor.start(product, photo, idempotency_key="once")

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert TryOn.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"product", "photo"}),
        ({"product": "shirt", "photo": str(uuid.uuid4())}, {"product"}),
        ({"product": 1, "photo": "mine"}, {"photo"}),
        ({"product": 0, "photo": 7}, {"product", "photo"}),
        ({"product": 10**30, "photo": str(uuid.uuid4())}, {"product"}),
        ({"product": [1], "photo": {"id": 1}}, {"product", "photo"}),
        ({"product": True, "photo": None}, {"product", "photo"}),
        (
            {"product": 1, "photo": str(uuid.uuid4()), "idempotency_key": "k" * 65},
            {"idempotency_key"},
        ),
    ],
)
def test_faulty_fields_are_named(visitor: Visitor, fields: Any, wrong: set[str]) -> None:
    answer = visitor.send("post", TRYONS, fields, content_type=JSON)

    assert answer.status_code == 400
    body = answer.json()
    assert (body["code"], body["status"]) == ("invalid", 400)
    assert {detail["field"] for detail in body["details"]} == wrong
    assert all(set(detail) == {"field", "code", "message"} for detail in body["details"])


@pytest.mark.parametrize(
    "body", [" ", "{", "[]", "1", '"product"', "null", b"\xff\xfe", "[" * 50_000]
)
def test_a_body_that_is_no_json_object_is_a_bad_request(visitor: Visitor, body: Any) -> None:
    answer = visitor.send("post", TRYONS, body, content_type=JSON)

    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "status"}
    assert answer.json()["code"] == "bad_request"


def test_a_body_that_is_far_too_long_is_413(visitor: Visitor) -> None:
    answer = visitor.send("post", TRYONS, {"product": "1" * 70_000}, content_type=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_an_unknown_photo_and_another_shoppers_are_the_same(
    visitor: Visitor, stranger: Visitor, product: Any
) -> None:
    visitor.photo()
    his = Photo.objects.exclude(shopper__key=visitor.client.session["genlook_shopper"]).get()

    unknown = visitor.start(product, str(uuid.uuid4()))
    foreign = visitor.start(product, str(his.pk))

    assert unknown.status_code == foreign.status_code == 404
    assert unknown.json() == foreign.json()
    assert unknown.json()["code"] == "photo_not_found"


def test_a_photo_that_is_over_its_time_is_no_photo(
    visitor: Visitor, product: Any, pass_time: Any
) -> None:
    photo = visitor.photo()
    pass_time(days=7, seconds=1)

    assert visitor.start(product, photo).json()["code"] == "photo_not_found"


def test_an_unknown_product_and_a_hidden_one_are_the_same(
    visitor: Visitor, make_product: Any
) -> None:
    photo = visitor.photo()
    hidden = make_product(title="Not out yet", is_public=False)
    gone = make_product()
    pk = gone.pk
    gone.delete()
    gone.pk = pk

    unknown, secret = visitor.start(gone, photo), visitor.start(hidden, photo)

    assert unknown.status_code == secret.status_code == 404
    assert unknown.json() == secret.json()
    assert unknown.json()["code"] == "product_not_found"


def test_a_product_without_a_picture_is_refused(visitor: Visitor, make_product: Any) -> None:
    answer = visitor.start(make_product(color=None), visitor.photo())

    assert (answer.status_code, answer.json()["code"]) == (403, "not_for_this_product")


def test_a_closed_shop_says_so(visitor: Visitor, product: Any, configuration: Any) -> None:
    photo = visitor.photo()
    configuration.enabled = False
    configuration.save()

    answer = visitor.start(product, photo)

    assert (answer.status_code, answer.json()["code"]) == (403, "off")
    page = visitor.submit(TRYONS, {"product": product.pk, "photo": photo})
    assert page.status_code == 403
    assert answer.json()["message"].encode() in page.content


def test_a_new_wording_must_be_agreed_to_before_the_next_click(
    visitor: Visitor, product: Any, configuration: Any
) -> None:
    photo = visitor.photo()
    configuration.privacy_url = "/privacy/"
    configuration.save()

    refused = visitor.start(product, photo)
    assert (refused.status_code, refused.json()["code"]) == (400, "consent_needed")
    assert visitor.start(product, photo, consent=True).status_code == 202


def test_what_she_had_as_a_guest_serves_where_only_customers_may_try_on(
    visitor: Visitor, product: Any, configuration: Any, django_user_model: Any
) -> None:
    photo = visitor.photo()
    key = visitor.client.session["genlook_shopper"]
    configuration.audience = "customers"
    configuration.save()
    assert visitor.start(product, photo).json()["code"] == "sign_in_first"

    # As after a login that could not bring along what she had.
    visitor.client.force_login(django_user_model.objects.create_user("ada", "a@example.com"))
    session = visitor.client.session
    session["genlook_shopper"] = key
    session.save()

    assert visitor.start(product, photo).status_code == 202
