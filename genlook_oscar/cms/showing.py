"""What the blocks' templates read: products as a shopper may see them, with their buttons."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet
from oscar.core.loading import get_class, get_model
from oscar.core.thumbnails import get_thumbnailer

from .. import logs
from ..catalogue.eligibility import Reason, Verdict
from .buttons import decide, has_button

logger = logs.logger(__name__)

PICTURE = "480x600"
"""Of products on pages, in pixels: fits into these as Oscar's thumbnailers have it."""


@dataclass(frozen=True)
class Picture:
    """A small version of a catalogue picture; sizes are in pixels."""

    url: str
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Card:
    """One product on a page. `price` and `availability` are Oscar's, for a guest; None where
    the shop's strategy cannot tell. `why_not` says why there is no button."""

    product: Any
    picture: Picture | None
    price: Any
    availability: Any
    verdict: Verdict | None
    has_button: bool

    @property
    def title(self) -> str:
        return str(self.product.get_title())

    @property
    def url(self) -> str:
        return str(self.product.get_absolute_url())

    @property
    def sold_out(self) -> bool:
        """Whether nobody can buy it now."""
        return self.availability is not None and not self.availability.is_available_to_buy

    @property
    def why_not(self) -> str:
        return "" if self.has_button or self.verdict is None else self.verdict.explanation


def products_with_all(pks: Iterable[int]) -> dict[int, Any]:
    """The products with these ids, and all that a page shows of them, in a constant number of
    queries; each knows the others, so that all their buttons are decided together."""
    images = get_model("catalogue", "ProductImage").objects.order_by("display_order", "pk")
    products: QuerySet[Any] = get_model("catalogue", "Product").objects.all()
    found: dict[int, Any] = (
        products.select_related("product_class", "parent__product_class")
        .prefetch_related(
            "stockrecords",
            "children__stockrecords",
            Prefetch("images", queryset=images),
            Prefetch("children__images", queryset=images),
            Prefetch("parent__images", queryset=images),
        )
        .in_bulk(list(pks))
    )
    for product in found.values():
        product.genlook_peers = list(found.values())
        if product.is_parent:
            for child in product.children.all():
                child.parent = product
    return found


def cards(products: Iterable[Any], request: Any = None) -> list[Card]:
    """The products that the shop shows to everybody, each once, in their order. Those that
    are deleted (None) or not public are left out."""
    shown: dict[int, Any] = {}
    for product in products:
        if product is not None and _is_public(product):
            shown.setdefault(product.pk, product)
    peers = {
        peer.pk: peer
        for product in shown.values()
        for peer in getattr(product, "genlook_peers", [product])
        if _is_public(peer)
    }
    verdicts = decide(peers.values(), request)
    strategy = get_class("partner.strategy", "Selector")().strategy()
    return [_card(product, strategy, verdicts.get(product.pk)) for product in shown.values()]


def left_out(products: Iterable[Any]) -> list[tuple[str, str]]:
    """Title and reason of those that `cards` leaves out, for whoever writes the page."""
    return [
        (str(product.get_title()), str(Reason.NOT_PUBLIC.label))
        for product in products
        if product is not None and not _is_public(product)
    ]


def _card(product: Any, strategy: Any, answer: Verdict | None) -> Card:
    price = availability = None
    try:
        # As search indexes do it: without a request, so the price is nobody's own.
        fetch = strategy.fetch_for_parent if product.is_parent else strategy.fetch_for_product
        info = fetch(product)
        price, availability = info.price, info.availability
    except Exception:
        logger.warning("No price for product %s on a page.", product.pk, exc_info=True)
    can_be_bought = availability is None or availability.is_available_to_buy
    return Card(
        product=product,
        picture=picture_of(product),
        price=price if price is not None and price.exists else None,
        availability=availability,
        verdict=answer,
        has_button=has_button(answer) and can_be_bought,
    )


def _is_public(product: Any) -> bool:
    return bool(product.is_public and (not product.parent_id or product.parent.is_public))


def picture_of(product: Any, size: str = PICTURE) -> Picture | None:
    """The first picture of the product, else of its parent or of a variant, that fits into
    `size`. No query for products that were read with all."""
    candidates = [product]
    if product.parent_id:
        candidates.append(product.parent)
    if product.is_parent:
        candidates += [child for child in product.children.all() if child.is_public]
    for candidate in candidates:
        for image in candidate.images.all():
            if image.original:
                return _small(image, size)
    return None


def _small(image: Any, size: str) -> Picture | None:
    try:
        thumb = get_thumbnailer().generate_thumbnail(image.original, size=size, upscale=False)
        return Picture(
            str(thumb.url), getattr(thumb, "width", None), getattr(thumb, "height", None)
        )
    except Exception:
        # Thumbnailers raise what they like on a file they cannot read; the page goes on.
        logger.warning("No small version of the catalogue picture %s could be made.", image.pk)
        return None
