"""The watcher: one for the account, held by a lease, asking for every generation in flight.

It works in turns shorter than a django-q2 timeout and enqueues its own successor. It also
hands over again what waits for its time, and does with its own hands what no worker takes:
while the watcher lives, everything moves, however few workers there are.
"""

import math
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import Q

from .. import clock, logs
from ..api import (
    Generation,
    GenerationStatus,
    GenlookError,
    NotFound,
)
from ..models import Account, TryOn
from ..models.mark import ours
from ..models.moments import free, over, past
from . import keeping, moved, products, repair, results, submitting, timing
from .account import ask
from .hands import Hands, OwnHands
from .outcomes import detail_of, fail, generation_code
from .pacing import Kind, Paused, room
from .queue import enqueue, ensure_watcher

logger = logs.logger(__name__)

TURN_SECONDS = 15.0
"""One turn of the watcher. With the slowest job begun at its end it stays below a minute,
the least django-q2 timeout that the system checks accept."""
READ_TIMEOUT = 8.0
"""Seconds for one status answer."""
LEASE_SECONDS = 12.0
"""The lease is renewed every two seconds, and no round waits for an answer: after this time
without a sign of life, the watcher is dead."""
RENEWAL_SECONDS = 2.0
ASKING = 6
FETCHING = 6
"""Threads that ask, and threads that download and submit. Apart, because a download may
hang for as long as its timeout."""
ROUND = 50
"""Rows looked at in one round."""
SHORTEST_NAP = 0.05
LONGEST_NAP = 0.25
"""Seconds; the watcher looks at least this often for what is new."""
REPAIR_SECONDS = 1.0
"""How often, at most, it repairs: where many pictures come at once it looks for them twenty
times a second, and the repairs would be most of its work."""
HAND_OVER_AGAIN = timedelta(seconds=10)
"""A task not begun after this time counts as lost, and is enqueued again."""
SELF_AFTER = timedelta(seconds=0.3)
"""What waits this long for a worker is done by the watcher's own hands. A free worker takes
a task sooner; where none is free, the shopper need not wait for one."""
ASKED_AGAIN = timedelta(seconds=20)
"""A question under way is not repeated before this; longer than any answer may take."""


def watch() -> None:
    """Take the lease and watch for one turn; enqueue the next while there is work."""
    token = Account.take_watch(LEASE_SECONDS)
    if token is None:
        return
    started = clock.ticks()
    renewal, repairing = _Every(RENEWAL_SECONDS), _Every(REPAIR_SECONDS)
    with Hands(ASKING) as asking, Hands(FETCHING) as fetching:
        try:
            while clock.ticks() - started < TURN_SECONDS:
                if renewal() and not Account.keep_watch(token, LEASE_SECONDS):
                    return
                pause = look(asking, fetching, repairs=repairing())
                if pause is None:
                    break
                clock.sleep(min(pause, LONGEST_NAP))
        finally:
            Account.end_watch(token)
        # Only now: a try-on accepted before the lease ended was told that somebody watches.
        # And before the hands are done, so that the next watcher need not wait for them.
        if work_left():
            ensure_watcher()


def work_left() -> bool:
    """Whether a watcher is needed: something is live, or a late picture may be asked for."""
    due = over("next_poll_at", clock.now()) & ours() | ~Q(result_url="")
    here = TryOn.objects.here()
    return here.live().exists() or here.followed().filter(due).exists()


class _Every:
    """Says yes at first, and again when `seconds` have passed since it last did."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._again = -math.inf

    def __call__(self) -> bool:
        now = clock.ticks()
        if now < self._again:
            return False
        self._again = now + self._seconds
        return True


def look(
    asking: Hands | OwnHands | None = None,
    fetching: Hands | OwnHands | None = None,
    *,
    repairs: bool = True,
) -> float | None:
    """One round over everything that waits. Returns the seconds until there is something to
    do again, or None when nothing is left to watch. Without hands it does all by itself."""
    asking = asking or OwnHands()
    fetching = fetching or OwnHands()
    now = clock.now()
    if repairs:
        repair.repair_leases()
        repair.end_overdue()
        moved.end()
    _hand_over(now, fetching)
    due = TryOn.objects.ours().followed().filter(over("next_poll_at", now), result_url="")
    for tryon in due.order_by("next_poll_at")[: min(ROUND, asking.free)]:
        # Put off first: the question is under way, and another watcher must not repeat it.
        taken = due.filter(pk=tryon.pk, next_poll_at=tryon.next_poll_at)
        if taken.update(next_poll_at=now + ASKED_AGAIN):
            asking.give(_Question(tryon, fetching), tryon.pk)
    upcoming = (
        TryOn.objects.ours()
        .filter(status=TryOn.Status.GENERATING, result_url="")
        .order_by("next_poll_at")
        .values_list("next_poll_at", flat=True)
        .first()
    )
    if upcoming:
        return max((upcoming - clock.now()).total_seconds(), SHORTEST_NAP)
    return LONGEST_NAP if work_left() else None


class _Question:
    """One question for one generation, and what follows from its answer."""

    def __init__(self, tryon: TryOn, fetching: Hands | OwnHands) -> None:
        self.tryon = tryon
        self.fetching = fetching
        self.gone = False

    def __call__(self) -> None:
        with logs.about(tryon_id=self.tryon.pk, request_id=self.tryon.request_id):
            self._ask()

    def _ask(self) -> None:
        tryon = self.tryon
        account = Account.load()
        usual = timing.usual(account)
        waited = (clock.now() - (tryon.accepted_at or tryon.created_at)).total_seconds()
        sure = waited >= usual.high
        try:
            generation = ask(
                Kind.FINISH if sure else Kind.EARLY,
                lambda client: client.generation(tryon.generation_id),
                about=f"generation/{tryon.generation_id}",
                read_timeout=READ_TIMEOUT,
                account=account,
            )
        except Paused as pause:
            # A question that may be too early waits until its answer is nearly sure.
            self._later(pause.seconds if sure else min(pause.seconds, usual.high - waited), 0)
        except GenlookError as error:
            # Neither Genlook's trouble nor the network's is the generation's, and it is paid
            # for: not even its own "not found" ends it before it is given up as late.
            logger.info("A generation was not answered: %s", error.code)
            self.gone = isinstance(error, NotFound)
            self._later(
                error.retry_after or min(1.0 * (tryon.polls + 1), timing.LONGEST_PAUSE_SECONDS),
                error_detail=detail_of(error),
            )
        else:
            self._answered(generation, usual, waited)

    def _answered(self, generation: Generation, usual: timing.Usual, waited: float) -> None:
        tryon = self.tryon
        if generation.status is GenerationStatus.FAILED:
            code = generation_code(tryon, generation.error_code or "")
            if tryon.link and code == "product_refused":
                products.note_error(tryon.link, generation.error_code or "", refused=True)
            words = f"{generation.error_code or 'untyped'}: {generation.error_message or ''}"
            self._ended(code, words[:2000], TryOn.Charge.RELEASED)
        elif generation.status is GenerationStatus.COMPLETED and generation.result_image_url:
            told = None
            if generation.created_at and generation.updated_at:
                told = (generation.updated_at - generation.created_at).total_seconds()
            timing.learn(told, waited)
            changed = (
                TryOn.objects.followed()
                .filter(pk=tryon.pk, result_url="")
                .update(
                    result_url=generation.result_image_url,
                    polls=tryon.polls + 1,
                    enqueued_at=clock.now(),
                    claim="",
                    claimed_until=None,
                )
            )
            if changed:
                self.fetching.give(partial(results.fetch, str(tryon.pk)), tryon.pk)
        elif generation.status is GenerationStatus.COMPLETED and tryon.hidden_at:
            results.drop(tryon)
        elif generation.status is GenerationStatus.COMPLETED:
            # Finished, hence charged; a later answer may name the picture.
            self.gone = True
            detail = "Genlook says that the picture is finished, and not where it is."
            self._later(usual.after(waited), charge=TryOn.Charge.SETTLED, error_detail=detail)
        else:
            self._later(usual.after(waited))

    def _later(self, seconds: float, asked: int = 1, **values: Any) -> None:
        # One that was lost here is given up when Genlook has it no more either, so that a new
        # click is a new wish.
        if self.gone and self.tryon.expires_at and self.tryon.polls + 1 >= keeping.GONE_AFTER:
            values["late_until"] = None
        if self.tryon.status != TryOn.Status.GENERATING:
            seconds = max(seconds, timing.LATE_PAUSE_SECONDS)
        TryOn.objects.filter(pk=self.tryon.pk).update(
            polls=self.tryon.polls + asked,
            next_poll_at=clock.now() + timedelta(seconds=max(seconds, 0.05)),
            **values,
        )

    def _ended(self, code: str, detail: str, charge: str) -> None:
        tryon = self.tryon
        if tryon.status == TryOn.Status.GENERATING:
            fail(tryon.pk, TryOn.Status.GENERATING, code, error_detail=detail, charge=charge)
        else:
            TryOn.objects.filter(pk=tryon.pk, status=TryOn.Status.FAILED).update(
                late_until=None, charge=charge, error_detail=detail
            )


def hand_over() -> None:
    """Enqueue what is due and what a worker has lost."""
    _hand_over(clock.now(), None)


def _hand_over(now: datetime, own: Hands | OwnHands | None) -> None:
    lost = past("enqueued_at", now - HAND_OVER_AGAIN, now)
    waiting = Q(enqueued_at__lte=now - SELF_AFTER)
    ready = (
        TryOn.objects.here().followed().exclude(result_url="").filter(free("claimed_until", now))
    )
    queued = TryOn.objects.here().filter(over("not_before", now), status=TryOn.Status.QUEUED)
    if not (ready | queued).exists():
        return
    # No more than the minute's allowance suffices for: the others would only come back.
    startable = room(ROUND) if queued.exists() else 0
    for rows, task, work, most in (
        (ready, "fetch", results.fetch, ROUND),
        (queued, "submit", submitting.submit, startable),
    ):
        keys = rows.order_by("created_at").values_list("pk", flat=True)
        for pk in keys.filter(lost)[:most]:
            if rows.filter(lost, pk=pk).update(enqueued_at=now):
                enqueue(task, str(pk))
        if own is None:
            continue
        for pk in keys.filter(waiting)[: min(most, own.free)]:
            own.give(partial(work, str(pk)), pk)
