"""Figures of try-ons over a range of days, as plain dataclasses.

Days that are over come from what is kept of them, the others from the try-ons themselves
(see `rollup`), so that the cost does not grow with the number of try-ons. Each function takes
a queryset of Oscar products to count the try-ons of these only; None counts all.

A day is a day of the shop's clock (`TIME_ZONE`), and a try-on belongs to the day of its click,
so that all columns of a day speak of the same try-ons.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet, Sum

from ..models import ProductDay
from . import rollup
from .counting import tallies
from .period import DAY, Period, runs
from .tally import NUMBERS, Tally, TimeToPicture

__all__ = [
    "DAY",
    "OUTCOMES",
    "Day",
    "Period",
    "TimeToPicture",
    "by_day",
    "figures",
    "time_to_picture",
]


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


def figures(period: Period, products: QuerySet[Any] | None = None) -> dict[date, Tally]:
    """What was counted of each day of the period, days without any try-on included."""
    found = {day: Tally() for day in period.days()}
    if products is None:
        kept = {row.day: row for row in _kept(period)}
        for day, row in kept.items():
            found[day].add(row)
        open_days = found.keys() - kept.keys()
    else:
        days = set(_kept(period).values_list("day", flat=True))
        _add_own(found, days, products)
        open_days = found.keys() - days
    if open_days:
        # Of some products, a shopper counts once for each: that is all that can be kept.
        by_product = products is not None
        for key, tally in tallies(runs(open_days), products, by_product=by_product).items():
            found[key[0]].add(tally)
    return found


def by_day(period: Period, products: QuerySet[Any] | None = None) -> list[Day]:
    """The try-ons and credits of each day of the period, days without any included."""
    return [as_day(day, tally) for day, tally in figures(period, products).items()]


def as_day(day: date, tally: Tally) -> Day:
    """What is shown of one day's count."""
    names = (*OUTCOMES, "settled", "uncertain")
    return Day(day, **{name: getattr(tally, name) for name in names})


def time_to_picture(period: Period, products: QuerySet[Any] | None = None) -> TimeToPicture:
    """The median and the 95th percentile of the time from click to picture."""
    return TimeToPicture.of(figures(period, products).values())


def _kept(period: Period) -> QuerySet[Any]:
    return rollup.kept().filter(day__range=(period.start, period.end)).order_by()


def _add_own(found: dict[date, Tally], days: set[date], products: QuerySet[Any]) -> None:
    """Add what is kept of these days and products."""
    rows = ProductDay.objects.filter(day__in=days, product__in=products).order_by()
    sums: Any = rows.values("day").annotate(**{name: Sum(name) for name in NUMBERS})
    for row in sums:
        tally = found[row["day"]]
        for name in NUMBERS:
            setattr(tally, name, getattr(tally, name) + row[name])
    for day, seconds in rows.exclude(completed=0).values_list("day", "seconds").iterator():
        found[day].add_seconds(seconds)
