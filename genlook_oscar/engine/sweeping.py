"""The sweep: each minute, put right what crashes, lost tasks and the calendar leave."""

from datetime import datetime, timedelta

from .. import clock, logs
from ..models import Account, Configuration, Counter, TryOn
from ..models.configuration import end_links
from ..models.returns import give_back_late
from ..shopper import erasure
from ..shopper.experiment import forget_old
from ..shopper.files import delete_strays
from . import alerts, books, catalogue, erasing, evidence, keeping, mails, moved, renewal
from .queue import enqueue, ensure_watcher
from .repair import end_overdue, repair_leases
from .watching import hand_over, work_left

logger = logs.logger(__name__)

BATCH = 500
CREDITS_EVERY = timedelta(minutes=5)
TIDY_EVERY = timedelta(days=1)


def sweep() -> None:
    """Repair everything; harmless when run twice, or by two processes at once."""
    repair_leases()
    end_overdue()
    moved.end()
    expire_pictures()
    # Whoever writes to the database past Django switches sharing off as well.
    end_links()
    hand_over()
    if work_left():
        ensure_watcher()
    books.give_up_late()
    give_back_late(TryOn.objects.all())
    Counter.objects.end_old()
    mails.hand_over()
    now = clock.now()
    for pk in erasing.due(now).values_list("pk", flat=True)[:BATCH]:
        enqueue("erase", pk)
    account = Account.load()
    stale = _long_ago(account.credits_at, now, CREDITS_EVERY)
    # An open circuit is closed by the first good answer; this asks for one. Where the last
    # credit is spent, this finds out that there are new ones.
    empty = account.credits is not None and account.credits <= 0
    if stale or account.circuit_reason or empty:
        enqueue("check_account")
    if not account.circuit_reason:
        renewal.renew()
        catalogue.sweep(Configuration.load())
    keeping.look_again(account)
    evidence.hand_over(account)
    alerts.tell(Configuration.load())
    if _long_ago(account.tidied_at, now, TIDY_EVERY):
        tidy()
    # Last, so that a sweep which never comes to its end is seen as one that does not run.
    Account.mine().update(swept_at=clock.now())


def _long_ago(moment: datetime | None, now: datetime, after: timedelta) -> bool:
    return moment is None or not timedelta(0) <= now - moment <= after


def tidy() -> None:
    """Delete the pictures that no row names: what a process left that died between writing
    a file and its row. Only after as many days as were promised to shoppers. And what was
    counted of visitors for experiments that are over."""
    now = clock.now()
    configuration = Configuration.load()
    Account.mine().update(tidied_at=now)
    delete_strays(now - timedelta(days=configuration.retention_days))
    forget_old(configuration, now)


def expire_pictures() -> None:
    """Delete the pictures whose days are over. Genlook deletes its copies by itself: they
    were sent with the same number of days, or fewer."""
    now = clock.now()
    for tryon in erasure.due_results(now)[:BATCH]:
        erasure.erase_result(tryon, due_at=now)
    for photo in erasure.due_photos(now)[:BATCH]:
        erasure.erase_photo(photo, due_at=now, at_genlook=False)
