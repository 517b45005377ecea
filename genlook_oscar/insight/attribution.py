"""What is bought after a try-on: which basket or order line follows which try-on.

A line follows a try-on of the same shopper, of the same product or of another variant of it,
whose picture she had in the days before (`GENLOOK_ATTRIBUTION_DAYS`); of several, one of the
very product, else the last. What she has deleted counts no more. That says what came after
what, not what came of what.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from .. import clock
from ..conf import conf
from ..contained import undone
from ..models import Attribution, TryOn
from ..models.daily import shop_day
from ..shopper.identity import shopper_filter
from ..transactions import atomic
from ..visitor import guest_key
from .tally import PICTURED

AT_MOST = 200
"""Try-ons of one shopper that are looked at, the latest first."""
Kind = Attribution.Kind


def note_basket(request: HttpRequest, product: Any) -> None:
    """Write down that whoever is asking has put the product into her basket. One query, none
    for whoever has given us nothing."""
    user, basket = getattr(request, "user", None), getattr(request, "basket", None)
    known = guest_key(request) is not None or (user is not None and user.is_authenticated)
    if not known or basket is None or not basket.pk:
        return
    family = product.parent_id or product.pk
    same = Q(product_id=family) | Q(product__parent_id=family)
    with undone():
        tryon = _fitting(_tried(shopper_filter(request) & same), product)
        if tryon is None:
            return
        Attribution.objects.bulk_create(
            [_of(tryon, Kind.BASKET, basket_id=basket.pk)], ignore_conflicts=True
        )


def note_order(order: Any, who: Q) -> None:
    """Write down which lines of the order follow a try-on of hers, whom `who` picks among the
    try-ons. One query when there is none. Harmless when run twice."""
    with atomic():
        tried = _tried(who)
        if not tried:
            return
        rows = []
        for line in order.lines.exclude(product=None).select_related("product"):
            tryon = _fitting(tried, line.product)
            if tryon is not None:
                rows.append(_of(tryon, Kind.ORDER, line_id=line.pk))
        Attribution.objects.bulk_create(rows, ignore_conflicts=True)


def who_ordered(order: Any, user: Any) -> Q:
    """Whoever placed an order, as far as the order itself tells: the customer, or the guest
    who put something of its basket there after a try-on."""
    if user is not None and user.is_authenticated:
        return Q(shopper__user=user)
    if order.basket_id is None:
        return Q(pk__in=[])
    of_basket = Attribution.objects.filter(basket_id=order.basket_id)
    return Q(shopper__in=of_basket.values("shopper"))


def _tried(who: Q) -> list[TryOn]:
    since = clock.now() - timedelta(days=conf.attribution_days)
    rows = TryOn.objects.filter(who, status__in=PICTURED, hidden_at=None, created_at__gte=since)
    return list(
        rows.exclude(product=None).select_related("product").order_by("-created_at")[:AT_MOST]
    )


def _fitting(tried: list[TryOn], product: Any) -> TryOn | None:
    """That of the very product, else the latest of its family, or None."""
    family = product.parent_id or product.pk
    among = [row for row in tried if family in (row.product_id, _parent_of(row))]
    same = [row for row in among if row.product_id == product.pk]
    return next(iter(same or among), None)


def _parent_of(tryon: TryOn) -> int | None:
    return tryon.product.parent_id if tryon.product else None


def _of(tryon: TryOn, kind: str, **values: Any) -> Attribution:
    return Attribution(
        kind=kind,
        shopper_id=tryon.shopper_id,
        tryon=tryon,
        tried_id=tryon.product_id,
        tried_on=shop_day(tryon.created_at),
        **values,
    )
