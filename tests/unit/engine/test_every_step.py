"""One try-on, and a process that dies, or stands still for too long, at each step in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genlook_oscar.engine import sweeping
from genlook_oscar.models import TryOn

from .shop import Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.anydb, pytest.mark.slow]


@pytest.fixture
def goods(make_product: Callable[..., Any]) -> list[Any]:
    return [make_product()]


def test_wherever_a_process_dies_all_ends_well(
    emulator: Any, monkeypatch: Any, goods: list[Any]
) -> None:
    ends = set()
    for step in range(1000):
        with Shop(monkeypatch, emulator, goods) as shop:
            reached = _one_life(shop, step, None)
            ends |= _ended(shop)
        if not reached:
            break
    assert step > 30
    # The request had left, or might have: only that may not be made good unasked.
    assert ends == {("completed", "settled"), ("failed", "uncertain")}


def test_wherever_a_process_stands_still_all_ends_well(
    emulator: Any, monkeypatch: Any, goods: list[Any]
) -> None:
    """For so long that others take its work away, do it, and it comes back then."""
    ends = set()
    for step in range(1000):
        with Shop(monkeypatch, emulator, goods) as shop:

            def others(shop: Shop = shop) -> None:
                shop.time.passes(130)
                sweeping.sweep()
                shop.work()

            reached = _one_life(shop, step, others)
            ends |= _ended(shop)
        if not reached:
            break
    assert step > 30
    assert ("completed", "settled") in ends
    assert ends <= {("completed", "settled"), ("failed", "uncertain")}


def _one_life(shop: Shop, step: int, happens: Callable[[], None] | None) -> bool:
    """From the click to the picture; whether `step` is one of its steps that have an effect."""
    shop.emulator._world.change({"generation_seconds": 0})

    def life() -> None:
        shop.click(0, 0)
        shop.work()

    return shop.process.run(life, "effect", step, happens)


def _ended(shop: Shop) -> set[tuple[str, str]]:
    """How all has ended: by itself, by repair, or by the shopper's next click."""
    shop.settle(TryOn.objects.live().exists, 15, "live")
    if not TryOn.objects.exists():
        # She met an error page, and clicks again.
        shop.click(0, 0)
        shop.settle(TryOn.objects.live().exists, 15, "live")
    shop.check()
    return {(row.status, row.charge) for row in TryOn.objects.all()}
