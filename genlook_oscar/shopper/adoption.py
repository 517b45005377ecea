"""A guest signs in: what she collected moves to the customer's shopper."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import IntegrityError

from .. import clock
from ..conf import conf
from ..models import DayMark, Photo, Shopper, TryOn
from ..transactions import atomic
from .erasure import erase_photo


@atomic
def adopt(key: uuid.UUID, user: Any) -> None:
    """Move photos, try-ons and consents of the guest with this key to the user's shopper.

    A user without a shopper simply gets the guest's row. Otherwise the row is kept, empty,
    and names whom it went into, so that the name it has at Genlook can still be erased.
    Nothing happens when there is no such guest, or no longer.
    """
    rows = Shopper.objects.select_for_update()
    guest = rows.filter(key=key, user=None, merged_into=None).first()
    if guest is None:
        return
    customer = rows.filter(user=user).first() or _given_to(guest, user)
    if customer is None:
        return
    if not _unclaimed(guest).update(merged_into=customer):
        return
    _move_photos(guest, customer)
    _move_tryons(guest, customer)
    guest.consents.update(shopper=customer)


def _unclaimed(guest: Shopper) -> Any:
    return Shopper.objects.filter(pk=guest.pk, user=None, merged_into=None)


def _given_to(guest: Shopper, user: Any) -> Shopper | None:
    """Make the guest's row the user's; return the user's own row if she has got one by now."""
    try:
        with atomic():
            _unclaimed(guest).update(user=user)
    except IntegrityError:
        return Shopper.objects.select_for_update().get(user=user)
    return None


def _move_photos(guest: Shopper, customer: Shopper) -> None:
    """Move the photos. One that the customer has already stays behind, without its try-ons,
    for as long as a try-on on its way may be reading its file."""
    now = clock.now()
    pictures = list(guest.photos.exclude(sha256=None))
    twins = {
        twin.sha256: twin
        for twin in customer.photos.filter(sha256__in=[photo.sha256 for photo in pictures])
    }
    left = []
    for photo in pictures:
        twin = twins.get(photo.sha256)
        if twin is None:
            continue
        kept = Photo.objects.filter(pk=twin.pk, erased_at=None, expires_at__gt=now).update(
            expires_at=max(twin.expires_at, photo.expires_at)
        )
        if not kept:
            erase_photo(twin, at_genlook=False)
            continue
        guest.tryons.filter(photo=photo).update(photo=twin)
        soon = now + timedelta(seconds=2 * conf.deadline_seconds)
        Photo.objects.filter(pk=photo.pk).update(expires_at=min(photo.expires_at, soon))
        left.append(photo.pk)
    guest.photos.exclude(pk__in=left).update(shopper=customer)


def _move_tryons(guest: Shopper, customer: Shopper) -> None:
    clicks = guest.tryons.exclude(idempotency_key=None).values_list("idempotency_key", flat=True)
    same_clicks = customer.tryons.filter(idempotency_key__in=list(clicks))
    guest.tryons.filter(
        idempotency_key__in=list(same_clicks.values_list("idempotency_key", flat=True))
    ).update(idempotency_key=None)
    live = guest.tryons.exclude(live_key=None).values_list("pk", "live_key", "reuse_key")
    for pk, live_key, reuse_key in live:
        row = TryOn.objects.filter(pk=pk, live_key=live_key)
        try:
            with atomic():
                row.update(live_key=f"{customer.pk}:{reuse_key}")
        except IntegrityError:
            # The customer has the same picture under way: both go on, hers keeps the place.
            row.update(live_key=None)
    # Two shoppers of a day may be one now.
    DayMark.note(*guest.tryons.values_list("created_at", flat=True))
    guest.tryons.update(shopper=customer)
    guest.attributions.update(shopper=customer)
