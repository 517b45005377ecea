"""Which products are tried on most."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Max, Q, QuerySet, Sum

from ..models import ProductDay
from . import rollup
from .counting import tallies
from .period import Period, runs

Key = tuple[int | None, str]
"""A product by its id, a deleted one by the title that its try-ons keep."""


@dataclass(frozen=True)
class Tried:
    """How often one product was tried on. `product_id` is None when it is deleted; `title`
    is what it was called at a try-on."""

    product_id: int | None
    title: str
    total: int
    completed: int


@dataclass
class _Sum:
    total: int = 0
    completed: int = 0
    title: str = ""

    def add(self, total: int, completed: int, title: str = "") -> None:
        self.total += total
        self.completed += completed
        self.title = max(self.title, title)


def most_tried(
    period: Period, products: QuerySet[Any] | None = None, *, limit: int = 10
) -> list[Tried]:
    """The products that were tried on most, the most tried first; variants count apart. A few
    queries, however many try-ons."""
    days = set(
        rollup.kept().filter(day__range=(period.start, period.end)).values_list("day", flat=True)
    )
    rows = ProductDay.objects.filter(day__in=days).order_by()
    if products is not None:
        rows = rows.filter(product__in=products)
    found = _open(set(period.days()) - days, products)
    for key, (total, completed) in _kept(rows, list(found), limit).items():
        found.setdefault(key, _Sum()).add(total, completed)
    first = sorted(found.items(), key=lambda item: (-item[1].total, item[0][0] or 0, item[0][1]))
    titles = _titles(rows, [key[0] for key, _sum in first[:limit] if key[0]])
    return [
        Tried(pk, gone or max(sums.title, titles.get(pk, "")), sums.total, sums.completed)
        for (pk, gone), sums in first[:limit]
    ]


def _kept(rows: QuerySet[ProductDay], also: list[Key], limit: int) -> dict[Key, tuple[int, int]]:
    """What is kept of the first products of these rows, and of those in `also`. Whoever is in
    neither cannot be among the first of all."""
    sums: dict[str, Any] = {
        "total": Sum(F("completed") + F("failed") + F("cancelled")),
        "pictures": Sum("completed"),
    }
    known: Any = rows.exclude(product=None).values_list("product_id").annotate(**sums)
    known = known.order_by("-total", "product_id")
    gone: Any = rows.filter(product=None).values_list("title").annotate(**sums)
    gone = gone.order_by("-total", "title")
    found: dict[Key, tuple[int, int]] = {}
    wanted = [pk for pk, _title in also if pk]
    for some in (known[:limit], known.filter(product_id__in=wanted) if wanted else ()):
        found |= {(pk, ""): (total, pictures) for pk, total, pictures in some}
    titles = [title for pk, title in also if not pk]
    for some in (gone[:limit], gone.filter(title__in=titles) if titles else ()):
        found |= {(None, title): (total, pictures) for title, total, pictures in some}
    return found


def _titles(rows: QuerySet[ProductDay], pks: list[int]) -> dict[int | None, str]:
    if not pks:
        return {}
    named = rows.filter(Q(product_id__in=pks)).values_list("product_id")
    return dict(named.annotate(title=Max("title")))


def _open(days: set[date], products: QuerySet[Any] | None) -> dict[Key, _Sum]:
    """The products tried on these days, counted from their try-ons."""
    found: dict[Key, _Sum] = {}
    if not days:
        return found
    for (_day, pk, title), tally in tallies(runs(days), products, by_product=True).items():
        one = found.setdefault((pk, "" if pk else title), _Sum())
        one.add(tally.total, tally.completed, title)
    return found
