"""Try-ons counted by the database, in groups: what it costs in memory does not grow with them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Case, Count, F, Func, IntegerField, Q, QuerySet, When

from ..models import TryOn
from .days import LocalDay
from .period import Period
from .tally import PICTURED, Tally

Key = tuple[Any, ...]
"""(day,), or (day, product_id, title) where products are told apart."""
PRODUCT = ("product_id", "product_title")


class Tenths(Func):
    """A duration as a whole number of tenths of a second, rounded."""

    # Where a database has no type for durations, Django keeps them in microseconds.
    template = "FLOOR((%(expressions)s + 50000) / 100000)"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "FLOOR(EXTRACT(EPOCH FROM (%(expressions)s)) * 10 + 0.5)::integer"
        return super().as_sql(compiler, connection, template=template, **context)


def clicked_in(periods: Iterable[Period], products: QuerySet[Any] | None = None) -> QuerySet[TryOn]:
    """The try-ons clicked in the shop in charge on these days, in no order; of these products, or
    all with None."""
    chosen = Q(pk__in=[])
    for period in periods:
        first, after = period.moments()
        chosen |= Q(created_at__gte=first, created_at__lt=after)
    rows = TryOn.objects.of_shop().by_shoppers().filter(chosen).order_by()
    return rows if products is None else rows.filter(product__in=products)


def tallies(
    periods: Iterable[Period],
    products: QuerySet[Any] | None = None,
    *,
    by_product: bool = False,
) -> dict[Key, Tally]:
    """What the try-ons of these days come to, for each day with any, or each day of each
    product. Two queries."""
    group = ("day", *PRODUCT) if by_product else ("day",)
    periods = [*periods]
    rows = clicked_in(periods, products).annotate(day=LocalDay("created_at", periods))
    found: dict[Key, Tally] = defaultdict(Tally)
    pictured = Q(status__in=PICTURED, finished_at__isnull=False)
    # Asked for an order, PostgreSQL would sort all rows before it counts them.
    counted = (
        rows.annotate(tenths=Case(When(pictured, then=Tenths(F("finished_at") - F("created_at")))))
        .values_list(*group, "status", "charge", "tenths")
        .annotate(number=Count("*"))
    )
    for *key, status, charge, tenths, number in counted.iterator(chunk_size=2000):
        found[tuple(key)].count(status, charge, tenths, number)
    shoppers = (
        rows.filter(status__in=PICTURED)
        .values_list(*group)
        .annotate(number=Count("shopper", distinct=True))
    )
    for *key, number in shoppers:
        found[tuple(key)].shoppers += number
    return found
