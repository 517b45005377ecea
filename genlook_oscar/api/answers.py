"""Genlook's answers in our words.

Each function takes the HTTP status and the JSON object of an answer and returns None when a
field is missing without which the answer is of no use. Everything else may be missing, null or
of another type. Ids may be numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from .text import is_fit, tidy
from .types import (
    Generation,
    GenerationStatus,
    ProductPage,
    StoredImage,
    StoredProduct,
    UploadedImage,
)

Json = Mapping[str, Any]

# The longest ids that can be kept, in characters. Genlook's are opaque, and no length is
# documented; its samples stay below 120.
GENERATION_ID_LIMIT = 600
IMAGE_ID_LIMIT = 1000
# What an integer column of every database takes.
MOST_CREDITS = 2**31 - 1


def uploaded_image(status: int, body: Json) -> UploadedImage | None:
    """Read the answer to an upload."""
    image_id = _identifier(body, "imageId", IMAGE_ID_LIMIT)
    return UploadedImage(image_id, _text(body, "imageUrl")) if image_id else None


def new_generation(status: int, body: Json) -> Generation | None:
    """Read the answer to a try-on that was not waited for."""
    generation_id = _identifier(body, "generationId", GENERATION_ID_LIMIT)
    if not generation_id:
        return None
    return _generation(generation_id, body, _text(body, "status") or "PENDING")


def waited_generation(status: int, body: Json) -> Generation | None:
    """Read the answer to a try-on that was waited for.

    Its form is known from Genlook's demo alone: 200 with a picture is success, 202 means that
    the generation is still running; otherwise the status tells, and where there is none the
    caller goes on asking by the id.
    """
    generation_id = _identifier(body, "generationId", GENERATION_ID_LIMIT)
    if not generation_id:
        return None
    reported = _text(body, "status") or "PROCESSING"
    if status != 202 and _text(body, "resultImageUrl") and reported.upper() != "FAILED":
        reported = "COMPLETED"
    return _generation(generation_id, body, reported)


def asked_generation(generation_id: str) -> Callable[[int, Json], Generation | None]:
    """Return the reader of the answer about the generation `generation_id`. One about another
    generation is of no use: that picture is another person's."""

    def read(status: int, body: Json) -> Generation | None:
        if (
            body.get("generationId") is not None
            and _identifier(body, "generationId") != generation_id
        ):
            return None
        reported = _text(body, "status")
        if reported is None and _text(body, "resultImageUrl"):
            reported = "COMPLETED"
        return _generation(generation_id, body, reported) if reported else None

    return read


def product(status: int, body: Json) -> StoredProduct | None:
    """Read one product."""
    external_id = _identifier(body, "externalId")
    if not external_id:
        return None
    return StoredProduct(
        external_id=external_id,
        title=_text(body, "title") or "",
        description=_text(body, "description") or "",
        images=_images(body.get("images")),
        metadata=body.get("metadata"),
        valid_for_days=_number(body.get("validForDays")),
        expires_at=_moment(body.get("expiresAt")),
        last_used_at=_moment(body.get("lastUsedAt")),
        created_at=_moment(body.get("createdAt")),
        updated_at=_moment(body.get("updatedAt")),
    )


def product_page(status: int, body: Json) -> ProductPage | None:
    """Read one page of products. More to come without a cursor to get it is no answer."""
    items = body.get("items")
    if not isinstance(items, list):
        return None
    products = [product(status, item) if isinstance(item, dict) else None for item in items]
    read = tuple(item for item in products if item is not None)
    cursor = _text(body, "nextCursor")
    has_more = body.get("hasMore")
    if len(read) < len(items) or (has_more is True and cursor is None):
        return None
    return ProductPage(
        items=read,
        next_cursor=None if has_more is False else cursor,
        has_more=has_more if isinstance(has_more, bool) else None,
        count=_number(body.get("count")),
    )


def credit_balance(status: int, body: Json) -> int | None:
    """Read the balance, in credits; one beyond every column is told as the largest."""
    balance = _number(body.get("creditBalance"))
    return balance if balance is None else max(-MOST_CREDITS, min(balance, MOST_CREDITS))


def _generation(generation_id: str, body: Json, reported: str) -> Generation:
    try:
        status = GenerationStatus(reported.upper())
    except ValueError:
        status = GenerationStatus.PROCESSING
    return Generation(
        generation_id=generation_id,
        status=status,
        reported_status=reported,
        product_external_id=_identifier(body, "productExternalId"),
        result_image_url=_text(body, "resultImageUrl"),
        error_code=tidy(body.get("errorCode")) or None,
        error_message=tidy(body.get("errorMessage")) or None,
        created_at=_moment(body.get("createdAt")),
        updated_at=_moment(body.get("updatedAt")),
    )


def _images(entries: Any) -> tuple[StoredImage, ...]:
    if not isinstance(entries, list):
        return ()
    images = []
    for place, entry in enumerate(entries):
        url = _text(entry, "sourceUrl") if isinstance(entry, dict) else None
        if url:
            order = _number(entry.get("order"))
            images.append(StoredImage(url, place if order is None else order))
    return tuple(images)


def _text(body: Json, name: str) -> str | None:
    value = body.get(name)
    return value if isinstance(value, str) and value and is_fit(value) else None


def _identifier(body: Json, name: str, limit: int | None = None) -> str | None:
    value = body.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text({name: value}, name)
    return text if text and (limit is None or len(text) <= limit) else None


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if math.isfinite(value) else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        # Python 3.10 reads neither the Z of ISO 8601 nor any other number of digits than six.
        whole = re.sub(r"\.(\d+)", lambda part: f".{part[1]:0<6.6}", value)
        moment = datetime.fromisoformat(whole.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
