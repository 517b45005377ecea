"""The picture of a completed try-on: fetched at once, marked as AI-made, kept privately."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from .. import clock, logs, pictures, shops
from ..api import GenlookError, NotFound, Rejected
from ..conf import conf
from ..models import TryOn
from ..models.tryon import result_path
from ..shopper import files
from ..signals import tryon_completed
from ..transactions import atomic
from . import erasing, keeping, provenance
from .account import client
from .outcomes import detail_of, fail
from .provenance import JPEG_QUALITY, MAX_PIXELS, XMP, Provenance
from .queue import ensure_watcher
from .timing import LATE, backoff

logger = logs.logger(__name__)

MAX_BYTES = 25 * 1024 * 1024
"""Bound of a result's file. Its size is not documented; this is far above any sample."""
DOWNLOAD_SECONDS = 20.0
"""For a whole download, redirects included: with a turn of the watcher before it, it stays
below a minute, the least timeout of django-q2 that the system checks accept."""
MAX_FETCHES = 6
"""Downloads before the shopper is told that her picture cannot be fetched."""
MAX_UNREADABLE = 12
"""Downloads of what is no picture, before it is given up: it is paid, and asked for again in
case that something on the way was at fault, but not for ever."""
LATE_PAUSE = timedelta(minutes=5)
NOTHING_BESIDE = Provenance()


class NotAPicture(ValueError):
    """What was downloaded cannot be shown."""


class NoRoom(NotAPicture):
    """Nobody could look at what was downloaded; that is no fault of it."""


def lease_seconds() -> float:
    """How long a fetching claim lasts: a download at its slowest, and a margin."""
    return conf.connect_timeout + 2 * max(conf.read_timeout, DOWNLOAD_SECONDS) + 10


@logs.of_tryon
def fetch(pk: str) -> None:
    """Download the picture of the try-on `pk` and complete it; a task.

    A download that fails is tried again; a URL that has expired is asked for anew by the
    watcher. Does nothing when another process is at it.
    """
    claim = TryOn.objects.claim_fetch(pk, lease_seconds())
    if claim is None:
        return
    tryon = TryOn.objects.get(pk=pk)
    logs.note(request_id=tryon.request_id)
    with shops.of(tryon.shop):
        _fetched(tryon, claim)


def _fetched(tryon: TryOn, claim: str) -> None:
    if tryon.hidden_at:
        # She has deleted it: what nobody will see is not fetched.
        _store(tryon, claim, b"")
        return
    try:
        with client(DOWNLOAD_SECONDS) as connection:
            downloaded = connection.download(tryon.result_url, max_bytes=MAX_BYTES)
        picture = marked(downloaded.content)
        told = _told(downloaded.content, picture, tryon)
    except (GenlookError, NotAPicture) as error:
        _not_fetched(tryon, claim, error)
    else:
        _store(tryon, claim, picture, told)


def drop(tryon: TryOn) -> None:
    """Complete a try-on whose picture she has deleted, and which Genlook names no more."""
    _store(tryon, tryon.claim, b"")


def _told(content: bytes, picture: bytes, tryon: TryOn) -> Provenance:
    try:
        return provenance.of(content, picture, tryon.language)
    except (pictures.Refused, pictures.Busy):
        # It was decoded a moment ago: the machine is short of something, and not for long.
        raise NoRoom("no place to write into the picture") from None


def marked(content: bytes) -> bytes:
    """Return the picture as a JPEG file that says in its metadata that AI made it.

    Upright and in sRGB. Decoding is the check: raises `NotAPicture` for what cannot be decoded,
    is larger than `MAX_PIXELS`, or (`NoRoom`) found no place to be decoded in time.
    """
    try:
        picture = pictures.rebuild(
            content,
            long_side=None,
            max_pixels=MAX_PIXELS,
            quality=JPEG_QUALITY,
            subsampling=0,
            xmp=XMP,
        )
    except pictures.Refused as refused:
        raise NotAPicture(f"the result is not a readable picture ({refused.code})") from None
    except pictures.Busy:
        raise NoRoom("too many pictures are being decoded") from None
    return picture.content


def _store(tryon: TryOn, claim: str, picture: bytes, told: Provenance = NOTHING_BESIDE) -> None:
    now = clock.now()
    values: dict[str, Any] = {
        "charge": TryOn.Charge.SETTLED,
        "result_url": "",
        "late_until": None,
        "error_code": "",
        "error_detail": "",
        "finished_at": now,
    }
    name = ""
    # One that was lost here keeps its days, and is no news.
    again = tryon.expires_at is not None
    if not tryon.hidden_at:
        try:
            name = _save(tryon, picture, told)
        except Exception:
            _not_written(tryon, claim)
            return
        days = timedelta(days=tryon.retention_days)
        values |= {
            "result": name,
            "original": told.original,
            "credentials": told.credentials,
            "expires_at": tryon.expires_at or now + days,
        }
    rows = TryOn.objects.filter(claim=claim)
    source = tryon.status
    with atomic():
        completed = any(
            rows.move(tryon.pk, status, TryOn.Status.COMPLETED, **values)
            for status in dict.fromkeys([source, TryOn.Status.FAILED])
        )
        if completed and tryon.hidden_at:
            # In one step: a completed try-on always has its picture.
            TryOn.objects.move(tryon.pk, TryOn.Status.COMPLETED, TryOn.Status.EXPIRED)
    if not completed:
        if name:
            files.delete(name)
        return
    if tryon.hidden_at:
        erasing.arrived(tryon.external_user_id)
        return
    if again:
        return
    tryon.refresh_from_db()
    tryon_completed.send_robust(sender=TryOn, tryon=tryon)


def _save(tryon: TryOn, picture: bytes, told: Provenance) -> str:
    """Write the files of a result; return the name of the one that the row names."""
    storage = tryon.result.storage
    name = result_path(tryon, "")
    try:
        for ending, content in told.files.items():
            storage.save(files.beside(name, ending), ContentFile(content))
        return str(storage.save(name, ContentFile(picture)))
    except Exception:
        # Half a result would only take the room that is missing.
        files.delete(name)
        raise


def _not_written(tryon: TryOn, claim: str) -> None:
    """The picture is paid, and here, and there is no room for it: it is fetched again when
    there is. That is no fault of the picture, and not counted against it."""
    logger.exception("A picture could not be written to private storage.")
    keeping.cannot_write()
    now = clock.now()
    values: dict[str, Any] = {"claimed_until": now + keeping.PAUSE, "enqueued_at": None}
    if tryon.status != TryOn.Status.GENERATING:
        values = {"claimed_until": None, "result_url": "", "next_poll_at": now + LATE_PAUSE}
    TryOn.objects.filter(pk=tryon.pk, claim=claim).update(
        claim="", fetches=max(tryon.fetches - 1, 0), error_detail=keeping.NO_ROOM, **values
    )
    ensure_watcher()


def _not_fetched(tryon: TryOn, claim: str, error: GenlookError | NotAPicture) -> None:
    now = clock.now()
    detail = detail_of(error) if isinstance(error, GenlookError) else str(error)
    mine = TryOn.objects.filter(pk=tryon.pk, claim=claim)
    free: dict[str, Any] = {"claim": "", "claimed_until": None, "error_detail": detail}
    hopeless = isinstance(error, NotAPicture | Rejected) and not isinstance(error, NoRoom)
    again: dict[str, Any] = {"result_url": "", "next_poll_at": now + LATE_PAUSE}
    if tryon.status != TryOn.Status.GENERATING:
        if hopeless and tryon.fetches >= MAX_UNREADABLE:
            again["late_until"] = None
        mine.update(**again, **free)
        return
    if tryon.fetches >= MAX_FETCHES:
        # It was paid for, so it stays followed; the shopper need not wait for it.
        fail(
            tryon.pk,
            TryOn.Status.GENERATING,
            "result_lost",
            claim=claim,
            error_detail=detail,
            charge=TryOn.Charge.SETTLED,
            late_until=now + LATE,
            **again,
        )
        return
    pause = timedelta(seconds=backoff(tryon.fetches, 1.0, 60.0))
    if hopeless or isinstance(error, NotFound) or tryon.fetches % 3 == 0:
        # The URL may have expired: the next question brings a fresh one.
        mine.update(result_url="", next_poll_at=now + pause, **free)
    else:
        mine.update(claimed_until=now + pause, enqueued_at=None, error_detail=detail)
    ensure_watcher()
