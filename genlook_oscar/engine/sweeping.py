"""The sweep: each minute, put right what crashes, lost tasks and the calendar leave."""

import logging
from datetime import timedelta

from .. import clock
from ..models import Account, Erasure
from ..shopper import erasure
from .queue import enqueue, ensure_watcher
from .repair import end_overdue, repair_leases
from .watching import hand_over, work_left

logger = logging.getLogger(__name__)

BATCH = 500
CREDITS_EVERY = timedelta(minutes=5)


def sweep() -> None:
    """Repair everything; harmless when run twice, or by two processes at once."""
    repair_leases()
    end_overdue()
    expire_pictures()
    hand_over()
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


def expire_pictures() -> None:
    """Delete the pictures whose days are over. Genlook deletes its copies by itself: they
    were sent with the same number of days, or fewer."""
    now = clock.now()
    for tryon in erasure.due_results(now)[:BATCH]:
        erasure.erase_result(tryon, due_at=now)
    for photo in erasure.due_photos(now)[:BATCH]:
        erasure.erase_photo(photo, due_at=now, at_genlook=False)
