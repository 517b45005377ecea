"""What belongs to whoever is asking. Everything a view shows goes through here, so that
another shopper's row is the same as none."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from ..models import Photo, TryOn
from ..shopper import identity
from ..shopper.photos import mine as photos
from .answers import not_found
from .product import with_picture

__all__ = ["photo", "photos", "tryon", "tryons"]


def tryons(request: HttpRequest) -> QuerySet[TryOn]:
    """Her try-ons that she has not deleted, newest first, with product and photo."""
    owned = TryOn.objects.filter(identity.shopper_filter(request), hidden_at=None)
    return with_picture(owned.select_related("product__parent", "photo"))


def tryon(request: HttpRequest, pk: UUID) -> Any:
    """One of her try-ons, by one query, with what has become of its picture (its `share`,
    `report` and `ready_mail`). Raises `Problem` (404)."""
    rows = tryons(request).select_related("link", "share", "report", "ready_mail")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found


def photo(request: HttpRequest, pk: UUID) -> Photo:
    """One of her photos that can be shown now. Raises `Problem` (404)."""
    found = photos(request).filter(pk=pk).first()
    if found is None:
        raise not_found()
    return found
