"""How many of those who saw themselves in a product bought it."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from ..models import Attribution
from .period import Period
from .shares import Share

Kind = Attribution.Kind


@dataclass(frozen=True)
class Conversion:
    """Of the shoppers with a picture, those who put the product into the basket, and those who
    ordered it. Each counts once for each day; of some products, for each day and product.
    `sold` is what was ordered, by currency, with tax and after discounts, in so many `orders`."""

    basket: Share
    order: Share
    sold: list[tuple[str, Decimal]]
    orders: int = 0


def conversion(period: Period, shoppers: int, products: QuerySet[Any] | None = None) -> Conversion:
    """What followed the try-ons of these days and products, whenever it came; `shoppers` had a
    picture in them. Three queries."""
    rows = Attribution.objects.filter(tried_on__range=(period.start, period.end)).order_by()
    group = ["shopper", "tried_on"]
    if products is not None:
        rows = rows.filter(tried__in=products)
        group.append("tried")

    def share(kind: str) -> Share:
        found = rows.filter(kind=kind).values(*group).distinct().count()
        return Share(min(found, shoppers), shoppers)

    sold = (
        rows.filter(kind=Kind.ORDER, line__isnull=False)
        .values_list("line__order__currency")
        .annotate(
            amount=Sum("line__line_price_incl_tax"),
            orders=Count("line__order", distinct=True),
        )
    )
    found = sorted(sold)
    amounts = [(code, amount) for code, amount, _orders in found]
    orders = sum(number for _code, _amount, number in found)
    return Conversion(share(Kind.BASKET), share(Kind.ORDER), amounts, orders)
