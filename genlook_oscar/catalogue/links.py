"""The link of a product to its twin at Genlook: made once, kept for good."""

from typing import Any

from django.db import IntegrityError

from ..models import ProductLink
from .naming import external_ids_for, sku_of

SKU_LENGTH = 255
"""As long as the link's column; Oscar's own SKUs have 128 characters at most."""


def link_for(product: Any) -> ProductLink:
    """The link of an Oscar product, made at first use; two queries once it is there.

    The link keeps its `external_id` when the SKU changes, and after the product is deleted,
    so that whatever takes over the SKU gets another name and never the old pictures.
    Two processes that ask at once get the same link: the database decides.
    Raises `IntegrityError` when no name is free, or the product is gone.
    """
    sku = sku_of(product)
    stored_sku = sku[:SKU_LENGTH]
    link: ProductLink | None = ProductLink.objects.filter(product_id=product.pk).first()
    if link is None:
        link = _make(product, sku, stored_sku)
    if link.sku != stored_sku:
        ProductLink.objects.filter(pk=link.pk).update(sku=stored_sku)
        link.sku = stored_sku
    return link


def _make(product: Any, sku: str, stored_sku: str) -> ProductLink:
    problem: IntegrityError | None = None
    for external_id in external_ids_for(product, sku):
        try:
            link: ProductLink = ProductLink.objects.get_or_create(
                product=product, defaults={"sku": stored_sku, "external_id": external_id}
            )[0]
            return link
        except IntegrityError as error:
            problem = error
    assert problem is not None
    raise problem
