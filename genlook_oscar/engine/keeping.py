"""The pictures in private storage: what is lost there, and a storage that cannot be written."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from .. import clock, logs
from ..models import Account, TryOn
from ..models.tryon import result_path
from ..shopper import files
from .queue import ensure_watcher
from .timing import LATE

logger = logs.logger(__name__)

LOST = "The picture was no longer in private storage."
PAUSE = timedelta(minutes=1)
"""How long a picture waits that could not be written."""
NO_ROOM = "The picture could not be written to private storage."
GONE_AFTER = 3
"""Answers without a picture after which Genlook is believed to have one no more either."""


def is_kept(tryon: TryOn) -> bool:
    """Whether the picture of a completed try-on still lies in private storage; True as well
    where the storage cannot say."""
    try:
        return bool(tryon.result.storage.exists(str(tryon.result.name))) or not _stands(tryon)
    except Exception:
        logger.exception("Private storage could not be asked for a picture.")
        return True


def lost(tryon: TryOn) -> bool:
    """Note that a completed try-on's picture is gone from private storage: it is fetched once
    more, for a day and within its days, while Genlook may have it. Whoever clicks for it then
    is led to it, and spends a new credit only when it is given up. Returns whether this call
    noted it."""
    if is_kept(tryon):
        return False
    now = clock.now()
    days_over = tryon.expires_at or now
    until = min(now + LATE, days_over) if tryon.generation_id else None
    logger.error("The picture of the try-on %s is lost from private storage.", tryon.pk)
    noted = TryOn.objects.filter(result=tryon.result.name).move(
        tryon.pk,
        TryOn.Status.COMPLETED,
        TryOn.Status.FAILED,
        error_code="result_lost",
        error_detail=LOST,
        result="",
        result_url="",
        late_until=until,
        next_poll_at=now,
        polls=0,
        fetches=0,
    )
    ensure_watcher()
    return noted


def cannot_write() -> None:
    """Note that private storage could not be written; health tells of it."""
    Account.objects.filter(storage_failed_at=None).update(storage_failed_at=clock.now())


def look_again(account: Account) -> None:
    """Find out by a little file whether a storage that could not be written can be again."""
    if account.storage_failed_at is None:
        return
    storage = TryOn._meta.get_field("result").storage
    try:
        name = storage.save(result_path(TryOn(), ""), ContentFile(b"\0" * 4096))
        files.delete(name)
    except Exception:
        logger.error("Private storage cannot be written.", exc_info=True)
        return
    Account.objects.update(storage_failed_at=None)
    # What waits for room need not wait any longer.
    waiting = TryOn.objects.followed().filter(error_detail=NO_ROOM, claim="")
    waiting.update(claimed_until=None, enqueued_at=None, next_poll_at=clock.now())
    ensure_watcher()


def _stands(tryon: TryOn) -> bool:
    """Whether the folder is there at all: one that is not mounted has lost nothing."""
    location: Any = getattr(tryon.result.storage, "location", None)
    return location is None or Path(location).is_dir()
