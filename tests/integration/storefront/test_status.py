from __future__ import annotations

import json
import sys
import uuid
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.core.cache.backends.locmem import LocMemCache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

import tests.urls
from genlook_oscar.models import Account, TryOn

from .conftest import Visitor, content

FIELDS = {
    "id",
    "status",
    "product",
    "result_url",
    "expires_at",
    "queue_position",
    "poll_after_ms",
    "error",
}


def status(visitor: Visitor, tryon: TryOn) -> Any:
    answer = visitor.json(f"/try-on/{tryon.pk}/")
    assert answer.status_code == 200
    return answer.json()


def set_to(tryon: TryOn, **values: Any) -> None:
    TryOn.objects.filter(pk=tryon.pk).update(**values)


def test_a_waiting_try_on_tells_its_place_and_when_to_ask_again(
    visitor: Visitor, stranger: Visitor, product: Any
) -> None:
    his = stranger.tryon(product)
    hers = visitor.tryon(product)

    body = status(visitor, hers)

    assert set(body) >= FIELDS
    assert body["id"] == str(hers.pk)
    assert body["status"] == "queued"
    assert body["queue_position"] == 2
    assert body["poll_after_ms"] > 0
    assert (body["result_url"], body["expires_at"], body["error"]) == (None, None, None)
    assert "1 other try-on is before yours." in body["text"]
    assert status(stranger, his)["queue_position"] == 1


def test_the_product_is_told_with_its_picture(visitor: Visitor, product: Any) -> None:
    told = status(visitor, visitor.tryon(product))["product"]

    assert told == {
        "id": product.pk,
        "title": "Linen shirt",
        "url": product.get_absolute_url(),
        "image_url": product.primary_image().original.url,
    }


def test_the_product_is_looked_up_once_while_she_waits(visitor: Visitor, product: Any) -> None:
    tryon = visitor.tryon(product)
    first = status(visitor, tryon)

    with CaptureQueriesContext(connection) as captured:
        again = status(visitor, tryon)

    assert again["product"] == first["product"]
    assert not [query for query in captured if "catalogue_product" in query["sql"]]


def test_the_product_is_told_in_each_language_with_its_own_address(
    visitor: Visitor, product: Any, settings: Any, monkeypatch: Any
) -> None:
    shop = ModuleType("shop_in_languages")
    shop.urlpatterns = i18n_patterns(*tests.urls.urlpatterns)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, shop.__name__, shop)
    settings.ROOT_URLCONF = shop.__name__
    with translation.override("en"):
        tryon = visitor.tryon(product)

    def address(language: str) -> Any:
        answer = visitor.json(f"/{language}/try-on/{tryon.pk}/")
        return answer.json()["product"]["url"]

    found = [address(language) for language in ("en", "de", "en", "de")]

    assert [url.split("/")[1] for url in found] == ["en", "de", "en", "de"]


@pytest.mark.parametrize("broken", ["get", "set"])
def test_a_cache_that_is_down_is_no_trouble(
    visitor: Visitor, product: Any, settings: Any, broken: str
) -> None:
    cache = {"BACKEND": f"{__name__}.{broken.title()}IsDown", "LOCATION": broken}
    settings.CACHES = {"default": cache}
    tryon = visitor.tryon(product)

    told = [status(visitor, tryon)["product"]["id"] for _ in range(2)]

    assert told == [product.pk, product.pk]


class GetIsDown(LocMemCache):
    def get(self, *args: Any, **kwargs: Any) -> Any:
        raise ConnectionError("the cache is down")


class SetIsDown(LocMemCache):
    def set(self, *args: Any, **kwargs: Any) -> None:
        raise ConnectionError("the cache is down")


def test_a_variant_without_a_picture_is_told_with_its_parents(
    visitor: Visitor, make_product: Any
) -> None:
    parent = make_product(title="Jumper", structure="parent")
    child = make_product(title="Jumper, rust", structure="child", parent=parent, color=None)

    told = status(visitor, visitor.tryon(child))["product"]

    assert (told["id"], told["title"]) == (child.pk, "Jumper, rust")
    assert told["image_url"] == parent.primary_image().original.url


def test_a_product_that_left_the_shop_keeps_its_title(visitor: Visitor, product: Any) -> None:
    tryon = visitor.tryon(product)
    product.delete()

    told = status(visitor, tryon)["product"]

    assert told == {"id": None, "title": "Linen shirt", "url": None, "image_url": None}


@pytest.mark.parametrize("hidden", ["child", "parent"])
def test_a_product_that_the_shop_hides_has_no_address(
    visitor: Visitor, make_product: Any, hidden: str
) -> None:
    parent = make_product(title="Jumper", structure="parent")
    child = make_product(title="Jumper, rust", structure="child", parent=parent)
    tryon = visitor.tryon(child)
    type(child).objects.filter(pk={"child": child, "parent": parent}[hidden].pk).update(
        is_public=False
    )

    told = status(visitor, tryon)["product"]

    assert told == {"id": child.pk, "title": "Jumper, rust", "url": None, "image_url": None}


def test_being_sent_counts_as_waiting(visitor: Visitor, product: Any) -> None:
    tryon = visitor.tryon(product)
    assert TryOn.objects.claim(tryon.pk, 60)

    assert status(visitor, tryon)["status"] == "queued"


def test_a_generating_try_on_has_no_place_in_the_queue(
    visitor: Visitor, product: Any, pass_time: Any
) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="generating", generation_id="g1", accepted_at=tryon.created_at)
    pass_time(seconds=4)

    body = status(visitor, tryon)

    assert (body["status"], body["queue_position"]) == ("generating", None)
    assert body["elapsed_seconds"] == 4
    assert 0 < body["expected_seconds"] <= 8
    assert body["text"].startswith("Your picture is being made. About ")


def test_a_completed_try_on_leads_to_its_picture(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)

    body = status(visitor, tryon)

    assert body["status"] == "completed"
    assert datetime.fromisoformat(body["expires_at"]) == tryon.expires_at
    assert (body["poll_after_ms"], body["queue_position"], body["error"]) == (0, None, None)
    assert body["photo"]["id"] == str(tryon.photo_id)
    picture = visitor.client.get(body["result_url"])
    assert picture.status_code == 200
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert picture.headers["Cache-Control"].startswith("private, max-age=")
    assert picture.headers["Content-Disposition"] == 'inline; filename="linen-shirt.jpg"'
    with tryon.result.open() as stored:
        assert content(picture) == stored.read()


def test_a_picture_over_its_time_is_expired_before_the_sweep_comes_by(
    visitor: Visitor, product: Any, finished: Any, pass_time: Any
) -> None:
    tryon = finished(visitor, product)
    pass_time(days=7, seconds=1)

    body = status(visitor, tryon)

    assert (body["status"], body["result_url"], body["expires_at"]) == ("expired", None, None)
    assert visitor.client.get(f"/try-on/{tryon.pk}/image/").status_code == 404


@pytest.mark.parametrize(
    ("charge", "charged"),
    [
        (TryOn.Charge.NONE, False),
        (TryOn.Charge.RELEASED, False),
        (TryOn.Charge.SETTLED, True),
        (TryOn.Charge.UNCERTAIN, None),
        (TryOn.Charge.RESERVED, None),
    ],
)
def test_a_failure_says_what_it_cost(
    visitor: Visitor, product: Any, charge: str, charged: bool | None
) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="failed", error_code="generation_failed", charge=charge)

    error = status(visitor, tryon)["error"]

    assert set(error) == {"code", "message", "retryable", "charged"}
    assert error["code"] == "generation_failed"
    assert error["retryable"] is True
    assert error["charged"] is charged


def test_a_refused_photo_cannot_be_retried(
    visitor: Visitor, product: Any, emulator: Any, drain: Any
) -> None:
    emulator.control.fault(
        "error",
        path="/images/upload",
        times=None,
        status=400,
        code="INVALID_IMAGE",
        message="no person",
    )
    tryon = visitor.tryon(product)
    drain()

    body = status(visitor, tryon)

    assert body["status"] == "failed"
    assert body["error"]["code"] == "photo_refused"
    assert body["error"]["retryable"] is False
    assert "no person" not in json.dumps(body)


def test_a_deleted_try_on_is_gone_with_its_picture(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    file = tryon.result

    answer = visitor.send("delete", f"/try-on/{tryon.pk}/")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not file.storage.exists(file.name)
    assert visitor.json(f"/try-on/{tryon.pk}/").status_code == 404
    assert visitor.client.get(f"/try-on/{tryon.pk}/image/").status_code == 404
    assert visitor.json("/try-on/").json()["items"] == []


def test_a_waiting_try_on_is_cancelled_before_anything_is_spent(
    visitor: Visitor, product: Any, emulator: Any, drain: Any
) -> None:
    tryon = visitor.tryon(product)

    assert visitor.send("delete", f"/try-on/{tryon.pk}/").status_code == 204
    drain()

    tryon.refresh_from_db()
    assert tryon.status == "cancelled"
    assert emulator.control.state()["generations"] == []


def test_an_unknown_try_on_is_404(visitor: Visitor) -> None:
    answer = visitor.json(f"/try-on/{uuid.uuid4()}/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_who_asks_for_a_live_try_on_sees_to_it_that_somebody_watches(
    visitor: Visitor, product: Any
) -> None:
    tryon = visitor.tryon(product)
    Account.objects.update(watcher="", watcher_until=None, watcher_asked_at=None)

    visitor.json(f"/try-on/{tryon.pk}/")

    assert Account.objects.get().watcher_asked_at is not None
