"""Whether anybody does the work, judged by those who wait for it.

A worker of the cluster that makes try-ons leaves a sign of life when it begins a task, and
every few seconds while it lasts, whosever task it is. So one that is busy with other things
of the shop's is told from one that is dead, and from one that stands still though its process
is there. Whoever waits and sees no sign calls; a call that nobody answers closes the fitting
room, and the next sign opens it. None of this depends on a worker, nor on a try-on of its own:
any page, click or question for the health does it, from rows that it has read.
"""

import math
import threading
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections
from django.db.models import Min, Q

from .. import clock, logs, shops
from ..conf import conf
from ..models import Account, TryOn
from ..models.moments import LONGEST_WATCH, ahead
from ..models.tryon import TryOnQuerySet
from . import repair, telling
from .queue import enqueue, ensure_watcher
from .signing import fingerprint

logger = logs.logger(__name__)

REASON = "workers"
"""Why clicks are refused while nobody works: the code of the refusal."""
SIGN_SECONDS = 3.0
"""A worker that has a task leaves a sign this often."""
PATIENCE = timedelta(seconds=8)
"""Work that has waited this long, without any sign of life meanwhile, makes its shopper's page
call the workers. Two signs at their latest, and two seconds for a slow database."""
UNANSWERED = timedelta(seconds=8)
"""A call that is not answered in this time: nobody is there. As long, for the same reason."""
QUIET = timedelta(seconds=100)
"""Without work, the sweep is a sign each minute, give or take the half minute in which django-q2
looks at its schedule. Whoever enters the fitting room after a longer silence calls."""
CALL_AGAIN = timedelta(seconds=30)
"""How often they are called while nobody works: a call may be lost with its queue."""
SKEW = timedelta(seconds=5)
"""A sign may be so far ahead, by another host's clock. One beyond it was left by a clock that
has been put right since, and tells nothing."""
AT_ONCE = 20
"""Rows that one request puts right, so that no page is slow because of them."""


def sign() -> None:
    """Leave a sign of life, which opens the fitting room. For workers only."""
    signs = {"alive_at": clock.now(), "alive_key": fingerprint()}
    # Workers are the project's: what one account's shoppers wait for all may count on.
    if not Account.objects.update(**signs, stopped_since=None):
        Account.mine().get_or_create(defaults=signs)


def tend(account: Account, since: datetime | None = None, *, aside: bool = True) -> bool:
    """Whether nobody works, by the row as just read; and what a request does about it.

    `since` is the moment at which what the caller waits for was ready for a worker; without
    it, long silence is reason enough to call. Costs nothing while there are signs of life.
    `aside` as in `telling.tell_workers`.
    """
    now = clock.now()
    if account.stopped_since:
        if account.called_at is None or not timedelta(0) <= now - account.called_at < CALL_AGAIN:
            _call(account, now)
        return True
    if is_unanswered(account, now):
        called = account.called_at or now
        return now - called > UNANSWERED and _close(account, now, aside)
    alive = last_sign(account, now)
    if since is not None:
        silent = now - max(since, alive or since) > PATIENCE
    else:
        silent = alive is None or now - alive > QUIET
    if silent:
        _call(account, now)
    return False


def last_sign(account: Account, now: datetime) -> datetime | None:
    """When a worker was last seen alive, as far as is known."""
    return account.alive_at if account.alive_at and account.alive_at <= now + SKEW else None


def is_unanswered(account: Account, now: datetime) -> bool:
    """Whether workers were called and have left no sign since."""
    if account.called_at is None or account.called_at > now:
        return False
    alive = last_sign(account, now)
    return alive is None or alive < account.called_at


def look_after(*, aside: bool = True) -> None:
    """What monitoring and the sweep's absence call for: judge the workers by the work that
    waits, and put right what a dead watcher leaves, a bounded part of it."""
    account = Account.load()
    now = clock.now()
    waiting = TryOn.objects.here().aggregate(
        queued=Min("not_before", filter=Q(status=TryOn.Status.QUEUED)),
        unasked=Min("next_poll_at", filter=Q(status=TryOn.Status.GENERATING)),
    )
    ready = [moment for moment in waiting.values() if moment and moment <= now]
    tend(account, min(ready, default=None), aside=aside)
    if not ahead(account.watcher_until, now, LONGEST_WATCH):
        put_right()


def put_right(rows: TryOnQuerySet | None = None) -> None:
    """End what is over its time, in the watcher's place; a bounded part of it."""
    repair.repair_leases(rows, AT_ONCE)
    repair.end_overdue(rows, AT_ONCE)


def _call(account: Account, now: datetime) -> None:
    row = Account.mine().filter(called_at=account.called_at)
    if row.update(called_at=now, called_key=fingerprint()):
        enqueue("wake")


def _close(account: Account, now: datetime, aside: bool) -> bool:
    """Close the fitting room; False when a worker was seen in this very moment."""
    unseen = Q(alive_at=None) | Q(alive_at__lt=account.called_at) | Q(alive_at__gt=now + SKEW)
    row = Account.mine().filter(unseen, called_at=account.called_at)
    if row.filter(stopped_since=None).update(stopped_since=now):
        logger.error("No worker shows a sign of life; new try-ons are refused.")
        telling.tell_workers(aside=aside)
        return True
    return row.exclude(stopped_since=None).exists()


def wake() -> None:
    """Answer a call, and take up what waits after a standstill; a task."""
    sign()
    for shop in conf.accounts:
        with shops.of(shop):
            if TryOn.objects.here().live().exists():
                ensure_watcher()


class _Signs:
    """The signs of one worker: at the beginning of a task and while it lasts."""

    def __init__(self) -> None:
        self._next = -math.inf
        self._over = threading.Event()

    def begun(self, **kwargs: Any) -> None:
        """A task begins."""
        if not _makes_tryons():
            return
        self._leave()
        self._over = threading.Event()
        # A thread of its own, because a task may wait for Genlook all the time, or sleep.
        threading.Thread(target=self._meanwhile, args=(self._over,), daemon=True).start()

    def ended(self, **kwargs: Any) -> None:
        """It is done."""
        self._over.set()

    def _meanwhile(self, over: threading.Event) -> None:
        try:
            while not over.wait(SIGN_SECONDS):
                self._leave()
        finally:
            connections.close_all()

    def _leave(self) -> None:
        now = clock.ticks()
        if now < self._next:
            return
        self._next = now + SIGN_SECONDS
        try:
            sign()
        except Exception:
            # django-q2 lets what its signals raise end the worker.
            logger.exception("A worker could not leave a sign of life.")


_signs = _Signs()


def _spawned(**kwargs: Any) -> None:
    # That it was started proves nothing yet: django-q2 starts workers that then wait for ever
    # behind the lock of one that was killed. But if it takes this task, it works.
    try:
        if _makes_tryons():
            enqueue("wake")
    except Exception:
        logger.exception("A worker could not call itself.")


def connect() -> None:
    """Have django-q2's workers leave their signs; when the app is ready."""
    if not apps.is_installed("django_q"):
        return
    from django_q.signals import post_execute_in_worker, post_spawn, pre_execute

    name = "genlook_oscar.signs"
    pre_execute.connect(_signs.begun, dispatch_uid=name)
    post_execute_in_worker.connect(_signs.ended, dispatch_uid=name)
    post_spawn.connect(_spawned, dispatch_uid=name)


def _makes_tryons() -> bool:
    """Whether this process is a worker of the cluster that makes try-ons."""
    from django_q.conf import Conf

    given = getattr(settings, "Q_CLUSTER", None) or {}
    usual = given.get("cluster_name") or given.get("name", "default")
    return bool((conf.cluster or usual) == Conf.CLUSTER_NAME)
