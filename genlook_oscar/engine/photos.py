"""A shopper's photo at Genlook: sent once, sent again when forgotten, erased when asked."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from .. import clock, shops
from ..api import GenlookError, ImageFile, Rejected
from ..conf import conf
from ..models import Configuration, Photo
from ..models.mark import mark
from ..models.moments import free
from ..shopper import erasure
from ..transactions import atomic
from . import erasing
from .account import ask
from .pacing import Kind, Paused
from .queue import enqueue

UNKNOWN_WINDOW_DAYS = 1
"""How long an upload is trusted when the account's own window applies, which the API does
not tell. It is at least a day; being wrong costs one upload more."""
MARGIN = timedelta(hours=1)
WAIT_FOR_OTHER = 0.5
"""Seconds after which to look again when another process is uploading the same photo."""


class PhotoGone(Exception):
    """The photo was erased or is over its time."""


def enqueue_upload(photo: Photo) -> None:
    """Send the photo to Genlook from a worker, so that it is there before the click."""
    if not photo.usable_image_id(Configuration.load().crop):
        enqueue("upload_photo", str(photo.pk))


def upload(pk: str) -> None:
    """The task behind `enqueue_upload`. What fails here is tried again by the click."""
    photo = Photo.objects.filter(pk=pk, erased_at=None).select_related("shopper").first()
    if photo is None:
        return
    try:
        with shops.of(photo.shop):
            image_id(photo, Configuration.load())
    except (PhotoGone, Paused, GenlookError):
        return


def image_id(photo: Photo, configuration: Configuration) -> str:
    """Return Genlook's id of the photo, uploading it if Genlook does not hold it.

    Concurrent callers share one upload: who finds it under way gets `Paused`. Raises
    `PhotoGone`, and what the API raises; a refusal is remembered in `error_code`.
    """
    known = photo.usable_image_id(configuration.crop)
    if known:
        return known
    claim = _claim(photo, clock.now())
    photo.refresh_from_db()
    known = photo.usable_image_id(configuration.crop)
    if claim and not known:
        try:
            return _upload(photo, configuration, claim)
        except Rejected as error:
            Photo.objects.filter(pk=photo.pk, claim=claim).update(error_code=error.code[:64])
            raise
        finally:
            _release(photo, claim)
    if claim:
        _release(photo, claim)
    if known:
        return known
    if photo.erased_at or photo.expires_at <= clock.now():
        raise PhotoGone
    raise Paused(WAIT_FOR_OTHER)


def forget_image(photo: Photo, image_id: str) -> None:
    """Note that Genlook no longer holds the photo under this id."""
    Photo.objects.filter(pk=photo.pk, image_id=image_id).update(image_id="", image_expires_at=None)
    photo.refresh_from_db()


def delete(photo: Photo) -> None:
    """Erase the photo here now, and at Genlook by a task."""
    # In one step: where nothing is left to delete here, nobody would ask Genlook any more.
    with atomic():
        erasure.erase_photo(photo, at_genlook=False)
        # Read only now: an upload that began meanwhile has written the name before it sent.
        photo.refresh_from_db()
        erasing.ask_for(photo.external_user_id, photo.accounts.split() or [""])


def _claim(photo: Photo, now: datetime) -> str:
    claim = uuid.uuid4().hex
    lease = timedelta(seconds=conf.connect_timeout + conf.read_timeout + 10)
    unclaimed = Photo.objects.filter(free("claimed_until", now), pk=photo.pk)
    taken = unclaimed.filter(erased_at=None, expires_at__gt=now).update(
        claim=claim, claimed_until=now + lease, attempts=F("attempts") + 1
    )
    return claim if taken else ""


def _release(photo: Photo, claim: str) -> None:
    Photo.objects.filter(pk=photo.pk, claim=claim).update(claim="", claimed_until=None)


def _upload(photo: Photo, configuration: Configuration, claim: str) -> str:
    try:
        with photo.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise PhotoGone from None
    days = configuration.keep_for_days_flag
    user_id = photo.shopper.external_user_id
    # Written before the bytes leave, so that what may be at Genlook can always be erased.
    mine = Photo.objects.filter(pk=photo.pk, claim=claim)
    sent: dict[str, Any] = {
        "external_user_id": user_id,
        "accounts": photo.accounts_with(mark()),
    }
    if not photo.is_ours:
        # What it is called in another account, it is not called in this one.
        sent |= {"image_id": "", "image_expires_at": None}
    if not mine.update(**sent):
        raise PhotoGone
    try:
        uploaded = ask(
            Kind.PHOTO,
            lambda client: client.upload_image(
                ImageFile(content=content, filename="photo.jpg", content_type="image/jpeg"),
                crop=configuration.crop,
                external_user_id=user_id,
                keep_for_days=days,
            ),
            about=f"photo/{photo.pk}",
        )
    except GenlookError as error:
        erased = not Photo.objects.filter(pk=photo.pk, erased_at=None).exists()
        if error.carried_out and erased:
            erasing.ask_for(user_id, [mark()])
        raise
    kept = timedelta(days=days or UNKNOWN_WINDOW_DAYS) - MARGIN
    kept_here = Photo.objects.filter(pk=photo.pk, erased_at=None).update(
        image_id=uploaded.image_id,
        image_expires_at=clock.now() + kept,
        image_crop=configuration.crop,
        sent_at=clock.now(),
        error_code="",
    )
    if not kept_here:
        # She deleted it while it was on its way: what has arrived there must go as well.
        erasing.ask_for(user_id, [mark()])
        raise PhotoGone
    return uploaded.image_id
