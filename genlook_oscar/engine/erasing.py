"""Erasing at Genlook what a shopper wants gone, and keeping the proof."""

import logging
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from .. import clock
from ..api import GenlookError
from ..models import Erasure, Photo, Shopper, TryOn
from ..models.moments import over
from ..shopper import erasure as local
from ..transactions import atomic
from .account import ask
from .pacing import Kind, Paused
from .queue import enqueue
from .timing import backoff

logger = logging.getLogger(__name__)

WAIT_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 3600.0


def due(now: datetime) -> QuerySet[Erasure]:
    """Erasures that may be tried now."""
    longest = timedelta(seconds=LONGEST_WAIT_SECONDS)
    return Erasure.objects.filter(over("not_before", now, longest), done_at=None)


def ask_for(external_user_id: str) -> None:
    """Have everything that Genlook holds under this opaque name erased, by a task. Nothing
    happens for an empty name: nothing was sent under it."""
    if external_user_id:
        for erasure in local.ask_genlook([external_user_id]):
            enqueue("erase", erasure.pk)


def erase_everything(shopper: Shopper) -> None:
    """Erase all pictures of a shopper at her wish: here now, at Genlook by tasks. What waits
    is cancelled; what is being made is dropped on arrival. Safe to repeat."""
    with atomic():
        waiting = TryOn.objects.filter(shopper=shopper, status=TryOn.Status.QUEUED)
        for pk in waiting.values_list("pk", flat=True):
            TryOn.objects.move(pk, TryOn.Status.QUEUED, TryOn.Status.CANCELLED)
        for erasure in local.erase_shopper(shopper):
            enqueue("erase", erasure.pk)


def erase(pk: str | int) -> None:
    """Erase at Genlook everything of one opaque name; a task.

    Genlook erases by shopper only, not by picture (documented), so the shopper's other
    photos are sent again when they are next needed. What is being made is waited for: it
    is paid, and its picture would be erased with the rest. Repeating does no harm
    (documented as idempotent); a failure is tried again by the sweep, for ever.
    """
    now = clock.now()
    erasure = due(now).filter(pk=pk).first()
    if erasure is None:
        return
    # Counted and put off first: a process that dies here must not stop the next one.
    Erasure.objects.filter(pk=pk).update(
        attempts=F("attempts") + 1, not_before=now + timedelta(seconds=_wait(erasure.attempts))
    )
    name = erasure.external_user_id
    if TryOn.objects.live().filter(external_user_id=name).exists():
        Erasure.objects.filter(pk=pk).update(not_before=now + timedelta(seconds=WAIT_SECONDS))
        return
    try:
        ask(Kind.SPARE, lambda client: client.erase_customer(name))
    except (Paused, GenlookError) as error:
        logger.warning("An erasure at Genlook is put off: %s", error)
        return
    Erasure.objects.filter(pk=pk).update(done_at=clock.now())
    Photo.objects.filter(external_user_id=name).update(image_id="", image_expires_at=None)
    TryOn.objects.filter(external_user_id=name).exclude(late_until=None).update(late_until=None)


def _wait(attempts: int) -> float:
    return backoff(attempts, WAIT_SECONDS, LONGEST_WAIT_SECONDS)
