"""An Oscar product, as a shopper may see it, buy it and choose among its variants."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from oscar.core.loading import get_model
from oscar.core.thumbnails import get_thumbnailer

from .. import logs
from ..engine.messages import shopper_message
from .answers import Problem

logger = logs.logger(__name__)

WIDTH = "640x"
"""Of catalogue pictures in the fitting room, in pixels, as Oscar's thumbnailers have it."""


@dataclass(frozen=True)
class Variant:
    """One child of a parent; `image_url` is its own picture or, `borrowed`, its parent's.
    `heading` is what the room is headed while it is chosen, where that is not its own product."""

    product: Any
    title: str
    image_url: str
    selected: bool = False
    borrowed: bool = False
    heading: str = ""

    @property
    def pk(self) -> int:
        """The id that a try-on of this variant names."""
        return int(self.product.pk)


def find(pk: int, user: Any) -> Any:
    """The product with this id, with its parent and its link. Raises `Problem` (404) unless
    the user may look at it."""
    products = get_model("catalogue", "Product").objects.select_related("parent", "genlook_link")
    product = products.filter(pk=pk).first()
    if product is None or not is_viewable(product, user):
        raise Problem("product_not_found", shopper_message("product_not_found"), 404)
    return product


def is_viewable(product: Any, user: Any) -> bool:
    """Whether the user may look at the product: it is public, or she is staff."""
    return bool(is_public(product) or user.is_staff)


def is_public(product: Any) -> bool:
    """Whether the shop shows the product, and the one it is a variant of, to everybody."""
    return bool(product.is_public and (not product.parent_id or product.parent.is_public))


def can_be_bought(request: HttpRequest, product: Any) -> bool:
    """Whether the shop's strategy lets this visitor put the product, or a variant of it that
    she chooses in the basket's form, into her basket."""
    strategy = request.strategy  # type: ignore[attr-defined]
    fetch = strategy.fetch_for_parent if product.is_parent else strategy.fetch_for_product
    info = fetch(product)
    return bool(info.availability.is_available_to_buy and info.price.exists)


def variants_of(product: Any) -> list[Variant]:
    """The public variants of a parent that can be tried on, the first one selected; none
    for a product that is no parent. Three queries, and what the thumbnailer asks."""
    if not product.is_parent:
        return []
    images = get_model("catalogue", "ProductImage").objects.order_by("display_order")
    children = (
        product.children.filter(is_public=True)
        .exclude(genlook_link__enabled=False)
        .prefetch_related(Prefetch("images", queryset=images))
    )
    of_parent = small_picture(first_image(product))
    found: list[Variant] = []
    for child in children:
        child.parent = product
        own = first_image(child)
        if not (own or of_parent):
            continue
        found.append(
            Variant(
                product=child,
                title=child.title or child.attribute_summary or product.title,
                image_url=small_picture(own) if own else of_parent,
                selected=not found,
                borrowed=own is None,
            )
        )
    return found


def display_picture(product: Any) -> str:
    """The address of a small picture of the product, or its parent's; empty without any."""
    image = first_image(product)
    if borrows_picture(product):
        image = first_image(product.parent)
    return small_picture(image)


def borrows_picture(product: Any) -> bool:
    """Whether a child is shown, and tried on, by a picture of its parent's."""
    return bool(product.parent_id and first_image(product) is None)


def first_image(product: Any) -> Any:
    """The first of a product's own pictures that has a file, or None."""
    images = sorted(product.images.all(), key=lambda image: (image.display_order, image.pk))
    return next((image for image in images if image.original), None)


def small_picture(image: Any) -> str:
    """The address of a small version of a catalogue picture; empty for None."""
    if image is None:
        return ""
    try:
        return str(get_thumbnailer().generate_thumbnail(image.original, size=WIDTH).url)
    except Exception:
        # Thumbnailers raise what they like on a file they cannot read; the page goes on.
        logger.warning("No small version of the catalogue picture %s could be made.", image.pk)
        return str(image.original.url)


def picture_url(name: str | None) -> str | None:
    """The public address of a stored catalogue picture."""
    if not name:
        return None
    field: Any = get_model("catalogue", "ProductImage")._meta.get_field("original")
    return str(field.storage.url(name))


def with_picture(tryons: QuerySet[Any]) -> QuerySet[Any]:
    """Add `product_picture` to try-ons, the stored name of the product's first picture or of
    its parent's, without a query more."""

    def first_of(product: str) -> Subquery:
        images = get_model("catalogue", "ProductImage").objects.exclude(original="")
        own = images.filter(product=OuterRef(product)).order_by("display_order", "pk")
        return Subquery(own.values("original")[:1])

    return tryons.annotate(
        product_picture=Coalesce(first_of("product"), first_of("product__parent"))
    )
