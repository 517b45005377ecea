"""The circuit: when Genlook fails again and again, new clicks are refused at once, with the
reason, and no queue piles up.

One bad resource judges nothing but itself. What failed is kept by name: a request that names one
thing counts once, however often it is repeated, and alone it closes nothing; it takes three
failures, one of them of what a new click needs. A good answer takes back what was counted against
its own endpoint. Only that there are no credits is certain at once.

Closed, it lets one click through when a pause is over, to find out whether Genlook is back. When
that will be is told to those who are refused, and no failure puts it off.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q

from .. import clock, logs
from ..models import Account
from ..models.account import LONGEST_PAUSE, NO_CREDITS
from ..models.moments import ahead

logger = logs.logger(__name__)

IN_A_ROW = 3
"""Failures in a row that close the way. One may be chance, and costs one shopper only."""
FIRST_PAUSE = timedelta(seconds=15)
READ_AGAIN_SECONDS = 60.0
"""While there are no credits the sweep, due each minute, reads the balance."""
HOST = "host"
"""Under this name counts that nobody could be reached at all, whatever was asked for."""
NEEDED = ("try-on", "photo", HOST)
"""What every new click needs."""
LASTING = (NO_CREDITS, "not_allowed")
"""Reasons that a good answer to just any request says nothing about."""
KEPT = 10
"""Names kept of what failed."""


@dataclass(frozen=True)
class Open:
    """Why no try-on can begin now, and in how many seconds it is worth asking again."""

    reason: str
    seconds: float


def check(account: Account) -> Open | None:
    """Whether a click must be refused, by the row as just read; None lets it through.

    When the pause is over, one caller is let through to find out, and a longer one begins for
    all others. Where credits are the reason, nobody is, as long as the balance can be read.
    """
    if not account.circuit_reason or account.circuit_until is None or not account.is_mine:
        return None
    now = clock.now()
    if account.circuit_reason == NO_CREDITS and account.lacks_credits(now):
        return Open(NO_CREDITS, READ_AGAIN_SECONDS)
    left = ahead(account.circuit_until, now, LONGEST_PAUSE)
    if not left:
        pause = min(FIRST_PAUSE * 2 ** min(account.circuit_streak, 10), LONGEST_PAUSE)
        mine = (
            Account.mine()
            .filter(circuit_until=account.circuit_until)
            .update(circuit_until=now + pause, circuit_streak=F("circuit_streak") + 1)
        )
        if mine:
            return None
        left = FIRST_PAUSE.total_seconds()
    return Open(account.circuit_reason, left)


def witness(about: str, *, each: bool = False) -> str:
    """The name under which a failure of the request about `about` counts: the same for the same
    resource, or with `each` another every time."""
    endpoint = about.partition("/")[0]
    told = uuid.uuid4().hex if each else hashlib.sha256(about.encode()).hexdigest()
    return f"{endpoint}/{told[:12]}"


def failed(reason: str, name: str) -> bool:
    """Count a failure under its name, see `witness`; True when it closed the way.

    `reason` is one of unavailable, not_configured, not_allowed. Failures count in a row as long
    as their reason is the same. Two that happen at once may count as one.
    """
    account = Account.load()
    known = account.circuit_about if account.circuit_last == reason else []
    about = [*(other for other in known if other != name), name][-KEPT:]
    row = Account.mine()
    row.update(circuit_last=reason, circuit_about=about)
    if len(about) < IN_A_ROW or not _needed(about):
        return False
    # Where the way is closed already, what is wrong may have changed; the pause has not.
    row.exclude(circuit_reason__in=["", reason, NO_CREDITS]).update(circuit_reason=reason)
    return _close_the_way(row.filter(circuit_reason=""), reason)


def out_of_credits() -> bool:
    """Note that Genlook said so: that is certain. True when it closed the way."""
    Account.load()
    return _close_the_way(
        Account.mine().exclude(circuit_reason=NO_CREDITS),
        NO_CREDITS,
        circuit_last=NO_CREDITS,
        circuit_about=[],
    )


def _close_the_way(row: Any, reason: str, **values: Any) -> bool:
    now = clock.now()
    closed = row.update(
        circuit_reason=reason,
        circuit_since=now,
        circuit_until=now + FIRST_PAUSE,
        circuit_streak=0,
        **values,
    )
    if closed:
        logger.error("Genlook fails persistently (%s); new try-ons are refused.", reason)
    return bool(closed)


def worked(account: Account, about: str) -> None:
    """Note a good answer to the request about `about`; `account` is the row as read before it.

    The balance alone can be read while nothing else works: where it had not failed itself, it
    only brings the next click forward that finds out.
    """
    endpoint = about.partition("/")[0]
    left = [name for name in account.circuit_about if _endpoint(name) not in (endpoint, HOST)]
    lasting = account.circuit_reason in LASTING
    before = Account.mine().filter(
        circuit_since=account.circuit_since, circuit_last=account.circuit_last
    )
    if endpoint == "credits" and account.circuit_reason and not lasting:
        if len(left) < len(account.circuit_about):
            _open_the_way(before)
        else:
            before.update(circuit_until=clock.now())
    elif len(left) == len(account.circuit_about):
        return
    elif lasting or _needed(left) or (left and not account.circuit_reason):
        before.update(circuit_about=left)
    else:
        _open_the_way(before)


def accepted(sent_at: datetime) -> None:
    """Note what ends every row of failures: an accepted try-on, sent at that moment. What was
    sent before the way was closed does not open it."""
    since = Q(circuit_since=None) | Q(circuit_since__lte=sent_at) | Q(circuit_since__gt=clock.now())
    _open_the_way(Account.mine().filter(since, ~Q(circuit_last="")))


def topped_up() -> None:
    """Note that there are credits."""
    _open_the_way(Account.mine().filter(circuit_reason=NO_CREDITS))


def _open_the_way(row: Any) -> None:
    if row.update(
        circuit_reason="",
        circuit_last="",
        circuit_about=[],
        circuit_streak=0,
        circuit_until=None,
        circuit_since=None,
    ):
        logger.info("Genlook answers again.")


def _endpoint(name: str) -> str:
    return name.partition("/")[0]


def _needed(about: list[str]) -> bool:
    return any(_endpoint(name) in NEEDED for name in about)
