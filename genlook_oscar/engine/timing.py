"""How long a generation takes, as this account has seen it, and when to ask for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from .. import clock
from ..models import Account

KEPT = 60
"""Durations remembered: enough for a spread, few enough to follow a change within an hour."""
ENOUGH = 8
"""Durations needed before their own spread is trusted; below, a tenth is added on each side."""
USUAL_SECONDS = 12.0
"""What is assumed before anything is known; Genlook's demo says about 10 s."""
FIRST_ASK_SECONDS = 1.0
"""First question while nothing is known: early, so that a fast account is learned fast."""
SHORTEST_STEP = 0.5
LONGEST_STEP = 1.15
"""Seconds between two questions around the usual time: three over the usual spread, bounded so
that a picture is never ready for much longer than a second without being noticed."""
LONGEST_PAUSE_SECONDS = 10.0
LATE = timedelta(hours=24)
"""How long a generation is followed after the deadline."""
LATE_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class Usual:
    """What this account's generations take, in seconds: nearly none is ready before `low`,
    nearly all are at `high`; half of them at `middle`."""

    low: float
    middle: float
    high: float

    @property
    def step(self) -> float:
        """Seconds between two questions while a picture may come any moment."""
        return min(max((self.high - self.low) / 3, SHORTEST_STEP), LONGEST_STEP)

    @property
    def first(self) -> float:
        """Seconds after acceptance for the first question, when nothing presses."""
        return self.low + self.step if self.low else FIRST_ASK_SECONDS

    def after(self, waited: float) -> float:
        """Seconds until the next question when the picture was not ready after `waited`."""
        beyond = max(waited - 1.5 * self.high, 0.0)
        return min(self.step + beyond / 4, LONGEST_PAUSE_SECONDS)


def usual(account: Account) -> Usual:
    """What is known of the account's generations."""
    known = sorted(account.durations)
    if not known:
        return Usual(low=0.0, middle=USUAL_SECONDS, high=USUAL_SECONDS)
    middle = float(median(known))
    if len(known) < ENOUGH:
        return Usual(low=known[0] * 0.9, middle=middle, high=known[-1] * 1.1)
    edge = len(known) // 20
    return Usual(low=known[edge], middle=middle, high=known[-1 - edge] * 1.02)


def backoff(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after `attempts`: `first`, doubled with each, `longest` at most. For
    any number of attempts: a power without a bound does not fit into a float one day."""
    return float(min(first * 2.0 ** min(max(attempts, 0), 64), longest))


def learn(seconds: float | None, waited: float) -> None:
    """Remember how long a generation took, in seconds: by Genlook's own times, where it told
    any that can be true of one that was `waited` for so long. A lost update costs one sample."""
    if seconds is None or not 0 <= seconds <= waited:
        seconds = waited
    if seconds >= 0:
        durations = [*Account.load().durations, round(seconds, 2)][-KEPT:]
        Account.mine().update(durations=durations)


def seconds_since(moment: datetime | None) -> float:
    """Seconds from `moment` until now; 0 for None."""
    return (clock.now() - moment).total_seconds() if moment else 0.0
