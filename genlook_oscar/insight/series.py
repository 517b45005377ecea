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

from django.db.models import Case, F, Max, Q, QuerySet, Sum, Value, When

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
    "Tried",
    "by_day",
    "figures",
    "most_tried",
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


@dataclass(frozen=True)
class Tried:
    """How often one product was tried on. `product_id` is None when it is deleted; `title`
    is what it was called at a try-on."""

    product_id: int | None
    title: str
    total: int
    completed: int


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


def most_tried(
    period: Period, products: QuerySet[Any] | None = None, *, limit: int = 10
) -> list[Tried]:
    """The products that were tried on most, the most tried first; variants count apart."""
    days = set(_kept(period).values_list("day", flat=True))
    found: dict[tuple[int | None, str], Tried] = {}
    today = _open_products(set(period.days()) - days, products)
    rows = _own(ProductDay.objects.filter(day__in=days), products)
    # A deleted product is still known by the title that its try-ons keep.
    gone = Case(When(product__isnull=True, then=F("title")), default=Value(""))
    sums = (
        rows.order_by()
        .values_list("product_id", gone)
        .annotate(
            name=Max("title"),
            total=Sum(F("completed") + F("failed") + F("cancelled")),
            pictures=Sum("completed"),
        )
        .order_by("-total", "name", "product_id")
    )
    # Whoever is not among the open days' products and not among the first of the kept days
    # cannot be among the first of both.
    also = Q(product_id__in=[pk for pk, _gone in today if pk]) | Q(
        product_id=None, title__in=[title for pk, title in today if not pk]
    )
    for some in (sums[:limit], sums.filter(also) if today else ()):
        for pk, title, name, total, pictures in some:
            found[pk, title] = Tried(pk, name, total, pictures)
    for key, row in today.items():
        before = found.get(key, Tried(key[0], "", 0, 0))
        found[key] = Tried(
            row.product_id,
            max(before.title, row.title),
            before.total + row.total,
            before.completed + row.completed,
        )
    order = sorted(found.values(), key=lambda row: (-row.total, row.title, row.product_id or 0))
    return order[:limit]


def _kept(period: Period) -> QuerySet[Any]:
    return rollup.kept().filter(day__range=(period.start, period.end)).order_by()


def _own(rows: QuerySet[ProductDay], products: QuerySet[Any] | None) -> QuerySet[ProductDay]:
    return rows if products is None else rows.filter(product__in=products)


def _add_own(found: dict[date, Tally], days: set[date], products: QuerySet[Any]) -> None:
    """Add what is kept of these days and products."""
    rows = _own(ProductDay.objects.filter(day__in=days), products).order_by()
    sums: Any = rows.values("day").annotate(**{name: Sum(name) for name in NUMBERS})
    for row in sums:
        tally = found[row["day"]]
        for name in NUMBERS:
            setattr(tally, name, getattr(tally, name) + row[name])
    for day, seconds in rows.exclude(completed=0).values_list("day", "seconds").iterator():
        found[day].add_seconds(seconds)


def _open_products(
    days: set[date], products: QuerySet[Any] | None
) -> dict[tuple[int | None, str], Tried]:
    """The products tried on these days, counted from their try-ons."""
    found: dict[tuple[int | None, str], Tried] = {}
    if not days:
        return found
    for (_day, pk, title), tally in tallies(runs(days), products, by_product=True).items():
        key = (pk, "" if pk else title)
        before = found.get(key, Tried(pk, "", 0, 0))
        found[key] = Tried(
            pk,
            max(before.title, title),
            before.total + tally.total,
            before.completed + tally.completed,
        )
    return found
