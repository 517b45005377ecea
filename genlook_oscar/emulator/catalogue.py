"""Products: stored, renewed, listed, forgotten."""

from __future__ import annotations

import base64
import itertools
import math
import secrets
from collections.abc import Mapping
from typing import Any

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.fields import (
    ANONYMOUS_PREFIX,
    ProductFields,
    Source,
    Unset,
)
from genlook_oscar.emulator.records import Account, Picture, Product
from genlook_oscar.emulator.world import World

INLINE_DAYS = 15  # Genlook's documentation, from the last use
ONE_SHOT_DAYS = 7  # Genlook's documentation, from the last use
MAX_ONE_SHOT = 20_000  # bounds the emulator's memory
MISSING = "PRODUCT_NOT_FOUND"
_numbers = itertools.count(1)


def pictures_of(
    world: World, images: tuple[Source, ...] | None, files: Mapping[str, bytes]
) -> tuple[Picture, ...] | None:
    """The pictures a request sends; None when it sends no list.

    Works on bytes, so call it without the lock. Raises ``ApiError``.
    """
    if images is None:
        return None
    pictures = []
    for source in images:
        if source.file_key is None:
            pictures.append(Picture(source.url or ""))
            continue
        if source.file_key not in files:
            raise ApiError("MULTIPART_FILE_NOT_FOUND", f"No part {source.file_key!r}.")
        blob = world.intake.product(files[source.file_key])
        pictures.append(Picture(f"upload://{blob.digest[:24]}", blob))
    return tuple(pictures)


def find(world: World, account: Account, external_id: str, now: float) -> Product:
    """A product of the account; raises ``ApiError`` PRODUCT_NOT_FOUND or FORBIDDEN."""
    product = account.products.get(external_id)
    if product is None or product.expires_at <= now:
        raise ApiError("FORBIDDEN" if _is_foreign(world, account, external_id) else MISSING)
    return product


def _is_foreign(world: World, account: Account, external_id: str) -> bool:
    """Whether the service says that the product is somebody else's."""
    if world.settings.foreign == "hidden":
        return False
    if world.one_shot_owners.get(external_id, account) is not account:
        return True
    others = [a for a in world.accounts.values() if a is not account]
    return world.settings.foreign == "everything" and any(external_id in a.products for a in others)


def upsert(
    world: World,
    account: Account,
    fields: ProductFields,
    pictures: tuple[Picture, ...] | None,
    kind: str,
    now: float,
) -> Product:
    """Create the product or change it; ``kind`` is explicit, inline or one-shot.

    Raises ``ApiError`` PRODUCT_IMAGES_REQUIRED for a new product without a picture.
    """
    external_id = fields.external_id or f"{ANONYMOUS_PREFIX}{secrets.token_hex(12)}"
    product = account.products.get(external_id)
    if product is not None and product.expires_at <= now:
        product = None
    if not pictures and (product is None or pictures is not None):
        raise ApiError("PRODUCT_IMAGES_REQUIRED")
    if product is None:
        days = {"inline": INLINE_DAYS, "one-shot": ONE_SHOT_DAYS}.get(kind)
        product = Product(
            external_id=external_id,
            account=account,
            number=next(_numbers),
            kind=kind,
            title=None,
            description=None,
            pictures=(),
            valid_for_days=days,
            created_at=now,
            updated_at=now,
        )
        account.products.pop(external_id, None)
        account.products[external_id] = product
        if kind == "one-shot":
            _remember_one_shot(world, account, external_id)
    elif kind == "explicit" and product.kind != "explicit":
        product.kind = "explicit"
        product.valid_for_days = None
    elif kind == "inline" and not choices.INLINE_KEEPS_EXPLICIT_LIFE:
        product.kind, product.valid_for_days = "inline", INLINE_DAYS
    if fields.title is not None:
        product.title = fields.title
    if fields.description is not None:
        product.description = fields.description
    if pictures is not None:
        product.pictures = pictures
    if not isinstance(fields.metadata, Unset):
        product.metadata = fields.metadata
    if not isinstance(fields.valid_for_days, Unset):
        product.valid_for_days = fields.valid_for_days
    product.updated_at = now
    product.renew(now)
    _watch(world, product)
    return product


def used(world: World, product: Product, now: float) -> None:
    """A generation uses the product: its life starts anew."""
    product.last_used_at = now
    product.renew(now)
    _watch(world, product)


def _watch(world: World, product: Product) -> None:
    """Have the product forgotten at the end of its life."""
    if product.watched or product.expires_at == math.inf:
        return
    product.watched = True

    def forget(now: float) -> None:
        product.watched = False
        if product.expires_at > now:
            _watch(world, product)
        elif product.account.products.get(product.external_id) is product:
            remove(world, product)

    world.agenda.at(product.expires_at, forget)


def remove(world: World, product: Product) -> None:
    """Delete the product; generations keep their own snapshot of it."""
    product.account.products.pop(product.external_id, None)
    world.one_shot_owners.pop(product.external_id, None)


def _remember_one_shot(world: World, account: Account, external_id: str) -> None:
    world.one_shot_owners[external_id] = account
    if len(world.one_shot_owners) > MAX_ONE_SHOT:
        oldest, owner = next(iter(world.one_shot_owners.items()))
        del world.one_shot_owners[oldest]
        owner.products.pop(oldest, None)


def page(account: Account, limit: int, cursor: str | None, now: float) -> dict[str, Any]:
    """One page of the catalogue, without one-shot products; raises ``ApiError``."""
    after = _number_of(cursor) if cursor else 0
    listed = [
        product
        for product in account.products.values()
        if product.kind != "one-shot" and product.number > after and product.expires_at > now
    ]
    items = listed[:limit]
    more = len(listed) > limit
    return {
        "items": [described(product) for product in items],
        "nextCursor": _cursor_of(items[-1].number) if more else None,
        "hasMore": more,
        "count": len(items),
    }


def described(product: Product) -> dict[str, Any]:
    """The product object of the API."""
    forever = product.valid_for_days is None
    last_used = product.last_used_at
    return {
        "externalId": product.external_id,
        "title": choices.MISSING_TEXT if product.title is None else product.title,
        "description": (
            choices.MISSING_TEXT if product.description is None else product.description
        ),
        "images": [
            {"sourceUrl": picture.source_url, "order": order}
            for order, picture in enumerate(product.pictures)
        ],
        "metadata": product.metadata,
        "validForDays": product.valid_for_days,
        "expiresAt": None if forever else timestamp(product.expires_at),
        "lastUsedAt": None if last_used is None else timestamp(last_used),
        "createdAt": timestamp(product.created_at),
        "updatedAt": timestamp(product.updated_at),
    }


def _cursor_of(number: int) -> str:
    return base64.urlsafe_b64encode(f"after:{number}".encode()).decode()


def _number_of(cursor: str) -> int:
    try:
        word, _, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "after":
            return int(number)
    except ValueError:
        pass
    details = [{"path": "cursor", "message": "This is no cursor of an earlier page."}]
    raise ApiError("VALIDATION_FAILED", details=details)
