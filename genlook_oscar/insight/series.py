"""Figures of try-ons over a range of days, as plain dataclasses.

Each function is one query that the database answers in groups, so its cost in memory does
not grow with the number of try-ons. Each takes a queryset of Oscar products to count the
try-ons of these only; None counts all.

A day is a day of the current time zone, and a try-on belongs to the day of its click, so
that all columns of a day speak of the same try-ons. On MySQL, the server needs its time zone
tables (`mysql_tzinfo_to_sql`), as for everything in Django that asks for local days.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, Max, Q, QuerySet, Value, When
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone, localtime, make_aware

from .. import clock
from ..models import TryOn

Status = TryOn.Status
Charge = TryOn.Charge
PICTURED = (Status.COMPLETED, Status.EXPIRED)
"""An expired try-on had its picture; its days are over, or the shopper deleted it."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included. Raises ValueError when `end` comes first."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("A period does not end before it starts.")

    @classmethod
    def last(cls, days: int) -> "Period":
        """The last `days` days in the current time zone, today included."""
        today = localtime(clock.now()).date()
        return cls(today - (days - 1) * DAY, today)

    @property
    def length(self) -> int:
        """The number of days, 1 or more."""
        return (self.end - self.start).days + 1

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.start + number * DAY for number in range(self.length))

    def moments(self) -> tuple[datetime, datetime]:
        """The first moment, and the first one that no longer belongs to it; in UTC, where
        hours are not skipped or repeated."""
        return _midnight(self.start), _midnight(self.end + DAY)


@dataclass(frozen=True)
class Day:
    """The try-ons clicked on one day, by outcome, and the credits that they cost.

    `under_way` have no outcome yet. `settled` credits were charged, `uncertain` ones may
    have been: the answer was lost. A failed try-on may have a settled credit, where the
    picture was made and could not be fetched.
    """

    day: date
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    under_way: int = 0
    settled: int = 0
    uncertain: int = 0

    @property
    def total(self) -> int:
        """All try-ons of the day."""
        return self.completed + self.failed + self.cancelled + self.under_way


OUTCOMES = ("completed", "failed", "cancelled", "under_way")
"""The fields of `Day` that add up to its total."""


@dataclass(frozen=True)
class TimeToPicture:
    """Seconds from the click until the picture was in the shop, exact to a tenth; over
    `count` pictures. None where there is no picture. `p95`: 95 of 100 came within it."""

    count: int
    median: float | None
    p95: float | None


@dataclass(frozen=True)
class Tried:
    """How often one product was tried on. `product_id` is None when it is deleted; `title`
    is what it was called at a try-on."""

    product_id: int | None
    title: str
    total: int
    completed: int


def by_day(period: Period, products: QuerySet[Any] | None = None) -> list[Day]:
    """The try-ons and credits of each day of the period, days without any included."""
    rows = (
        clicked_in(period, products)
        .annotate(day=TruncDate("created_at", tzinfo=get_current_timezone()))
        .values_list("day", "status", "charge")
        .annotate(count=Count("*"))
    )
    found: dict[date, dict[str, int]] = {day: {} for day in period.days()}
    for day, status, charge, count in rows:
        counts = found[day]
        names = [_outcome(status)]
        if charge in (Charge.SETTLED, Charge.UNCERTAIN):
            names.append(charge)
        for name in names:
            counts[name] = counts.get(name, 0) + count
    return [Day(day, **counts) for day, counts in found.items()]


def time_to_picture(period: Period, products: QuerySet[Any] | None = None) -> TimeToPicture:
    """The median and the 95th percentile of the time from click to picture.

    The database counts the pictures by tenths of a second, and the ranks are found in those
    counts: one pass without sorting, in the same SQL functions on SQLite, PostgreSQL and
    MySQL, none of which share a percentile. A few hundred groups come back, however many
    pictures there are. The percentile is the nearest rank: a time that some shopper waited.
    """
    rows = (
        clicked_in(period, products)
        .filter(status__in=PICTURED, finished_at__isnull=False)
        .annotate(tenths=Tenths(F("finished_at") - F("created_at")))
        .values_list("tenths")
        .annotate(count=Count("*"))
    )
    # Sorted here: asked for an order, PostgreSQL sorts all rows before it counts them.
    counts: list[tuple[int, int]] = sorted(rows)
    total = sum(count for _tenths, count in counts)
    return TimeToPicture(total, _at_rank(counts, total, 50), _at_rank(counts, total, 95))


def most_tried(
    period: Period, products: QuerySet[Any] | None = None, *, limit: int = 10
) -> list[Tried]:
    """The products that were tried on most, the most tried first; variants count apart."""
    # A deleted product is still known by the title that its try-ons keep.
    gone = Case(When(product__isnull=True, then=F("product_title")), default=Value(""))
    rows = (
        clicked_in(period, products)
        .values("product_id", gone=gone)
        .annotate(
            title=Max("product_title"),
            total=Count("*"),
            completed=Count("pk", filter=Q(status__in=PICTURED)),
        )
        .order_by("-total", "title", "product_id")[:limit]
    )
    return [Tried(row["product_id"], row["title"], row["total"], row["completed"]) for row in rows]


def clicked_in(period: Period, products: QuerySet[Any] | None = None) -> QuerySet[TryOn]:
    """The try-ons clicked in the period, in no order."""
    first, after = period.moments()
    rows = TryOn.objects.filter(created_at__gte=first, created_at__lt=after).order_by()
    return rows if products is None else rows.filter(product__in=products)


class Tenths(Func):
    """A duration as a whole number of tenths of a second, rounded."""

    # Where a database has no type for durations, Django keeps them in microseconds.
    template = "FLOOR((%(expressions)s + 50000) / 100000)"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)) * 10 + 0.5)::integer"
        return super().as_sql(compiler, connection, template=template, **context)


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time())).astimezone(timezone.utc)


def _outcome(status: str) -> str:
    if status in TryOn.LIVE:
        return "under_way"
    return "completed" if status in PICTURED else status


def _at_rank(counts: list[tuple[int, int]], total: int, percent: int) -> float | None:
    """The value at the nearest rank, in seconds, of (tenths, count) in ascending order."""
    rank = math.ceil(total * percent / 100)
    for tenths, count in counts:
        rank -= count
        if rank <= 0:
            return tenths / 10
    return None
