"""The watcher: one for the account, held by a lease, asking for every generation in flight.

It works in turns shorter than a django-q2 timeout and enqueues its own successor. It also
hands over again what waits for its time, or what no worker has taken, so a try-on needs no
luck with the queue: while the watcher lives, everything moves.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import Q

from .. import clock
from ..api import (
    ConfigurationProblem,
    Generation,
    GenerationStatus,
    GenlookError,
    NotFound,
    OutOfCredits,
)
from ..conf import conf
from ..models import Account, TryOn
from . import repair, results, submitting, timing
from .account import ask
from .outcomes import code_of, detail_of, fail
from .pacing import Kind, Paused
from .queue import enqueue, ensure_watcher

logger = logging.getLogger(__name__)

TURN_SECONDS = 20.0
"""One turn of the watcher, well below any sane django-q2 timeout."""
READ_TIMEOUT = 8.0
"""Seconds for one status answer; also what bounds the lease."""
ROUND = 20
"""Generations asked for between two renewals of the lease."""
LONGEST_NAP = 0.5
"""The watcher looks at least this often for what is new."""
HAND_OVER_AGAIN = timedelta(seconds=10)
"""A task not begun after this time counts as lost, and is enqueued again."""
SELF_AFTER = timedelta(seconds=3)
"""What waits this long for a worker is done by the watcher itself: where there is one
worker only, the watcher is it."""


def lease_seconds() -> float:
    """How long the lease lasts between two renewals: one answer at its slowest, and a bit."""
    return conf.connect_timeout + READ_TIMEOUT + 5


def watch() -> None:
    """Take the lease and watch for one turn; enqueue the next while there is work."""
    token = Account.take_watch(lease_seconds())
    if token is None:
        return
    started = clock.now()
    try:
        while (clock.now() - started).total_seconds() < TURN_SECONDS:
            if not Account.keep_watch(token, lease_seconds()):
                return
            pause = look()
            if pause is None:
                break
            clock.sleep(min(pause, LONGEST_NAP))
    finally:
        Account.end_watch(token)
    # Only now: a try-on accepted before the lease ended was told that somebody watches.
    if work_left():
        ensure_watcher()


def work_left() -> bool:
    """Whether a watcher is needed: something is live, or a late picture may be asked for."""
    due = Q(next_poll_at__lte=clock.now()) | ~Q(result_url="")
    return TryOn.objects.live().exists() or TryOn.objects.followed().filter(due).exists()


def look() -> float | None:
    """One round over everything that waits. Returns the seconds until there is something to
    do again, or None when nothing is left to watch."""
    now = clock.now()
    repair.repair_leases()
    repair.end_overdue()
    hand_over(now)
    due = TryOn.objects.followed().filter(result_url="", next_poll_at__lte=now)
    for tryon in due.order_by("next_poll_at")[:ROUND]:
        try:
            poll(tryon)
        except Paused as pause:
            return min(pause.seconds, LONGEST_NAP)
    if not work_left():
        return None
    upcoming = (
        TryOn.objects.followed()
        .filter(result_url="")
        .order_by("next_poll_at")
        .values_list("next_poll_at", flat=True)
        .first()
    )
    return max((upcoming - clock.now()).total_seconds(), 0.0) if upcoming else LONGEST_NAP


def poll(tryon: TryOn) -> None:
    """Ask Genlook for one generation and note what it says. Raises `Paused`."""
    try:
        generation = ask(
            Kind.FINISH,
            lambda client: client.generation(tryon.generation_id),
            read_timeout=READ_TIMEOUT,
        )
    except NotFound as error:
        _ended(tryon, "generation_failed", detail_of(error), TryOn.Charge.UNCERTAIN)
    except (ConfigurationProblem, OutOfCredits):
        _later(tryon, timing.LONGEST_PAUSE_SECONDS)
    except GenlookError as error:
        # Genlook's trouble is not the generation's: it is asked for until the deadline.
        logger.info("Generation not answered: %s", error.code)
        _later(tryon, error.retry_after or min(2.0 * (tryon.polls + 1), 10.0))
    else:
        _answered(tryon, generation)


def _answered(tryon: TryOn, generation: Generation) -> None:
    now = clock.now()
    if generation.status is GenerationStatus.FAILED:
        code = code_of(generation.error_code or "", "generation_failed")
        words = f"{generation.error_code or 'untyped'}: {generation.error_message or ''}"
        _ended(tryon, code, words[:2000], TryOn.Charge.RELEASED)
    elif generation.status is GenerationStatus.COMPLETED and generation.result_image_url:
        if generation.created_at and generation.updated_at:
            timing.learn((generation.updated_at - generation.created_at).total_seconds())
        else:
            timing.learn(timing.seconds_since(tryon.accepted_at))
        changed = (
            TryOn.objects.followed()
            .filter(pk=tryon.pk, result_url="")
            .update(
                result_url=generation.result_image_url,
                polls=tryon.polls + 1,
                enqueued_at=now,
                claim="",
                claimed_until=None,
            )
        )
        if changed:
            enqueue("fetch", str(tryon.pk))
    else:
        _later(tryon, timing.next_poll_after(tryon, Account.load(), now))


def _later(tryon: TryOn, seconds: float) -> None:
    TryOn.objects.filter(pk=tryon.pk).update(
        polls=tryon.polls + 1, next_poll_at=clock.now() + timedelta(seconds=seconds)
    )


def _ended(tryon: TryOn, code: str, detail: str, charge: str) -> None:
    if tryon.status == TryOn.Status.GENERATING:
        fail(tryon.pk, TryOn.Status.GENERATING, code, error_detail=detail, charge=charge)
    else:
        TryOn.objects.filter(pk=tryon.pk, status=TryOn.Status.FAILED).update(
            late_until=None, charge=charge, error_detail=detail
        )


def hand_over(now: datetime) -> None:
    """Enqueue what is due and what a worker has lost; do what no worker takes."""
    lost = Q(enqueued_at=None) | Q(enqueued_at__lte=now - HAND_OVER_AGAIN)
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
    queued = TryOn.objects.filter(status=TryOn.Status.QUEUED, not_before__lte=now)
    ready = TryOn.objects.followed().exclude(result_url="").filter(unclaimed)
    for rows, task in ((ready, "fetch"), (queued, "submit")):
        for pk in rows.filter(lost).order_by("created_at").values_list("pk", flat=True)[:ROUND]:
            if rows.filter(lost, pk=pk).update(enqueued_at=now):
                enqueue(task, str(pk))
    waiting = Q(enqueued_at__lte=now - SELF_AFTER)
    for pk in ready.filter(waiting).order_by("created_at").values_list("pk", flat=True)[:1]:
        results.fetch(str(pk))
    for pk in queued.filter(waiting).order_by("created_at").values_list("pk", flat=True)[:1]:
        submitting.submit(str(pk))
