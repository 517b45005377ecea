"""What else to see on the same photo: the other variants, then other products."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from oscar.core.loading import get_model

from ..catalogue.eligibility import verdict, verdicts
from ..models import Configuration
from .product import first_image, small_picture, variants_of

OTHERS = 6
"""Products that are no variants. Chosen here: two rows on a phone."""


@dataclass(frozen=True)
class Suggestion:
    """A product to try on next."""

    pk: int
    title: str
    image_url: str
    url: str


def suggestions(
    request: HttpRequest, product: Any, configuration: Configuration
) -> tuple[list[Suggestion], list[Suggestion]]:
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
        image = first_image(candidate)
        if image is None or not found[candidate.pk].shown or len(others) == OTHERS:
            continue
        # A parent may have its button for the sake of its variants only.
        if candidate.is_parent and not _itself(request, candidate, configuration):
            continue
        title, picture = candidate.get_title(), small_picture(image)
        others.append(Suggestion(candidate.pk, title, picture, candidate.get_absolute_url()))
    return variants, others


def _itself(request: HttpRequest, parent: Any, configuration: Configuration) -> bool:
    return verdict(parent, configuration, request=request, itself=True).shown


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
