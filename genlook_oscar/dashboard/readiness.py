"""How many products can be tried on, and what keeps the others from it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from ..models import BLOCKING, ProductLink, Ready


@dataclass(frozen=True)
class Row:
    """Products in one state. `kind` names the colour of its bar, `share` is the bar's length
    beside the longest; `url` leads to these products, empty where the user may not go."""

    label: str
    count: int
    kind: str
    share: str
    url: str


@dataclass(frozen=True)
class Readiness:
    """`fit` of `total` products can be tried on; those not looked at yet are not among them."""

    rows: list[Row]
    total: int
    fit: int


def readiness(products: QuerySet[Any] | None, admin_url: str = "") -> Readiness:
    """The state of these products, of all with None, as stored when they were last looked at.
    `admin_url` is the list of product links, if the user may see it. One query."""
    links = ProductLink.objects.exclude(product=None).order_by()
    if products is not None:
        links = links.filter(product__in=products)
    counted = links.values("ready_code").annotate(number=Count("pk"))
    counts: dict[str, int] = dict(counted.values_list("ready_code", "number"))
    longest = max(counts.values(), default=1)
    rows = [
        Row(
            label=str(Ready(code).label),
            count=counts[code],
            kind=_kind(code),
            share=f"{100 * counts[code] / longest:.2f}%",
            url=f"{admin_url}?ready={code}" if admin_url and code else "",
        )
        for code in reversed(Ready.values)
        if code in counts
    ]
    looked_at = {code: number for code, number in counts.items() if code}
    fit = sum(number for code, number in looked_at.items() if code not in BLOCKING)
    return Readiness(rows, sum(looked_at.values()), fit)


def _kind(code: str) -> str:
    if code == Ready.UNCHECKED:
        return "cancelled"
    return "failed" if code in BLOCKING else "completed"
