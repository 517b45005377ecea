"""What Genlook is told of a product: title, description, pictures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Subquery, prefetch_related_objects
from django.utils import translation

from ..models import ProductLink
from .text import plain, shorten

TITLE_LENGTH = 300
"""Characters. Genlook documents no limit; chosen here, a little over Oscar's 255."""
DESCRIPTION_LENGTH = 2000
"""Characters. Genlook documents no limit. Chosen here: what tells what an item is stands at
the beginning; care labels and shipping terms, further down, only blur it."""
MAX_PICTURES = 4
"""Genlook documents no limit and calls the first picture the main one. Chosen here: front,
back and a detail or two; each more costs time at every inline try-on."""

_WORDLESS = frozenset(("file", "image", "entity", "richtext"))


@dataclass(frozen=True)
class ProductContent:
    """`images` are Oscar's `ProductImage` rows in their order, the main one first."""

    title: str
    description: str
    images: tuple[Any, ...]


def content_of(product: Any) -> ProductContent:
    """Title, description and pictures of an Oscar product, a child falling back to its
    parent for each that it has not.

    Reads no file. At most 3 queries (4 with multi-option attributes), 1 for a product that
    is no child. The words are those of the project's own language, whoever asks.
    """
    with translation.override(settings.LANGUAGE_CODE):
        parent = product.parent if product.is_child else None
        description = plain(product.description, DESCRIPTION_LENGTH)
        if not description and parent is not None:
            description = plain(parent.description, DESCRIPTION_LENGTH)
        return ProductContent(
            title=shorten(_title(product, parent), TITLE_LENGTH),
            description=description,
            images=pictures_of(product),
        )


def pictures_of(product: Any) -> tuple[Any, ...]:
    """The `ProductImage` rows to send, at most `MAX_PICTURES`: those that the merchant has
    chosen for the product, else all its own, else its parent's. Never another product's, and
    never Oscar's stand-in for a missing picture. One query."""
    family = pictures_to_choose(product)
    own = [image for image in family if image.product_id == product.pk]
    parents = [image for image in family if image.product_id != product.pk]
    found = _chosen(family, 0) or own or _chosen(parents, 1) or parents
    return tuple(found[:MAX_PICTURES])


def pictures_to_choose(product: Any) -> list[Any]:
    """All that could be sent of a product: its own pictures and its parent's, each in the
    shop's order. One query, which reads the choices of `pictures_of` as well."""
    family = [product.pk, product.parent_id] if product.is_child else [product.pk]
    links = ProductLink.objects.order_by().values("pictures")
    images = product.images.model._default_manager.filter(product_id__in=family).annotate(
        **{
            f"genlook_choice_{number}": Subquery(links.filter(product_id=pk)[:1])
            for number, pk in enumerate(family)
        }
    )
    rows = [image for image in images if image.original]
    return sorted(
        rows,
        key=lambda image: (image.product_id != product.pk, image.display_order, image.pk),
    )


def _chosen(images: list[Any], number: int) -> list[Any]:
    """The pictures that the link of the product (0) or of its parent (1) names."""
    choice = getattr(images[0], f"genlook_choice_{number}", None) if images else None
    by_pk = {image.pk: image for image in images}
    return [by_pk[pk] for pk in choice or () if pk in by_pk]


def _title(product: Any, parent: Any) -> str:
    """A child is named with its parent, so that Genlook reads "Lambswool jumper, Colour:
    rust" and not just "Rust"."""
    title = " ".join(product.title.split())
    if parent is None:
        return title
    family = " ".join(parent.title.split())
    parts = [title] if family.lower() in title.lower() else [family, title]
    told = " ".join(parts)
    parts += [words for value, words in _attributes(product) if not _says(told, value)]
    return ", ".join(part for part in parts if part)


def _says(text: str, words: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE))


def _attributes(product: Any) -> Iterable[tuple[str, str]]:
    """Value and "Name: value" of each attribute of the product's own that is words."""
    values = [
        value
        for value in product.attribute_values.select_related("attribute", "value_option")
        if value.attribute.type not in _WORDLESS
    ]
    values.sort(key=lambda value: (value.attribute.code, value.pk))
    prefetch_related_objects(
        [value for value in values if value.attribute.is_multi_option], "value_multi_option"
    )
    for value in values:
        words = " ".join(str(value.value_as_text).split())
        if words:
            yield words, f"{value.attribute.name}: {words}"
