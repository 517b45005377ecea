"""From SKU to `externalId`: the name of a product at Genlook."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..conf import conf

MAX_LENGTH = 128
"""Genlook documents no limit. Chosen here: the length of Oscar's `partner_sku`."""
RESERVED = "_anon_"
"""Genlook keeps this beginning for products it names itself (documented)."""

_HASH_LENGTH = 10
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_HASHED = re.compile(rf"-[0-9a-f]{{{_HASH_LENGTH}}}\Z")


def sku_of(product: Any) -> str:
    """The SKU of an Oscar product: `partner_sku` of its oldest stock record that has one,
    else `upc`, else the primary key. Never empty. One query, none if prefetched."""
    records = sorted(product.stockrecords.all(), key=lambda record: record.pk)
    for record in records:
        if record.partner_sku.strip():
            return str(record.partner_sku).strip()
    return str(product.upc or "").strip() or str(product.pk)


def validate_external_id(value: str) -> None:
    """Raise `ValidationError` unless `value` can be a product's name at Genlook and part of
    a URL's path as it stands."""
    if _UNSAFE.search(value) or not value:
        raise ValidationError(
            _("Use only letters a to z, digits, dots, hyphens and underscores."), code="unsafe"
        )
    if len(value) > MAX_LENGTH:
        raise ValidationError(
            _("Use at most %(limit)d characters."), code="too_long", params={"limit": MAX_LENGTH}
        )
    if not value.strip("."):
        raise ValidationError(
            _("Dots alone have a meaning of their own in an address. Add a letter."), code="dots"
        )
    if value.lower().startswith(RESERVED):
        raise ValidationError(
            _("Names that begin with %(prefix)s belong to Genlook. Choose another."),
            code="reserved",
            params={"prefix": RESERVED},
        )


def external_id_from(sku: str, prefix: str = "") -> str:
    """A safe `externalId` for a SKU; another SKU never gets the same one.

    A name that is safe already stays as it is. Any other is cleaned, cut and marked with a
    hash of the whole; a plain name that looks so marked is marked as well, so that no two
    SKUs meet.
    """
    text = prefix + sku
    if _is_safe(text) and not _HASHED.search(text):
        return text
    mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]
    room = MAX_LENGTH - len(mark) - 1
    cleaned = _UNSAFE.sub("-", text).strip("._-")[:room].rstrip("._-")
    return f"{cleaned or 'product'}-{mark}"


def external_ids_for(product: Any, sku: str) -> Iterator[str]:
    """Names to try for a new product, the best first, each safe.

    The second carries the primary key, for a SKU whose name is taken: by a product of
    another partner, or by one that had the SKU before. The others are for the odd shop
    whose SKUs look like such names.
    """
    plain = external_id_from(sku, conf.external_id_prefix)
    yield plain
    for suffix in (f"-{product.pk}", *(f"-{product.pk}-{number}" for number in range(2, 6))):
        yield plain[: MAX_LENGTH - len(suffix)] + suffix


def external_id_for(product: Any) -> str:
    """The name that a product gets if nobody has it yet. The one it has stands in its link:
    see `links.link_for`."""
    return next(external_ids_for(product, sku_of(product)))


def _is_safe(text: str) -> bool:
    try:
        validate_external_id(text)
    except ValidationError:
        return False
    return True
