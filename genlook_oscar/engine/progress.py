"""What a waiting shopper is told: her place, an honest time, and when to ask again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil

from django.db.models import Func, IntegerField, QuerySet, Subquery

from .. import clock
from ..conf import conf
from ..models import Account, TryOn
from ..models.moments import LONGEST_WATCH, longest_lease
from ..models.moments import ahead as ahead_of
from ..models.tryon import TryOnQuerySet
from .pacing import WINDOW, spent_lately
from .queue import ASK_AGAIN_SECONDS, ensure_watcher
from .timing import usual

REQUESTS_EACH = 3.1
"""Requests that a try-on costs from photo to picture when many wait (measured: 3.07)."""
ASK_AGAIN = timedelta(seconds=ASK_AGAIN_SECONDS)
TOLD = ("durations", "watcher_until", "watcher_asked_at")
TOLD_WAITING = (*TOLD, "pace")
"""What of the account is needed for a try-on that is being made, and for one that waits: each
status call reads it."""
WAITING = (TryOn.Status.QUEUED, TryOn.Status.SUBMITTING)


@dataclass(frozen=True)
class Progress:
    """`queue_position` counts from 1, None when it is no longer waiting; `expected_seconds`
    until the picture, 0 when final; `poll_after_ms` until asking again is worth it."""

    queue_position: int | None
    expected_seconds: int
    poll_after_ms: int


def of(tryon: TryOn, *, account: Account | None = None) -> Progress:
    """How far a try-on is. One query, none when it is final; and whoever asks for a live one
    sees to it that somebody watches.

    The click need not: its own task does, and it hands in the `account` that it has read
    by `account_at` already.
    """
    if tryon.is_final:
        return Progress(None, 0, 0)
    nudge = account is None
    waits = tryon.status != TryOn.Status.GENERATING
    if account is None:
        rows = _counting(tryon.created_at) if waits else Account.objects.all()
        account = _row(rows.only(*(TOLD_WAITING if waits else TOLD)))
    now = clock.now()
    if nudge and _nobody_comes(account, now):
        ensure_watcher()
    middle = usual(account).middle
    if not waits:
        waited = (now - (tryon.accepted_at or now)).total_seconds()
        left = middle - waited
        return Progress(None, max(round(left), 1), _poll_after(left))
    queueing = max(_until_her_turn(account, now), ahead_of(tryon.not_before, now, longest_lease()))
    left = middle + queueing
    ahead: int = account.ahead  # type: ignore[attr-defined]
    return Progress(ahead + 1, max(round(left), 1), _poll_after(left))


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
    before = TryOn.objects.filter(status__in=WAITING, created_at__lt=moment)
    return Account.objects.annotate(ahead=_count(before), running=_running())


@cache
def _running() -> Subquery:
    # Put together once: that takes longer than counting, and each status call asks for it. Not
    # so what refers to the outer query: Django would resolve that for good.
    return _count(TryOn.objects.filter(status=TryOn.Status.GENERATING, result_url=""))


def _count(rows: TryOnQuerySet) -> Subquery:
    # Not `Count`: that groups, and what groups nothing has no row, where 0 is wanted.
    count = Func("pk", function="COUNT", output_field=IntegerField())
    return Subquery(rows.order_by().annotate(count=count).values("count"))


def _row(rows: QuerySet[Account]) -> Account:
    try:
        return rows.get(pk=1)
    except Account.DoesNotExist:
        Account.load()
        return rows.get(pk=1)


def _nobody_comes(account: Account, now: datetime) -> bool:
    """Whether nobody watches, and nobody was asked to in the last moments. Known from the
    row at hand, so that most who ask write nothing."""
    asked = account.watcher_asked_at
    lately = asked is not None and timedelta(0) <= now - asked < ASK_AGAIN
    return not lately and not ahead_of(account.watcher_until, now, LONGEST_WATCH)


def expected_seconds() -> int:
    """What a shopper may be told before she clicks."""
    return max(round(usual(Account.load()).middle), 1)


def _poll_after(left: float) -> int:
    return round(min(max(left * 300, 700), 4000))
