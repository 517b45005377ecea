"""One budget of requests per minute, shared by all processes on all hosts.

The requests of the last minute stand in the account's row; who wants to make one adds
it by a conditional update, so that two processes never spend the same allowance. What
has begun is finished before more is begun: each kind of request leaves what is needed to
finish the try-ons that are further on than it. So a burst spends the minute's allowance at
once, on as many try-ons as it suffices for from photo to picture.
"""

import random
from datetime import datetime, timedelta
from enum import Enum

from django.db.models import Q

from .. import clock
from ..conf import conf
from ..models import Account, Photo, TryOn
from ..models.mark import at_account, last_sent_here, mark
from ..models.moments import ahead
from .timing import usual

WINDOW = 61.0
"""Seconds that a request counts. Genlook documents a limit per minute, but counts a request
when it arrives, which is later than we note it; the extra second covers the difference."""

LONGEST_REST = timedelta(seconds=60)
"""The limit is per minute, so a longer rest than a minute is never needed."""
TRIES = 20
GRACE = 1.5
"""Seconds that a picture may wait for the request that fetches it. Without, the last of a burst
waited a dozen seconds for their start, so that no other picture would wait half a second."""
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


def acquire(kind: Kind, account: Account | None = None) -> Account:
    """Spend one request of the account's budget; returns the account as read for that, or
    `account`, as the caller has just read it.

    Raises `Paused` when none may be made now: Genlook has asked for a rest, the minute's
    allowance is spent, or the rest of it belongs to what has begun.
    """
    limit = conf.requests_per_minute
    for _ in range(TRIES):
        account = account or Account.load()
        if account.mark != mark():
            Account.become(mark())
            account = Account.load()
        moment = clock.now()
        if resting := rest(account, moment):
            raise Paused(resting)
        if not limit:
            return account
        now = moment.timestamp()
        spent = spent_lately(account, now)
        wait = _wait(spent, _claims(kind, account, now), now, limit)
        if wait > 0:
            raise Paused(max(wait, 0.1))
        if Account.set_pace(account.pace_version, [*spent, round(now, 3)]):
            return account
        account = None
        clock.sleep(random.uniform(0, 0.01))
    raise Paused(0.2)


def room(most: int) -> int:
    """How many try-ons could begin now, from photo to picture; `most` where more could."""
    limit = conf.requests_per_minute
    account = Account.load()
    moment = clock.now()
    if rest(account, moment):
        return 0
    if not limit:
        return most
    now = moment.timestamp()
    spent = spent_lately(account, now)
    claims = _claims(Kind.SUBMIT, account, now)
    left = limit - len(spent) - sum(1 for due in claims if due <= now)
    return min(max(left // 2, 0 if spent else 1), most)


def rest(account: Account, now: datetime) -> float:
    """Seconds for which Genlook has asked all of us to wait; 0 when nobody need."""
    return ahead(account.hold_until, now, LONGEST_REST)


def spent_lately(account: Account, now: float) -> list[float]:
    """The moments, oldest first, of the requests that count at `now`."""
    # A clock that was set back must not lock the shop out for longer than a window.
    return sorted(at for at in account.pace if now - WINDOW < at <= now + 1)


def _wait(spent: list[float], claims: list[float], now: float, limit: int) -> float:
    """Seconds until one more request leaves every claim its own, each at its time: what
    leaves the window until then is free again. 0 when that is so already."""
    wait = _until_free(spent, now, 1, limit)
    for place, due in enumerate(sorted(claims), start=1):
        # Where nothing was spent, a request is always allowed: a tiny limit must not starve.
        wait = max(wait, _until_free(spent, due, min(place + 1, limit), limit))
    return wait


def _until_free(spent: list[float], at: float, needed: int, limit: int) -> float:
    counted = [moment for moment in spent if moment > at - WINDOW]
    excess = len(counted) + needed - limit
    return counted[excess - 1] + WINDOW - at if excess > 0 else 0.0


def _claims(kind: Kind, account: Account, now: float) -> list[float]:
    """When the requests will be made that must be left for others after this one, and for
    what follows it."""
    if kind is Kind.FINISH:
        return []
    # While requests are scarce nobody asks before the answer is nearly sure (see `Kind.EARLY`).
    takes = usual(account).high + GRACE
    running = TryOn.objects.ours().filter(status=TryOn.Status.GENERATING, result_url="")
    accepted = running.values_list("accepted_at", flat=True)
    pictures = [max(moment.timestamp() + takes, now) if moment else now for moment in accepted]
    if kind is Kind.SUBMIT:
        return [*pictures, now + takes]
    waiting = TryOn.objects.here().filter(status__in=[TryOn.Status.QUEUED, TryOn.Status.SUBMITTING])
    if kind is Kind.EARLY:
        return [now] * conf.requests_per_minute if waiting.exists() else pictures[1:]
    sent = waiting.filter(last_sent_here("photo__accounts")).exclude(photo__image_id="")
    begun = sent.count() + _unused_photos()
    if kind is Kind.PHOTO:
        begun += 1
    spare = conf.requests_per_minute // 4 if kind is Kind.SPARE else 0
    return pictures + [now, now + takes] * begun + [now] * spare


def _unused_photos() -> int:
    """Photos sent ahead of a click that is still to come."""
    recent = Q(sent_at__gt=clock.now() - UNUSED)
    sent = Photo.objects.filter(recent, at_account(), last_sent_here(), tryons=None)
    return sent.exclude(image_id="").count()
