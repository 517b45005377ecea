"""What a waiting shopper is told: her place, an honest time, and when to ask again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Subquery, Value
from django.db.models.functions import Coalesce

from .. import clock
from ..conf import conf
from ..models import Account, TryOn
from ..models.moments import LONGEST_WATCH, ahead
from .queue import ASK_AGAIN_SECONDS, ensure_watcher
from .timing import usual

REQUESTS_EACH = 3.5
"""Requests that a try-on costs, by design; the queue moves at the account's limit over this."""
ASK_AGAIN = timedelta(seconds=ASK_AGAIN_SECONDS)
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
    account = account or account_at(tryon.created_at)
    ahead = account.ahead  # type: ignore[attr-defined]
    now = clock.now()
    if nudge and _nobody_comes(account, now):
        ensure_watcher()
    middle = usual(account).middle
    if tryon.status == TryOn.Status.GENERATING:
        waited = (now - (tryon.accepted_at or now)).total_seconds()
        left = middle - waited
        return Progress(None, max(round(left), 1), _poll_after(left))
    limit = conf.requests_per_minute
    queueing = ahead * REQUESTS_EACH * 60 / limit if limit else 0.0
    # Where the minute's allowance is spent, the row knows when it comes back.
    queueing = max(queueing, (tryon.not_before - now).total_seconds())
    left = middle + queueing
    return Progress(ahead + 1, max(round(left), 1), _poll_after(left))


def account_at(moment: datetime) -> Account:
    """The account, with the number of try-ons that waited at that moment as `ahead`."""
    before = TryOn.objects.filter(status__in=WAITING, created_at__lt=moment)
    count = before.order_by().values(one=Value(1)).annotate(count=Count("pk")).values("count")
    rows = Account.objects.filter(pk=1).annotate(ahead=Coalesce(Subquery(count), 0))
    found = rows.first()
    if found is None:
        Account.load()
        found = rows.get()
    return found


def _nobody_comes(account: Account, now: datetime) -> bool:
    """Whether nobody watches, and nobody was asked to in the last moments. Known from the
    row at hand, so that most who ask write nothing."""
    asked = account.watcher_asked_at
    lately = asked is not None and timedelta(0) <= now - asked < ASK_AGAIN
    return not lately and not ahead(account.watcher_until, now, LONGEST_WATCH)


def expected_seconds() -> int:
    """What a shopper may be told before she clicks."""
    return max(round(usual(Account.load()).middle), 1)


def _poll_after(left: float) -> int:
    return round(min(max(left * 300, 700), 4000))
