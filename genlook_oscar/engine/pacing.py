"""One budget of requests per minute, shared by all processes on all hosts.

The requests of the last minute stand in the account's row; who wants to make one adds
it by a conditional update, so that two processes never spend the same allowance. What
has begun is finished before more is begun: a start leaves each generation in flight the
request that will fetch its picture.
"""

import random
from enum import Enum

from .. import clock
from ..conf import conf
from ..models import Account, TryOn

WINDOW = 61.0
"""Seconds that a request counts. Genlook documents a limit per minute, but counts a request
when it arrives, which is later than we note it; the extra second covers the difference."""

TRIES = 20


class Kind(Enum):
    """What a request is for; the order is the order of their claims on the budget."""

    FINISH = "finish"
    """Brings a picture that is already being made nearer."""
    START = "start"
    """Begins a try-on: photo, product, click."""
    SPARE = "spare"
    """Can wait: credits, erasures, products nobody asked for yet."""


class Paused(Exception):
    """No request may start now; `seconds` says when to ask again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no request may start for {seconds:.1f} s")
        self.seconds = seconds


def acquire(kind: Kind) -> None:
    """Spend one request of the account's budget.

    Raises `Paused` when none may be made now: Genlook has asked for a rest, the minute's
    allowance is spent, or the rest of it belongs to what has begun.
    """
    limit = conf.requests_per_minute
    for _ in range(TRIES):
        account = Account.load()
        moment = clock.now()
        if account.hold_until and account.hold_until > moment:
            raise Paused((account.hold_until - moment).total_seconds())
        if not limit:
            return
        now = moment.timestamp()
        # A clock that was set back must not lock the shop out for longer than a window.
        recent = sorted(at for at in account.pace if now - WINDOW < at <= now + 1)
        excess = len(recent) + 1 + _reserve(kind, limit) - limit
        if excess > 0:
            freed = recent[min(excess, len(recent)) - 1] + WINDOW - now if recent else 1.0
            raise Paused(max(freed, 0.1))
        if Account.set_pace(account.pace_version, [*recent, round(now, 3)]):
            return
        clock.sleep(random.uniform(0, 0.01))
    raise Paused(0.2)


def _reserve(kind: Kind, limit: int) -> int:
    if kind is Kind.FINISH:
        return 0
    in_flight = TryOn.objects.filter(status=TryOn.Status.GENERATING, result_url="").count()
    if kind is Kind.SPARE:
        in_flight += limit // 4
    return min(in_flight, limit - 1)
