"""Every request to Genlook on a shopper's behalf goes through `ask`: paced, and watched for
what the merchant must know."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.db.models import Case, F, Q, Value, When

from .. import clock, logs
from ..api import (
    Client,
    ConfigurationProblem,
    GenlookError,
    OutOfCredits,
    RateLimited,
    RetryPolicy,
    Timeouts,
    Unavailable,
)
from ..conf import conf
from ..models import Account
from ..signals import alarm_raised
from . import books, circuit, pacing
from .messages import alarm_message
from .pacing import LONGEST_REST, Kind, Paused

logger = logs.logger(__name__)

Answer = TypeVar("Answer")

REST_SECONDS = 5.0
"""Rest after a 429 that names no time. Genlook documents no Retry-After; chosen here."""
CREDITS_CODE = "INSUFFICIENT_CREDITS"
NO_KEY_CODE = "MISSING_API_KEY"
ALARM_BY_STATUS = {401: "INVALID_API_KEY", 402: CREDITS_CODE, 403: "FORBIDDEN"}
REASON_BY_STATUS = {402: "no_credits", 403: "not_allowed"}
OUTAGE_CODE = "UNAVAILABLE"
LASTING = (CREDITS_CODE, "FORBIDDEN")
"""Alarms that a good answer to just any request does not end."""
NOTE_SECONDS = 30
"""How often good answers are written down, so that not every request costs a write."""


def client(read_timeout: float | None = None) -> Client:
    """A client of the configured account that repeats nothing by itself: pacing and
    repetition are the engine's. With `read_timeout` (in seconds) a whole exchange takes no
    longer than that, however slowly its answer drips."""
    timeouts = Timeouts(connect=conf.connect_timeout, read=conf.read_timeout)
    if read_timeout:
        timeouts = Timeouts(connect=conf.connect_timeout, read=read_timeout, total=read_timeout)
    return Client(
        conf.api_key,
        conf.base_url,
        timeouts=timeouts,
        retry=RetryPolicy.none(),
        result_hosts=[host.lower() for host in conf.result_hosts],
    )


def ask(
    kind: Kind,
    call: Callable[[Client], Answer],
    *,
    read_timeout: float | None = None,
    account: Account | None = None,
) -> Answer:
    """Make one request and return its answer; `account` as just read, where it was.

    Raises `Paused` when no request may be made now, else what `call` raises. A 429 makes
    all processes rest; 401, 402 and 403 raise the merchant's alarm; a good answer ends it.
    """
    if not conf.api_key:
        alarm(NO_KEY_CODE)
        raise ConfigurationProblem("No API key is configured.", code=NO_KEY_CODE, status=None)
    account = pacing.acquire(kind, account)
    try:
        with client(read_timeout) as connection:
            answer = call(connection)
    except RateLimited as error:
        Account.hold(min(error.retry_after or REST_SECONDS, LONGEST_REST.total_seconds()))
        raise
    except (ConfigurationProblem, OutOfCredits) as error:
        alarm(ALARM_BY_STATUS.get(error.status or 0, error.code))
        circuit.failed(REASON_BY_STATUS.get(error.status or 0, "not_configured"))
        raise
    except Unavailable:
        if circuit.failed("unavailable"):
            alarm(OUTAGE_CODE)
        raise
    answered(account)
    return answer


def alarm(code: str) -> None:
    """Tell the merchant, once, that only she can mend this."""
    if Account.raise_alarm(code):
        message = alarm_message(code)
        logger.error("Genlook alarm %s: %s", code, message)
        alarm_raised.send_robust(sender=Account, code=code, message=message)


def answered(account: Account) -> None:
    """Note a good answer, once in a while; it ends an alarm about the key or the address.

    `account` is the row as read before the request: where it shows nothing that would end,
    nothing is written."""
    if account.circuit_last:
        circuit.worked()
    now = clock.now()
    noted = account.answered_at
    lately = noted is not None and timedelta(0) <= now - noted < timedelta(seconds=NOTE_SECONDS)
    if lately and account.alarm_code in ("", *LASTING):
        return
    over = ~Q(alarm_code__in=["", *LASTING])
    Account.objects.filter(pk=1).update(
        answered_at=now,
        alarm_code=Case(When(over, then=Value("")), default=F("alarm_code")),
    )


def accepted(account: Account) -> None:
    """Note an accepted try-on: there are credits, and the key may do all it must. `account`
    is the row as just read."""
    if account.circuit_last:
        circuit.accepted()
    if account.alarm_code:
        Account.objects.filter(pk=1).exclude(alarm_code="").update(alarm_code="")


def check() -> None:
    """Read the credits; the admin shows what this finds. Runs as a task."""
    try:
        credits = ask(Kind.SPARE, lambda connection: connection.credits())
    except Paused as pause:
        # Nothing is wrong: try-ons come first, and the sweep asks again.
        logger.info("The credits are not read yet: %s", pause)
        return
    except GenlookError as error:
        logger.warning("The credits could not be read: %s", error)
        return
    now = clock.now()
    Account.objects.filter(pk=1).update(credits=credits, credits_at=now, answered_at=now)
    books.reconcile(credits)
    if credits > 0:
        Account.objects.filter(pk=1, alarm_code=CREDITS_CODE).update(alarm_code="")
        circuit.topped_up()
    else:
        alarm(CREDITS_CODE)
