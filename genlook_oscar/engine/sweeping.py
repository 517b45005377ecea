"""The sweep: each minute, put right what crashes, lost tasks and the calendar leave."""

from collections.abc import Callable
from datetime import datetime, timedelta

from .. import clock, logs, shops
from ..conf import conf
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
    expire_pictures()
    # Whoever writes to the database past Django switches sharing off as well.
    end_links()
    books.give_up_late()
    give_back_late(TryOn.objects.all())
    Counter.objects.end_old()
    mails.hand_over()
    for shop in conf.accounts:
        _each(shop, _account)
    catalogue.sweep_readiness()
    for shop in conf.shops:
        _each(shop, lambda: alerts.tell(Configuration.load()))
    if _long_ago(Account.load().tidied_at, clock.now(), TIDY_EVERY):
        tidy()
    # Last, so that a sweep which never comes to its end is seen as one that does not run.
    Account.objects.update(swept_at=clock.now())


def _each(shop: int, part: Callable[[], None]) -> None:
    """Do a part of the sweep for one shop. Where there are several, what goes wrong with one of
    them is logged, and keeps no other waiting."""
    with shops.of(shop):
        if len(conf.shops) == 1:
            part()
            return
        try:
            part()
        except Exception:
            logger.exception("The sweep of shop %d came to no end.", shop)


def _account() -> None:
    """The part of the account in charge."""
    moved.end()
    hand_over()
    if work_left():
        ensure_watcher()
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


def _long_ago(moment: datetime | None, now: datetime, after: timedelta) -> bool:
    return moment is None or not timedelta(0) <= now - moment <= after


def tidy() -> None:
    """Delete the pictures that no row names: what a process left that died between writing
    a file and its row. Only after as many days as were promised to shoppers. And what was
    counted of visitors for experiments that are over."""
    now = clock.now()
    configuration = Configuration.load()
    Account.mine().update(tidied_at=now)
    delete_strays(now - timedelta(days=_longest_promise()))
    forget_old(configuration, now)


def expire_pictures() -> None:
    """Delete the pictures whose days are over. Genlook deletes its copies by itself: they
    were sent with the same number of days, or fewer."""
    now = clock.now()
    for tryon in erasure.due_results(now)[:BATCH]:
        erasure.erase_result(tryon, due_at=now)
    for photo in erasure.due_photos(now)[:BATCH]:
        erasure.erase_photo(photo, due_at=now, at_genlook=False)


def _longest_promise() -> int:
    """Days for which some shop keeps pictures."""
    days = []
    for shop in conf.shops:
        with shops.of(shop):
            days.append(Configuration.load().retention_days)
    return max(days)
