"""Today's state in one look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from .. import clock
from ..engine.counting import spent_since
from ..engine.health import Health, health
from ..engine.messages import explanation
from ..insight.period import Period, today
from ..insight.series import Day, as_day, figures
from ..models import Configuration, Counter, TryOn, allowance

RECENT = timedelta(days=7)
PACE_DAYS = 7
"""A whole week, because weekends are not like other days."""
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
class Budget:
    """What the shop may spend until a moment, and what of it is spent; `share` is for a plot.
    `monthly` is the month's, else it is the day's."""

    used: int
    limit: int
    until: datetime
    monthly: bool

    @property
    def share(self) -> str:
        """The part that is spent, as SVG reads it."""
        return f"{min(100 * self.used / self.limit, 100):.2f}%"

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.used >= self.limit


@dataclass(frozen=True)
class State:
    """`health` is the whole shop's; None for whom it is no business. `forecast` is for how
    many days the credits last at the pace of the last whole week; None where nobody knows."""

    configuration: Configuration
    waiting: int
    being_made: int
    today: Day
    troubles: list[Trouble]
    health: Health | None
    forecast: int | None
    budgets: list[Budget]


def state(products: QuerySet[Any] | None, *, with_health: bool) -> State:
    """How try-ons of these products are now; of all with None. A constant number of queries."""
    rows = TryOn.objects.order_by()
    if products is not None:
        rows = rows.filter(product__in=products)
    live = rows.filter(status__in=TryOn.LIVE).aggregate(
        all=Count("pk"), being_made=Count("pk", filter=Q(status=Status.GENERATING))
    )
    week = figures(Period.last(PACE_DAYS + 1), products)
    now = health() if with_health else None
    configuration = Configuration.load()
    return State(
        configuration=configuration,
        waiting=live["all"] - live["being_made"],
        being_made=live["being_made"],
        today=as_day(today(), week.pop(today())),
        troubles=_troubles(rows),
        health=now,
        forecast=_forecast(now.credits, sum(day.settled for day in week.values())) if now else None,
        budgets=_budgets(configuration) if with_health else [],
    )


def _budgets(configuration: Configuration) -> list[Budget]:
    set_ones = allowance.set_budgets(configuration, clock.now())
    if not set_ones:
        return []
    counted = Counter.objects.used(one.name for one in set_ones)
    found = []
    for one in set_ones:
        used = counted.get(one.name)
        if used is None:
            # The first click begins the count with what was spent before.
            used = spent_since(allowance.begins(one))[0]
        monthly = len(one.name.removeprefix(allowance.CREDIT)) == len("2026-11")
        found.append(Budget(used, one.limit or 0, one.until, monthly))
    return found


def _forecast(credits: int | None, spent: int) -> int | None:
    """Whole days for which the credits last, when so many were spent in `PACE_DAYS`."""
    if credits is None or not spent:
        return None
    return max(credits, 0) * PACE_DAYS // spent


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
