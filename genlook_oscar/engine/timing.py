"""How long a generation takes, as this account has seen it, and when to ask for it."""

from datetime import datetime, timedelta
from statistics import median, quantiles

from .. import clock
from ..models import Account, TryOn

KEPT = 50
"""Durations remembered: enough for a median, few enough to follow a change within an hour."""
ENOUGH = 5
"""Durations needed before they are trusted."""
USUAL_SECONDS = 12.0
"""What a shopper is told before anything is known; Genlook's demo says about 10 s."""
FIRST_ASK_SECONDS = 1.0
"""First question while nothing is known: early, so that a fast account is learned fast."""
BRISK_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 10.0
LATE = timedelta(hours=24)
"""How long a generation is followed after the deadline."""
LATE_PAUSE_SECONDS = 60.0


def learn(seconds: float) -> None:
    """Remember how long a generation took, in seconds. A lost update costs one sample."""
    if seconds < 0:
        return
    durations = [*Account.load().durations, round(seconds, 2)][-KEPT:]
    Account.objects.filter(pk=1).update(durations=durations)


def usual_seconds(account: Account) -> float:
    """The median duration of a generation, in seconds."""
    known = account.durations
    return float(median(known)) if len(known) >= ENOUGH else USUAL_SECONDS


def first_poll_after() -> float:
    """Seconds after acceptance at which a picture may be ready: what one in ten needs."""
    known = Account.load().durations
    if len(known) < ENOUGH:
        return FIRST_ASK_SECONDS
    return max(float(quantiles(known, n=10)[0]), 0.2)


def next_poll_after(tryon: TryOn, account: Account, now: datetime) -> float:
    """Seconds until the next question: briskly around the usual time, then with backoff."""
    if tryon.status != TryOn.Status.GENERATING:
        return LATE_PAUSE_SECONDS
    waited = (now - (tryon.accepted_at or now)).total_seconds()
    usual = usual_seconds(account)
    if waited <= 2 * usual:
        return BRISK_SECONDS
    return min(BRISK_SECONDS + (waited - 2 * usual) / 4, LONGEST_PAUSE_SECONDS)


def seconds_since(moment: datetime | None) -> float:
    """Seconds from `moment` until now; 0 for None."""
    return (clock.now() - moment).total_seconds() if moment else 0.0
