"""What belongs to whoever is asking. Everything a view shows goes through here, so that
another shopper's row is the same as none."""

from contextlib import suppress
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache as shops_cache
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language

from .. import logs
from ..models import Photo, TryOn
from ..models.mark import of_shop
from ..shopper import identity
from ..shopper.photos import mine as photos
from .answers import not_found
from .data import product_data
from .product import with_picture

__all__ = ["photo", "photos", "state", "tryon", "tryons"]

Row = TypeVar("Row", bound=Model)

TOLD = (
    "status",
    "charge",
    "created_at",
    "accepted_at",
    "not_before",
    "deadline_at",
    "next_poll_at",
    "product_title",
    "result",
    "expires_at",
    "error_code",
    "generation_id",
    "late_until",
    "photo__erased_at",
    "photo__expires_at",
    "ready_mail__tryon",
)
TOLD_OF_PRODUCT = ("product__slug", "product__is_public", "product__parent__is_public")
"""What `tryon_data` tells of a try-on. Browsers ask once a second while it is made, and most
of that answer's time went into columns that nobody looks at."""
REMEMBERED_SECONDS = 60
"""How long the product of a try-on that is being made is told as it was: half of what was left
of that time. Chosen here; nobody misses what changes in the catalogue while she waits."""


def tryons(request: HttpRequest) -> QuerySet[TryOn]:
    """Her try-ons that she has not deleted, newest first, with product and photo."""
    return _kept().filter(of_shop(), identity.shopper_filter(request))


def _kept() -> QuerySet[TryOn]:
    rows = TryOn.objects.filter(hidden_at=None)
    return with_picture(rows.select_related("product__parent", "photo"))


def tryon(request: HttpRequest, pk: UUID) -> Any:
    """One of her try-ons, by one query, with what has become of its picture (its `share`,
    `report` and `ready_mail`). Raises `Problem` (404)."""
    logs.note(tryon_id=pk)
    rows = tryons(request).select_related("link", "share", "report", "ready_mail")
    return _only(rows, pk)


def state(request: HttpRequest, pk: UUID) -> Any:
    """One of her try-ons, by one query, with no more of it than its state in JSON needs.
    Raises `Problem` (404).

    What is told of its product, as `product_told`, may be a minute old while it is made.
    """
    logs.note(tryon_id=pk)
    key = f"genlook_oscar:product:{get_language()}:{pk}"
    known = _remembered(key)
    rows = _without_product() if known else _with_product()
    found: Any = _only(rows.filter(of_shop(), identity.shopper_filter(request)), pk)
    found.product_told = known or product_data(found)
    if not known and not found.is_final:
        _remember(key, found.product_told)
    return found


@cache
def _with_product() -> QuerySet[TryOn]:
    # Put together once: that takes longer than the database takes to answer.
    return _kept().select_related("ready_mail").only(*TOLD, *TOLD_OF_PRODUCT)


@cache
def _without_product() -> QuerySet[TryOn]:
    rows = TryOn.objects.filter(hidden_at=None)
    return rows.select_related("photo", "ready_mail").only(*TOLD)


def _remembered(key: str) -> Any:
    try:
        return shops_cache.get(key)
    except Exception:
        # Whatever the cache's server says: without it the answer comes all the same.
        return None


def _remember(key: str, value: Any) -> None:
    with suppress(Exception):
        shops_cache.set(key, value, REMEMBERED_SECONDS)


def photo(request: HttpRequest, pk: UUID) -> Photo:
    """One of her photos that can be shown now. Raises `Problem` (404)."""
    return _only(photos(request), pk)


def _only(rows: QuerySet[Row], pk: UUID) -> Row:
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist:
        raise not_found() from None
