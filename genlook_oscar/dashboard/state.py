"""Today's state in one look."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from .. import clock
from ..conf import conf
from ..engine.counting import spent_since
from ..engine.health import Health, health
from ..engine.messages import explanation
from ..insight.forecast import WEEK, Month, month
from ..insight.period import Period, today
from ..insight.series import Day, as_day, figures
from ..models import Configuration, Counter, TryOn, allowance
from ..models.daily import shop_day

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
class Budget:
    """What the shop may spend until a moment, and what of it is spent; `share` is for a plot.
    `monthly` is the month's, else it is the day's."""

    used: int
    limit: int | None
    until: datetime
    monthly: bool

    @property
    def share(self) -> str:
        """The part that is spent, as SVG reads it."""
        return f"{min(100 * self.used / (self.limit or 1), 100):.2f}%"

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left."""
        return self.limit is not None and self.used >= self.limit


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
    month: Month | None


def state(products: QuerySet[Any] | None, *, with_health: bool) -> State:
    """How try-ons of these products are now; of all with None. A constant number of queries."""
    rows = TryOn.objects.of_shop().by_shoppers().order_by()
    if products is not None:
        rows = rows.filter(product__in=products)
    live = rows.filter(status__in=TryOn.LIVE).aggregate(
        all=Count("pk"), being_made=Count("pk", filter=Q(status=Status.GENERATING))
    )
    week = figures(Period.last(WEEK + 1), products)
    now = health() if with_health else None
    configuration = Configuration.load()
    this_day = as_day(today(), week.pop(today()))
    days = {day: tally.settled for day, tally in week.items()}
    found = _budgets(configuration) if with_health else []
    return State(
        configuration=configuration,
        waiting=live["all"] - live["being_made"],
        being_made=live["being_made"],
        today=this_day,
        troubles=_troubles(rows),
        health=now,
        forecast=_forecast(now.credits, _spent(days)) if now else None,
        budgets=[one for one in found if one.limit is not None],
        month=_month(found, days) if found else None,
    )


def _budgets(configuration: Configuration) -> list[Budget]:
    """The day and the month, with a limit or without."""
    both = allowance.budgets(configuration, clock.now())
    counted = Counter.objects.used(one.name for one in both)
    uncounted = [allowance.begins(one) for one in both if one.name not in counted]
    # The first click begins the count with what was spent before.
    before = dict(zip(uncounted, spent_since(*uncounted), strict=True)) if uncounted else {}
    return [
        Budget(
            used=counted[one.name] if one.name in counted else before[allowance.begins(one)],
            limit=one.limit,
            until=one.until,
            monthly=one.is_monthly,
        )
        for one in both
    ]


def _month(both: list[Budget], days: dict[date, int]) -> Month:
    day, whole = sorted(both, key=lambda one: one.monthly)
    first = (
        TryOn.objects.of_shop().order_by("created_at").values_list("created_at", flat=True).first()
    )
    since = shop_day(first) if first else today()
    return month(whole.used, day.used, days, today(), since)


def _spent(days: dict[date, int]) -> int:
    """The credits of the account in charge that were spent in these days. The figures are of one
    shop; where several share the account, the try-ons are counted."""
    if len(conf.mates) == 1:
        return sum(days.values())
    since, until = Period.last(WEEK + 1).moments()[0], Period.last(1).moments()[0]
    here = TryOn.objects.here().filter(created_at__gte=since, created_at__lt=until)
    return here.filter(charge=TryOn.Charge.SETTLED).count()


def _forecast(credits: int | None, spent: int) -> int | None:
    """Whole days for which the credits last, when so many were spent in a week."""
    if credits is None or not spent:
        return None
    return max(credits, 0) * WEEK // spent


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
