"""What a click is counted for, in its transaction: the shopper's try-ons and the credits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import LessThan

from ..models import Configuration, Counter, Shopper, TryOn
from ..models.allowance import Allowance, begins
from ..models.numbers import number
from ..models.tryon import TryOnQuerySet
from ..visitor import Visitor

COSTING = (TryOn.Charge.RESERVED, TryOn.Charge.SETTLED, TryOn.Charge.UNCERTAIN)


def take(
    shopper: Shopper, allowances: Sequence[Allowance], configuration: Configuration, who: Visitor
) -> str:
    """Count a try-on of the shopper, whose row the open transaction has locked, for all the
    allowances; return the names of the counters, for `TryOn.counted`.

    Raises `Spent`; its allowance is None when she has as many try-ons under way as she may.
    One statement, in which the database judges all limits; more when a window begins.
    """
    at_once = (
        configuration.customer_tryons_at_once
        if who.is_customer
        else configuration.guest_tryons_at_once
    )
    room = None if at_once is None else Q(LessThan(_under_way(shopper), Value(at_once)))
    hers = Shopper.objects.filter(pk=shopper.pk)
    return Counter.objects.take(_with_spent(allowances), room, hers)


def spent_since(*moments: datetime) -> list[int]:
    """The credits of the try-ons clicked since each moment: spent, or about to be. One query."""
    since = {
        f"since_{number}": Count("pk", filter=Q(created_at__gte=moment))
        for number, moment in enumerate(moments)
    }
    return list(_costing(min(moments)).aggregate(**since).values())


def _costing(moment: datetime) -> TryOnQuerySet:
    rows = TryOn.objects.of_shop().filter(created_at__gte=moment)
    return rows.filter(Q(charge__in=COSTING) | Q(status__in=TryOn.LIVE)).order_by()


def _with_spent(allowances: Sequence[Allowance]) -> list[Allowance]:
    """A window of credits begins with what our rows know to be spent in it: nothing on most
    days, more in the month of an upgrade or of a restored database."""
    return [
        replace(one, first=number(_costing(begins(one))))
        if one.is_credit and one.used is None
        else one
        for one in allowances
    ]


def _under_way(shopper: Shopper) -> Any:
    live = TryOn.objects.of_shop().filter(shopper=shopper, status__in=TryOn.LIVE).order_by()
    count = live.values("shopper").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count), 0)
