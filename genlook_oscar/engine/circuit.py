"""The circuit: when Genlook fails again and again, new clicks are refused at once, with the
reason, and no queue piles up.

It opens after a few failures in a row with no good answer between them, and lets one
request through from time to time to find out whether Genlook is back: the sweep's question
for the credits, or one shopper's click.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Case, F, Q, Value, When

from .. import clock, logs
from ..models import Account
from ..models.moments import ahead

logger = logs.logger(__name__)

IN_A_ROW = 3
"""Failures in a row that open the circuit. One may be chance, and costs one shopper only."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=5)
LASTING = ("no_credits", "not_allowed")
"""Reasons that a good answer to just any request says nothing about."""


@dataclass(frozen=True)
class Open:
    """Why no try-on can begin now, and in how many seconds it is worth asking again."""

    reason: str
    seconds: float


def check(account: Account) -> Open | None:
    """Whether a click must be refused, by the row as just read; None lets it through.

    When the pause is over, one caller is let through to find out, and the pause begins anew
    for all others.
    """
    if not account.circuit_reason or account.circuit_until is None:
        return None
    now = clock.now()
    left = ahead(account.circuit_until, now, LONGEST_PAUSE)
    if not left:
        mine = Account.objects.filter(pk=1, circuit_until=account.circuit_until).update(
            circuit_until=now + FIRST_PAUSE
        )
        if mine:
            return None
        left = FIRST_PAUSE.total_seconds()
    return Open(account.circuit_reason, left)


def failed(reason: str) -> bool:
    """Count a failure; True when it opened the circuit.

    `reason` is one of unavailable, not_configured, not_allowed, no_credits. Failures count
    in a row as long as their reason is the same.
    """
    Account.load()
    row = Account.objects.filter(pk=1)
    row.update(
        circuit_streak=Case(When(circuit_last=reason, then=F("circuit_streak") + 1), default=1),
        circuit_last=reason,
    )
    account = Account.load()
    if account.circuit_streak < IN_A_ROW:
        return False
    beyond = min(account.circuit_streak - IN_A_ROW, 10)
    pause = min(FIRST_PAUSE * 2**beyond, LONGEST_PAUSE)
    now = clock.now()
    opened = row.filter(circuit_reason="").update(circuit_since=now)
    row.update(circuit_reason=reason, circuit_until=now + pause)
    if opened:
        logger.error("Genlook fails persistently (%s); new try-ons are refused.", reason)
    return bool(opened)


def worked() -> None:
    """Note a good answer: it ends a row of failures, unless it says nothing about them."""
    _close(~Q(circuit_last__in=["", *LASTING]))


def accepted() -> None:
    """Note what ends every row of failures: an accepted try-on."""
    _close(~Q(circuit_last=""))


def topped_up() -> None:
    """Note that there are credits."""
    _close(Q(circuit_last="no_credits"))


def _close(which: Q) -> None:
    closed = Account.objects.filter(which, pk=1).update(
        circuit_reason=Value(""),
        circuit_last="",
        circuit_streak=0,
        circuit_until=None,
        circuit_since=None,
    )
    if closed:
        logger.info("Genlook answers again.")
