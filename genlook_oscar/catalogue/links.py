"""The link of a product to its twin at Genlook: made once, kept for good."""

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError
from django.db.models import prefetch_related_objects

from ..models import ProductLink
from .naming import external_ids_for, sku_of

SKU_LENGTH = 255
"""As long as the link's column; Oscar's own SKUs have 128 characters at most."""


def link_for(product: Any) -> ProductLink:
    """The link of an Oscar product, made at first use; one query once it is there.

    The link keeps its `external_id` when the SKU changes, and after the product is deleted,
    so that whatever takes over the SKU gets another name and never the old pictures.
    Two processes that ask at once get the same link: the database decides.
    Raises `IntegrityError` when no name is free, or the product is gone.
    """
    link: ProductLink | None = ProductLink.objects.filter(product_id=product.pk).first()
    return link or _make(product)


def link_read_with(product: Any) -> ProductLink | None:
    """The link that `select_related` brought together with the product; no query."""
    link: ProductLink | None = product._state.fields_cache.get("genlook_link")
    return link if link is not None and link.pk else None


def make_links(products: Sequence[Any]) -> int:
    """Make the links of many products that have none; return how many were made. Three
    queries, and a few more for each product whose name is taken."""
    prefetch_related_objects(products, "stockrecords")
    rows = []
    for product in products:
        sku = sku_of(product)
        name = next(external_ids_for(product, sku))
        rows.append(ProductLink(product=product, sku=sku[:SKU_LENGTH], external_id=name))
    ProductLink.objects.bulk_create(rows, ignore_conflicts=True)
    pks = [product.pk for product in products]
    have = set(ProductLink.objects.filter(product_id__in=pks).values_list("product_id", flat=True))
    for product in products:
        if product.pk not in have:
            link_for(product)
    return len(products)


def note_sku(link: ProductLink) -> None:
    """Bring the SKU that the merchant sees up to date; one query when nothing has changed."""
    sku = sku_of(link.product)[:SKU_LENGTH]
    if link.sku != sku:
        ProductLink.objects.filter(pk=link.pk).update(sku=sku)
        link.sku = sku


def _make(product: Any) -> ProductLink:
    sku = sku_of(product)
    problem: IntegrityError | None = None
    for external_id in external_ids_for(product, sku):
        try:
            link: ProductLink = ProductLink.objects.get_or_create(
                product=product, defaults={"sku": sku[:SKU_LENGTH], "external_id": external_id}
            )[0]
            return link
        except IntegrityError as error:
            problem = error
    assert problem is not None
    raise problem
