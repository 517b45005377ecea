"""Try-ons as rows, with the times and the outcome that a test of figures needs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from genlook_oscar.models import Shopper, TryOn

BERLIN = ZoneInfo("Europe/Berlin")
Status = TryOn.Status
Charge = TryOn.Charge
COSTS = {Status.COMPLETED: Charge.SETTLED, Status.EXPIRED: Charge.SETTLED}


def berlin(text: str) -> datetime:
    """A moment as the shop's clocks show it: "2026-11-20 23:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def add_tryon(
    clicked: datetime,
    status: str = Status.COMPLETED,
    *,
    product: Any = None,
    title: str = "",
    seconds: float = 10.0,
    charge: str | None = None,
    error_code: str = "",
    is_test: bool = False,
) -> TryOn:
    """One try-on, of a shopper of its own; final ones ended `seconds` after the click."""
    return TryOn.objects.create(
        shopper=Shopper.objects.create(),
        product=product,
        product_title=title or (product.get_title() if product else ""),
        status=status,
        created_at=clicked,
        deadline_at=clicked + timedelta(minutes=5),
        finished_at=None if status in TryOn.LIVE else clicked + timedelta(seconds=seconds),
        charge=charge or COSTS.get(Status(status), Charge.NONE),
        error_code=error_code,
        is_test=is_test,
    )
