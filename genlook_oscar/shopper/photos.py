"""Taking in a shopper's photo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from .. import clock, logs
from ..conf import conf
from ..models import Account, Configuration, Photo, Shopper
from ..models.mark import of_shop
from ..models.photo import told_apart
from ..pictures import Busy, Header, Held, Patience, held
from ..transactions import atomic
from . import identity
from .erasure import erase_photo
from .pixels import Rebuilt, judge, rebuild
from .refusals import PhotoRefused, refusal_of

logger = logs.logger(__name__)

__all__ = ["PhotoRefused", "judged", "keep", "mine", "placed", "read", "take_in"]


def judged(uploaded_file: Any) -> Header:
    """Return what an uploaded file (None when there was none) says of its photo, when that is
    nothing against it. Asks no database: a refusal costs next to nothing. Raises `PhotoRefused`.
    """
    return judge(
        _content(uploaded_file), max_pixels=conf.max_photo_pixels, long_side=conf.photo_long_side
    )


@contextmanager
def placed(header: Header, *, waits: bool = True) -> Iterator[Held]:
    """Hold a place for a photo to be decoded; `waits` as in `Patience`. Raises `PhotoRefused`
    where there is none: nothing is written then, and nothing lost."""
    try:
        with held(header, Patience.of(conf.photo_seconds, waits=waits)) as photo:
            yield photo
    except Busy as error:
        raise refusal_of(error) from None


def read(photo: Held) -> Rebuilt:
    """Return a photo rebuilt from its pixels. Writes nothing. Raises `PhotoRefused`."""
    return rebuild(photo, max_pixels=conf.max_photo_pixels, long_side=conf.photo_long_side)


def take_in(shopper: Shopper, uploaded_file: Any, configuration: Configuration) -> Photo:
    """Return the shopper's photo made from an uploaded file (None when there was none): `judged`,
    `placed`, `read` and kept. Raises `PhotoRefused`."""
    with placed(judged(uploaded_file)) as photo:
        rebuilt = read(photo)
    return keep(shopper, rebuilt, configuration)


def keep(shopper: Shopper, rebuilt: Rebuilt, configuration: Configuration) -> Photo:
    """Return the shopper's photo, kept in private storage for the configuration's days.

    A picture that the shopper gave before, and that is not over its time, gives the same row,
    whose days begin anew; Genlook's copy keeps its own time. What speaks against the photo
    stands in its `warnings`. Raises `PhotoRefused` where there is no room for it.
    """
    try:
        with atomic():
            shopper = identity.lock(shopper)
            photo = _given_again(shopper, rebuilt, configuration) or _stored(
                shopper, rebuilt, configuration
            )
    except PhotoRefused:
        # There was no room for it; the transaction is over, so this stays.
        Account.objects.filter(storage_failed_at=None).update(storage_failed_at=clock.now())
        raise
    photo.warnings = rebuilt.warnings
    return photo


def mine(request: HttpRequest) -> QuerySet[Photo]:
    """Return the photos of whoever is asking that can be shown and used now."""
    owned = Photo.objects.filter(identity.shopper_filter(request))
    return owned.filter(of_shop(), erased_at=None, expires_at__gt=clock.now())


def _content(uploaded_file: Any) -> bytes:
    if uploaded_file is None:
        raise PhotoRefused("photo_missing")
    limit = conf.max_photo_bytes
    uploaded_file.seek(0)
    content: bytes = uploaded_file.read(limit + 1)
    if not content:
        raise PhotoRefused("photo_empty")
    if len(content) > limit:
        raise PhotoRefused("photo_too_large", limit=filesizeformat(limit))
    return content


def _given_again(shopper: Shopper, rebuilt: Rebuilt, configuration: Configuration) -> Photo | None:
    now = clock.now()
    photo = shopper.photos.filter(sha256=told_apart(rebuilt.sha256)).first()
    if photo is None:
        return None
    # The sweep may be erasing it in this moment: who changes the row first has it.
    renewed = shopper.photos.filter(pk=photo.pk, erased_at=None, expires_at__gt=now).update(
        expires_at=now + timedelta(days=configuration.retention_days)
    )
    if not renewed:
        erase_photo(photo, at_genlook=False)
        return None
    photo.refresh_from_db()
    return photo


def _stored(shopper: Shopper, rebuilt: Rebuilt, configuration: Configuration) -> Photo:
    now = clock.now()
    photo = Photo(
        shopper=shopper,
        shop=conf.shop,
        sha256=told_apart(rebuilt.sha256),
        width=rebuilt.width,
        height=rebuilt.height,
        created_at=now,
        expires_at=now + timedelta(days=configuration.retention_days),
    )
    try:
        photo.file.save("photo.jpg", ContentFile(rebuilt.content), save=False)
    except Exception as error:
        # A disk that is full or not ours to write, or a bucket that does not answer.
        logger.exception("A photo could not be written to private storage.")
        raise PhotoRefused("photo_not_kept") from error
    try:
        photo.save(force_insert=True)
    except BaseException:
        photo.file.delete(save=False)
        raise
    return photo
