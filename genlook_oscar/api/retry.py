"""When a request may be sent again, and how long to wait before."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TypeVar

from .. import logs
from .errors import GenlookError, RateLimited, Unavailable

log = logs.logger(__name__)

T = TypeVar("T")

# Longest Retry-After that is believed, in seconds. Not documented; chosen here, so that an
# absurd header cannot stop a shop for a day.
RETRY_AFTER_CAP = 300.0


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a request is repeated that is safe to repeat.

    `attempts` counts the first one too. Without Retry-After the wait is `first_wait` seconds,
    doubled each time up to `longest_wait`, of which a random part up to a half is taken off so
    that many clients do not come back together. A Retry-After above `longest_retry_after`
    seconds is not waited for: the error goes to the caller at once. All numbers chosen here.
    """

    attempts: int = 3
    first_wait: float = 0.5
    longest_wait: float = 8.0
    longest_retry_after: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    spread: Callable[[], float] = random.random

    @classmethod
    def none(cls) -> RetryPolicy:
        """Never repeat: for callers that pace themselves."""
        return cls(attempts=1)


def is_safe(error: GenlookError, repeatable: bool) -> bool:
    """Tell whether the request that ended in `error` may be sent again.

    `repeatable` says that doing it twice is the same as doing it once. Anything else is sent
    again only when it was certainly not carried out: a try-on costs a credit each time.
    """
    if isinstance(error, RateLimited):
        return True
    return isinstance(error, Unavailable) and (repeatable or not error.carried_out)


def wait_before(
    policy: RetryPolicy, error: GenlookError, made: int, repeatable: bool
) -> float | None:
    """Return the seconds to wait after `made` attempts, or None to give up."""
    if made >= policy.attempts or not is_safe(error, repeatable):
        return None
    wait = min(policy.first_wait * 2.0 ** min(made - 1, 64), policy.longest_wait)
    if error.retry_after is None:
        return wait * (1 - policy.spread() / 2)
    if error.retry_after > policy.longest_retry_after:
        return None
    return error.retry_after + policy.first_wait * policy.spread()


def repeat(policy: RetryPolicy, attempt: Callable[[], T], *, name: str, repeatable: bool) -> T:
    """Return what `attempt` returns, repeating it as `policy` allows.

    Raises the last attempt's error; its `carried_out` is True when that of any attempt was.
    """
    made = 0
    uncertain = False
    while True:
        made += 1
        try:
            return attempt()
        except GenlookError as error:
            failure = error
        failure.carried_out = uncertain = uncertain or failure.carried_out
        wait = wait_before(policy, failure, made, repeatable)
        if wait is None:
            # Outside of the handler above, so that no earlier failure hangs on to this one.
            try:
                raise failure
            finally:
                del failure
        log.info("%s: %s, asking again in %.1f s", name, failure.code, wait)
        policy.sleep(wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that Retry-After asks for, 0 to RETRY_AFTER_CAP, or None.

    Reads seconds and HTTP dates (RFC 9110, 10.2.3). A date is counted from the answer's own Date,
    since the two clocks may differ, else from this machine's clock (the real one, whatever a test
    does to the project's). What cannot be read counts as absent.
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return min(float(value), RETRY_AFTER_CAP)
    until = _http_date(value)
    if until is None:
        return None
    start = _http_date(headers.get("Date", "")) or datetime.now(timezone.utc)
    return min(max((until - start).total_seconds(), 0.0), RETRY_AFTER_CAP)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
