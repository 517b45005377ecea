"""Several products in one fitting room, as a stage on a page has them."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from oscar.core.loading import get_model

from ..catalogue.eligibility import verdicts
from .forms import MAX_ID
from .product import Variant, display_picture, is_viewable, variants_of

MOST = 24
"""Products beside the room's own; what is asked for beyond that is left out."""


def choices_beside(request: HttpRequest, product: Any, variants: list[Variant]) -> list[Variant]:
    """What can be chosen in the room of `product`: it or its variants, and the products that
    the address names with `beside`, as far as they can be tried on. Just `variants` without
    any such. One query decides for all of them."""
    others = [other for other in _named(request, product) if is_viewable(other, request.user)]
    known = verdicts(others, request=request)
    others = [other for other in others if known[other.pk].shown]
    if not others:
        return variants
    first = variants or [_alone(product, selected=True)]
    return first + [choice for other in others for choice in _choices(other)]


def _named(request: HttpRequest, product: Any) -> list[Any]:
    asked = request.GET.getlist("beside")[:MOST]
    pks = [int(pk) for pk in asked if pk.isdecimal() and int(pk) <= MAX_ID]
    if not pks:
        return []
    products = get_model("catalogue", "Product").objects.select_related("parent", "genlook_link")
    found = products.prefetch_related("images").in_bulk(set(pks) - {product.pk})
    return [found[pk] for pk in dict.fromkeys(pks) if pk in found]


def _choices(other: Any) -> list[Variant]:
    name = other.get_title()
    return [
        replace(choice, selected=False, heading=name, title=_full(choice.title, name))
        for choice in variants_of(other) or [_alone(other)]
    ]


def _full(title: str, family: str) -> str:
    return title if title.startswith(family) else f"{family}, {title}"


def _alone(product: Any, *, selected: bool = False) -> Variant:
    return Variant(product, product.get_title(), display_picture(product), selected)
