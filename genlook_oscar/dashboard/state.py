"""Today's state in one look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from .. import clock
from ..engine.health import Health, health
from ..engine.messages import explanation
from ..insight.series import Day, Period, by_day
from ..models import Configuration, TryOn

RECENT = timedelta(days=7)
SHOWN = 5

Status = TryOn.Status


@dataclass(frozen=True)
class Trouble:
    """Failed try-ons with one error code: what it means, how many, and when the last was."""

    code: str
    explanation: str
    count: int
    last: datetime


@dataclass(frozen=True)
class State:
    """`health` is the whole shop's; None for whom it is no business."""

    configuration: Configuration
    waiting: int
    being_made: int
    today: Day
    troubles: list[Trouble]
    health: Health | None


def state(products: QuerySet[Any] | None, *, with_health: bool) -> State:
    """How try-ons of these products are now; of all with None. A constant number of queries."""
    rows = TryOn.objects.order_by()
    if products is not None:
        rows = rows.filter(product__in=products)
    live = rows.filter(status__in=TryOn.LIVE).aggregate(
        all=Count("pk"), being_made=Count("pk", filter=Q(status=Status.GENERATING))
    )
    return State(
        configuration=Configuration.load(),
        waiting=live["all"] - live["being_made"],
        being_made=live["being_made"],
        today=by_day(Period.last(1), products)[0],
        troubles=_troubles(rows),
        health=health() if with_health else None,
    )


def _troubles(rows: QuerySet[TryOn]) -> list[Trouble]:
    found = (
        rows.filter(status=Status.FAILED, created_at__gte=clock.now() - RECENT)
        .values("error_code")
        .annotate(count=Count("pk"), last=Max("finished_at"))
        .order_by("-last")[:SHOWN]
    )
    return [
        Trouble(row["error_code"], explanation(row["error_code"]), row["count"], row["last"])
        for row in found
    ]
