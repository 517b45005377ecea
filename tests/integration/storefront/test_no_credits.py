"""One 402: from then on nobody is asked for a photo or an agreement in vain, until a top-up."""

from __future__ import annotations

from typing import Any

import pytest

from genlook_oscar.models import Account, Consent, Photo, TryOn

from .conftest import Visitor, photo_file

CLOSED = "The fitting room is closed at the moment."


@pytest.fixture
def spent(emulator: Any, stranger: Visitor, product: Any, drain: Any) -> TryOn:
    """Somebody else's click that has met the end of the credits."""
    emulator.control.settings(credits=0)
    photo = Photo.objects.latest("created_at")
    tryon = stranger.tryon(product, str(photo.pk))
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "no_credits"
    return tryon


def asked_of(visitor: Visitor, product: Any) -> list[tuple[int, Any]]:
    """What the next shopper gets: for the room, the form, a photo, and a click."""
    room = visitor.json(f"/try-on/room/{product.pk}/")
    form = visitor.json(f"/try-on/new/{product.pk}/")
    photo = visitor.upload(photo_file("#123456"))
    return [(answer.status_code, answer.json().get("code")) for answer in (room, form, photo)]


def test_the_next_shopper_is_asked_for_nothing(
    visitor: Visitor, spent: TryOn, product: Any
) -> None:
    before = Photo.objects.count(), Consent.objects.count()
    assert asked_of(visitor, product) == [(503, "no_credits")] * 3
    assert (Photo.objects.count(), Consent.objects.count()) == before
    page = visitor.page(product.get_absolute_url()).content.decode()
    assert CLOSED in page
    assert "<genlook-try-on" not in page
    words = visitor.page(f"/try-on/new/{product.pk}/").content.decode()
    assert CLOSED in words
    assert 'type="file"' not in words


def test_who_has_a_photo_already_is_refused_with_the_reason(
    stranger: Visitor, spent: TryOn, make_product: Any, pass_time: Any, sweep: Any, drain: Any
) -> None:
    Consent.objects.all().delete()
    another = make_product("Another")
    for _ in range(3):
        answer = stranger.start(another, str(spent.photo_id))
        assert (answer.status_code, answer.json()["code"]) == (503, "no_credits")
        pass_time(seconds=60)
        sweep()
        drain()


def test_a_top_up_opens_it_within_a_minute(
    visitor: Visitor,
    emulator: Any,
    spent: TryOn,
    product: Any,
    pass_time: Any,
    sweep: Any,
    drain: Any,
) -> None:
    for _ in range(7):
        pass_time(seconds=60)
        sweep()
        drain()
        assert asked_of(visitor, product)[0] == (503, "no_credits")
    emulator.control.settings(credits=10)
    pass_time(seconds=60)
    sweep()
    drain()
    assert Account.load().circuit_reason == ""
    tryon = visitor.tryon(product)
    drain()
    tryon.refresh_from_db()
    assert tryon.status == TryOn.Status.COMPLETED
