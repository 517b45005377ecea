"""What else to see on the same photo: the other variants, then other products."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from oscar.core.loading import get_model

from ..catalogue.eligibility import verdicts
from .product import can_be_bought, first_image, small_picture, variants_of

OTHERS = 6
"""Products that are no variants. Chosen here: two rows on a phone."""


@dataclass(frozen=True)
class Suggestion:
    """A product to try on next."""

    pk: int
    title: str
    image_url: str
    url: str


def suggestions(request: HttpRequest, product: Any) -> tuple[list[Suggestion], list[Suggestion]]:
    """Return the other variants of `product` and other products that the shopper can try on:
    first those that the shop recommends with it, then the newest of its categories."""
    family = product.parent if product.is_child else product
    variants = [
        Suggestion(one.pk, one.title, one.image_url, one.product.get_absolute_url())
        for one in variants_of(family)
        if one.pk != product.pk
    ]
    candidates = list(_candidates(family)[: 2 * OTHERS])
    found = verdicts(candidates, request=request)
    others: list[Suggestion] = []
    for candidate in candidates:
        one = _first_of(request, candidate) if found[candidate.pk].shown else None
        if one and len(others) < OTHERS:
            others.append(one)
    return variants, others


def _first_of(request: HttpRequest, product: Any) -> Suggestion | None:
    """The product itself; of a parent the first variant that can be bought, or the first, so
    that the very thing in the picture goes into the basket."""
    if product.is_parent:
        variants = variants_of(product)
        if not variants:
            return None
        bought = (one for one in variants if can_be_bought(request, one.product))
        one = next(bought, variants[0])
        title, name = one.title, product.get_title()
        whole = title if name in title else f"{name}, {title}"
        return Suggestion(one.pk, whole, one.image_url, one.product.get_absolute_url())
    image = first_image(product)
    if image is None:
        return None
    return Suggestion(
        product.pk, product.get_title(), small_picture(image), product.get_absolute_url()
    )


def _candidates(family: Any) -> QuerySet[Any]:
    Product = get_model("catalogue", "Product")
    chosen = get_model("catalogue", "ProductRecommendation").objects.filter(
        primary=family, recommendation=OuterRef("pk")
    )
    in_categories = get_model("catalogue", "ProductCategory").objects.filter(
        category__in=family.categories.order_by().values("pk")
    )
    related = Q(pk__in=in_categories.values("product")) | Q(ranking__isnull=False)
    return (
        Product.objects.browsable()
        .exclude(pk=family.pk)
        .annotate(ranking=Subquery(chosen.order_by("-ranking").values("ranking")[:1]))
        .filter(related)
        .order_by(F("ranking").desc(nulls_last=True), "-date_created", "-pk")
        .select_related("parent", "product_class")
        .prefetch_related("images")
    )
