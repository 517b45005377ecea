"""Which customers the shop knows: an account alone is made in seconds, by anybody."""

from typing import Any

from django.db.models import QuerySet
from oscar.core.loading import get_model

from ..visitor import Visitor, is_vouched_for


def orders_of(user: Any) -> QuerySet[Any]:
    """The orders of a customer, by primary key or an expression for it."""
    orders: QuerySet[Any] = get_model("order", "Order")._base_manager.order_by()
    return orders.filter(user_id=user)


def counts_with_network(configuration: Any, who: Visitor, has_order: bool | None = None) -> bool:
    """Whether a customer counts with the network, as guests do: the merchant wants that of those
    who are known by nothing but an account, and this one works not for the shop, has no order,
    and none of `visitor.vouchers` knows them. One query where `has_order` does not say it, and
    what those ask."""
    if not configuration.new_customers_with_network or not who.is_customer or who.is_staff:
        return False
    if has_order is None:
        has_order = orders_of(who.user.pk).exists()
    return not (has_order or is_vouched_for(who.user))
