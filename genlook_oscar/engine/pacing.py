"""One budget of requests per minute, shared by all processes on all hosts.

The requests of the last minute stand in the account's row; who wants to make one adds
it by a conditional update, so that two processes never spend the same allowance. What
has begun is finished before more is begun: each kind of request leaves what is needed to
finish the try-ons that are further on than it. So a burst spends the minute's allowance at
once, on as many try-ons as it suffices for from photo to picture.
"""

import random
from datetime import timedelta
from enum import Enum

from django.db.models import Q

from .. import clock
from ..conf import conf
from ..models import Account, Photo, TryOn

WINDOW = 61.0
"""Seconds that a request counts. Genlook documents a limit per minute, but counts a request
when it arrives, which is later than we note it; the extra second covers the difference."""

TRIES = 20
UNUSED = timedelta(seconds=60)
"""How long a photo that was sent ahead of the click keeps the requests for that click."""


class Kind(Enum):
    """What a request is for; the order is the order of their claims on the budget."""

    FINISH = "finish"
    """Asks for a picture that should be ready."""
    SUBMIT = "submit"
    """Sends a try-on whose photo is at Genlook: this request, and one for the picture."""
    PHOTO = "photo"
    """Sends a photo: this request, one for the try-on, and one for the picture."""
    EARLY = "early"
    """Asks for a picture that may be ready: only when nobody waits for a request."""
    SPARE = "spare"
    """Can wait: credits, erasures, products nobody has clicked on yet."""


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
        # Where nothing was spent, one request is always allowed: a tiny limit must not starve.
        kept = min(_kept(kind, limit), limit - 1)
        excess = len(recent) + 1 + kept - limit
        if excess > 0:
            freed = recent[min(excess, len(recent)) - 1] + WINDOW - now
            raise Paused(max(freed, 0.1))
        if Account.set_pace(account.pace_version, [*recent, round(now, 3)]):
            return
        clock.sleep(random.uniform(0, 0.01))
    raise Paused(0.2)


def _kept(kind: Kind, limit: int) -> int:
    """How many requests must be left for others after this one, and for what follows it."""
    if kind is Kind.FINISH:
        return 0
    pictures = TryOn.objects.filter(status=TryOn.Status.GENERATING, result_url="").count()
    if kind is Kind.SUBMIT:
        return pictures + 1
    waiting = TryOn.objects.filter(status__in=[TryOn.Status.QUEUED, TryOn.Status.SUBMITTING])
    if kind is Kind.EARLY:
        return limit if waiting.exists() else pictures - 1
    ready = waiting.exclude(photo__image_id="").count()
    begun = pictures + 2 * (ready + _unused_photos())
    return begun + (2 if kind is Kind.PHOTO else limit // 4)


def _unused_photos() -> int:
    """Photos sent ahead of a click that is still to come."""
    recent = Q(sent_at__gt=clock.now() - UNUSED)
    return Photo.objects.filter(recent, tryons=None).exclude(image_id="").count()
