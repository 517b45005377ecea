"""What a waiting shopper is told: her place, an honest time, and when to ask again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil

from django.db.models import QuerySet, Subquery

from .. import clock
from ..conf import conf
from ..models import Account, TryOn
from ..models.moments import LONGEST_WATCH, longest_lease
from ..models.moments import ahead as ahead_of
from ..models.numbers import number
from . import workers
from .pacing import WINDOW, spent_lately
from .queue import ASK_AGAIN_SECONDS, ensure_watcher
from .timing import Usual, usual

REQUESTS_EACH = 3.1
"""Requests that a try-on costs from photo to picture when many wait (measured: 3.07)."""
ASK_AGAIN = timedelta(seconds=ASK_AGAIN_SECONDS)
SELDOM_MS = 4000
"""Milliseconds after which asking again is always worth it."""
TOLD = (
    "durations",
    "watcher_until",
    "watcher_asked_at",
    "alive_at",
    "called_at",
    "stopped_since",
)
TOLD_WAITING = (*TOLD, "pace")
"""What of the account is needed for a try-on that is being made, and for one that waits: each
status call reads it."""
WAITING = (TryOn.Status.QUEUED, TryOn.Status.SUBMITTING)


@dataclass(frozen=True)
class Progress:
    """`queue_position` counts from 1, None when it is no longer waiting; `expected_seconds`
    until the picture, 0 when final, None when what was told has not come true and nobody can
    tell; `poll_after_ms` until asking again is worth it; `stopped` when nobody works."""

    queue_position: int | None
    expected_seconds: int | None
    poll_after_ms: int
    stopped: bool = False


def of(tryon: TryOn, *, account: Account | None = None) -> Progress:
    """How far a try-on is. One query, none when it is final; and whoever asks for a live one
    sees to it that somebody watches, and ends it when its time is over: `tryon` is read again
    then.

    The click need not: its own task does, and it hands in the `account` that it has read
    by `account_at` already.
    """
    now = clock.now()
    asked = account is None
    if asked and not tryon.is_final and tryon.deadline_at <= now:
        workers.put_right(TryOn.objects.filter(pk=tryon.pk))
        tryon.refresh_from_db()
    if tryon.is_final:
        return Progress(None, 0, 0)
    waits = tryon.status != TryOn.Status.GENERATING
    if account is None:
        rows = _counting(tryon.created_at) if waits else Account.mine()
        account = _row(rows.only(*(TOLD_WAITING if waits else TOLD)))
    ready = tryon.not_before if waits else tryon.next_poll_at
    stopped = asked and workers.tend(account, ready if ready and ready <= now else now)
    if asked and _nobody_comes(account, now) and ensure_watcher():
        workers.put_right()
    known = usual(account)
    if waits:
        ahead: int = account.ahead  # type: ignore[attr-defined]
        place = ahead + 1
        until = ahead_of(tryon.not_before, now, longest_lease())
        until = max(_until_her_turn(account, now), until)
        left = known.middle + until
        late = not until and now - tryon.not_before > _promised(known)
    else:
        place = None
        left = known.middle - (now - (tryon.accepted_at or now)).total_seconds()
        late = timedelta(seconds=-left) > _promised(known) or (
            ready is not None and now - ready > workers.PATIENCE
        )
    if stopped or late:
        return Progress(place, None, SELDOM_MS, stopped)
    return Progress(place, max(round(left), 1), _poll_after(left))


def _promised(known: Usual) -> timedelta:
    """For how long what a shopper was told may stand although nothing has moved."""
    return max(timedelta(seconds=known.high), workers.PATIENCE)


def _until_her_turn(account: Account, now: datetime) -> float:
    """Seconds until there are requests for her try-on, after those for all who are ahead.

    A minute's allowance is spent at once, on as many as it suffices for; who comes after
    them waits until as many of its requests have left the window as are needed.
    """
    limit = conf.requests_per_minute
    if not limit:
        return 0.0
    spent = spent_lately(account, now.timestamp())
    ahead: int = account.ahead  # type: ignore[attr-defined]
    running: int = account.running  # type: ignore[attr-defined]
    lacking = ceil((ahead + 1) * REQUESTS_EACH) + running - (limit - len(spent))
    if lacking <= 0:
        return 0.0
    windows, place = divmod(lacking - 1, limit)
    # What is still to be spent is spent about now.
    first = spent[place] + WINDOW - now.timestamp() if place < len(spent) else WINDOW
    return max(first, 0.0) + windows * WINDOW


def account_at(moment: datetime) -> Account:
    """The account, with the number of try-ons that waited at that moment as `ahead`, and of
    those that are being made as `running`."""
    return _row(_counting(moment))


def _counting(moment: datetime) -> QuerySet[Account]:
    before = TryOn.objects.here().filter(status__in=WAITING, created_at__lt=moment)
    return Account.mine().annotate(ahead=number(before), running=_running(conf.shops, conf.mates))


@cache
def _running(shops: tuple[int, ...], mates: frozenset[int]) -> Subquery:
    # Put together once: that takes longer than counting, and each status call asks for it. Not
    # so what refers to the outer query: Django would resolve that for good.
    return number(TryOn.objects.here().filter(status=TryOn.Status.GENERATING, result_url=""))


def _row(rows: QuerySet[Account]) -> Account:
    try:
        return rows.get()
    except Account.DoesNotExist:
        Account.load()
        return rows.get()


def _nobody_comes(account: Account, now: datetime) -> bool:
    """Whether nobody watches, and nobody was asked to in the last moments. Known from the
    row at hand, so that most who ask write nothing."""
    asked = account.watcher_asked_at
    lately = asked is not None and timedelta(0) <= now - asked < ASK_AGAIN
    return not lately and not ahead_of(account.watcher_until, now, LONGEST_WATCH)


def before_click() -> int:
    """The seconds that a shopper may be told before she clicks. If no worker has been heard of
    for long, one is called, so that her click need not find out."""
    account = Account.load()
    workers.tend(account)
    return max(round(usual(account).middle), 1)


def _poll_after(left: float) -> int:
    return round(min(max(left * 300, 700), SELDOM_MS))
