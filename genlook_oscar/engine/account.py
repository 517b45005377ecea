"""Every request to Genlook on a shopper's behalf goes through `ask`: paced, and watched for
what the merchant must know."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Case, F, Q, Value, When

from .. import clock, logs
from ..api import (
    Client,
    ConfigurationProblem,
    Forbidden,
    GenlookError,
    NotGenlook,
    OutOfCredits,
    RateLimited,
    RetryPolicy,
    Timeouts,
    Unavailable,
)
from ..causes import account as causes
from ..causes import explained
from ..conf import conf
from ..models import Account, TryOn
from ..models.account import NO_CREDITS
from ..signals import alarm_raised
from . import books, circuit, pacing
from .pacing import LONGEST_REST, Kind, Paused

logger = logs.logger(__name__)

Answer = TypeVar("Answer")

REST_SECONDS = 5.0
"""Rest after a 429 that names no time. Genlook documents no Retry-After; chosen here."""
CREDITS_CODE = causes.NO_CREDITS.alarm
NO_KEY_CODE = causes.NO_KEY.alarm
FORBIDDEN_CODE = causes.NOT_ALLOWED.alarm
ALARM_BY_STATUS = {401: causes.KEY_REFUSED.alarm, 402: CREDITS_CODE}
OUTAGE_CODE = causes.UNAVAILABLE.alarm
BLOCKED_CODE = causes.BLOCKED.alarm
LASTING = (CREDITS_CODE, FORBIDDEN_CODE)
"""Alarms that a good answer to just any request does not end."""
UNREACHED = ("NO_CONNECTION", "TLS_FAILED")
"""Codes of requests that reached nobody."""
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
    about: str,
    read_timeout: float | None = None,
    account: Account | None = None,
) -> Answer:
    """Make one request and return its answer; `account` as just read, where it was.

    `about` names the endpoint and, after a slash, the one thing that the request is about:
    `try-on/<externalId>`, `photo/<pk>`, `generation/<id>`, `customer/<name>`, `product/<id>`,
    `products`, `credits`. Raises `Paused` when no request may be made now, else what `call`
    raises, with no longer a `retry_after` than anybody rests. What that says about the account
    is noted, see `judge`.
    """
    if not conf.api_key:
        alarm(NO_KEY_CODE)
        raise ConfigurationProblem("No API key is configured.", code=NO_KEY_CODE, status=None)
    account = pacing.acquire(kind, account)
    try:
        with client(read_timeout) as connection:
            answer = call(connection)
    except GenlookError as error:
        if error.retry_after is not None:
            error.retry_after = min(error.retry_after, LONGEST_REST.total_seconds())
        # What is refused to a try-on may be the photo or the product: who sends it knows what
        # else can be tried, and tells when nothing can.
        if not (about.startswith("try-on/") and isinstance(error, Forbidden)):
            judge(error, about)
        raise
    answered(account, about)
    return answer


def judge(error: GenlookError, about: str) -> None:
    """Note what a failed request says about the account: nothing, where it named one thing that
    new clicks do not need.

    A 429 makes all processes rest. A refused key, a wrong address, a firewall and an outage
    count for the circuit; what only the merchant can mend raises her alarm.
    """
    endpoint, _, thing = about.partition("/")
    needed = endpoint in circuit.NEEDED
    names_one = bool(thing) and not needed
    if isinstance(error, RateLimited):
        Account.hold(error.retry_after or REST_SECONDS)
    elif isinstance(error, OutOfCredits):
        if not names_one:
            circuit.out_of_credits()
            alarm(CREDITS_CODE)
    elif isinstance(error, Forbidden):
        if not names_one:
            circuit.failed("not_allowed", circuit.witness(about))
            alarm(FORBIDDEN_CODE)
    elif isinstance(error, ConfigurationProblem):
        closed = circuit.failed("not_configured", circuit.witness(about, each=not names_one))
        if closed or not names_one:
            alarm(ALARM_BY_STATUS.get(error.status or 0, error.code))
    elif isinstance(error, Unavailable):
        if error.code in UNREACHED:
            name = circuit.witness(circuit.HOST, each=True)
        else:
            # A photo that Genlook trips over is one thing; no answer at all is not.
            each = endpoint == "try-on" or (needed and error.status is None)
            name = circuit.witness(about, each=each)
        if circuit.failed("unavailable", name):
            alarm(BLOCKED_CODE if isinstance(error, NotGenlook) else OUTAGE_CODE)


def alarm(code: str) -> None:
    """Tell the merchant, once, that only she can mend this."""
    if Account.raise_alarm(code):
        message = explained(code)
        logger.error("Genlook alarm %s: %s", code, message)
        alarm_raised.send_robust(sender=Account, code=code, message=message)


def answered(account: Account, about: str) -> None:
    """Note a good answer, once in a while; it ends an alarm about the key or the address.

    `account` is the row as read before the request: where it shows nothing that would end,
    nothing is written."""
    if account.circuit_last:
        circuit.worked(account, about)
    now = clock.now()
    noted = account.answered_at
    lately = noted is not None and timedelta(0) <= now - noted < timedelta(seconds=NOTE_SECONDS)
    if lately and account.alarm_code in ("", *LASTING):
        return
    # While the way is closed, what closed it is not over.
    over = ~Q(alarm_code__in=["", *LASTING]) & Q(circuit_reason="")
    Account.mine().update(
        answered_at=now,
        alarm_code=Case(When(over, then=Value("")), default=F("alarm_code")),
    )


def accepted(account: Account, sent_at: datetime) -> None:
    """Note that a try-on was accepted which was sent at that moment: there are credits, and the
    key may do all it must. `account` is the row as just read."""
    if account.circuit_last:
        circuit.accepted(sent_at)
    if account.alarm_code:
        Account.mine().exclude(alarm_code="").update(alarm_code="")


def check() -> None:
    """Read the credits; the admin shows what this finds. Runs as a task."""
    account = Account.load()
    # While new clicks wait for this answer alone, it is as urgent as they would be.
    kind = Kind.SUBMIT if account.circuit_reason == NO_CREDITS else Kind.SPARE
    try:
        credits = ask(
            kind, lambda connection: connection.credits(), about="credits", account=account
        )
    except Paused as pause:
        # Nothing is wrong: try-ons come first, and the sweep asks again.
        logger.info("The credits are not read yet: %s", pause)
        return
    except GenlookError as error:
        logger.warning("The credits could not be read: %s", error)
        return
    now = clock.now()
    Account.mine().update(credits=credits, credits_at=now, answered_at=now)
    books.reconcile(credits)
    # What is being made may be charged only when it is done (not documented).
    spoken_for = TryOn.objects.ours().filter(status=TryOn.Status.GENERATING).count()
    if credits > spoken_for:
        Account.mine().filter(alarm_code=CREDITS_CODE).update(alarm_code="")
        circuit.topped_up()
    elif credits <= 0:
        alarm(CREDITS_CODE)
