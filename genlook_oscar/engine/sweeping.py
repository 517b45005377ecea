"""The sweep: each minute, put right what crashes, lost tasks and the calendar leave."""

import logging
from datetime import timedelta

from django.db.models import Q

from .. import clock
from ..models import Account, Erasure, TryOn
from ..shopper import erasure
from .outcomes import fail
from .queue import enqueue, ensure_watcher
from .timing import LATE
from .watching import hand_over, work_left

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
"""Submissions of one try-on, counted before the work: a photo or product that kills its
worker each time must not do so for ever."""
BATCH = 500
CREDITS_EVERY = timedelta(minutes=5)


def sweep() -> None:
    """Repair everything; harmless when run twice, or by two processes at once."""
    repair_leases()
    end_overdue()
    expire_results()
    expire_photos()
    hand_over(clock.now())
    if work_left():
        ensure_watcher()
    now = clock.now()
    for pk in Erasure.objects.filter(done_at=None, not_before__lte=now).values_list(
        "pk", flat=True
    )[:BATCH]:
        enqueue("erase", pk)
    account = Account.load()
    if account.credits_at is None or account.credits_at < now - CREDITS_EVERY:
        enqueue("check_account")


def repair_leases() -> None:
    """Take back what a dead process was submitting. Where nothing was sent it is queued
    again; where something may have been, the books say `uncertain`."""
    now = clock.now()
    dead = TryOn.objects.filter(status=TryOn.Status.SUBMITTING, claimed_until__lte=now)
    for tryon in dead[:BATCH]:
        if tryon.sent_at:
            fail(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                "uncertain",
                claim=tryon.claim,
                charge=TryOn.Charge.UNCERTAIN,
                error_detail="The worker died after sending and before the answer.",
            )
        elif tryon.attempts >= MAX_ATTEMPTS:
            fail(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                "internal",
                claim=tryon.claim,
                error_detail=f"Workers died {tryon.attempts} times before sending.",
            )
        else:
            TryOn.objects.filter(claim=tryon.claim).move(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                TryOn.Status.QUEUED,
                claim="",
                claimed_until=None,
                enqueued_at=None,
            )


def end_overdue() -> None:
    """Give every try-on its end by its deadline. One that is being made stays followed,
    because it is paid for."""
    now = clock.now()
    overdue = Q(deadline_at__lte=now)
    for tryon in TryOn.objects.filter(overdue, status=TryOn.Status.QUEUED)[:BATCH]:
        fail(tryon.pk, TryOn.Status.QUEUED, tryon.error_code or "busy")
    for tryon in TryOn.objects.filter(overdue, status=TryOn.Status.GENERATING)[:BATCH]:
        fail(
            tryon.pk,
            TryOn.Status.GENERATING,
            "too_slow",
            late_until=now + LATE,
            next_poll_at=now + timedelta(seconds=10),
        )


def expire_results() -> None:
    """Delete the pictures whose days are over."""
    for tryon in erasure.due_results(clock.now())[:BATCH]:
        if TryOn.objects.move(tryon.pk, TryOn.Status.COMPLETED, TryOn.Status.EXPIRED):
            erasure.erase_result(tryon)


def expire_photos() -> None:
    """Delete the photos whose days are over. Genlook deletes its copies by itself: they
    were sent with the same number of days, or fewer."""
    for photo in erasure.due_photos(clock.now())[:BATCH]:
        erasure.erase_photo(photo, at_genlook=False)
