"""What is wrong now, judged from the numbers of `health` by the list of causes.

A finding that an operator has thought about and can live with is left out by
`GENLOOK_SILENCED_FINDINGS = ["drift"]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from .. import clock
from ..causes import SEVERITIES, WARNING, Cause, account, of_alarm, shop, workers
from ..causes.cause import Words
from ..conf import conf

if TYPE_CHECKING:
    from .health import Health

STUCK_SECONDS = 30.0
"""A free worker takes a try-on within a second, and the watcher what is left after another.
One that has waited this long with requests to spare has met neither. Chosen here."""
SWEPT_SECONDS = 180.0
"""The sweep is due each minute, and django-q2 looks at its schedule every 30 s (its source):
after this time at least two were missed."""
QUIET_SECONDS = 5.0
"""Where a request was made more lately than this, somebody is at work."""
UNANSWERED_SECONDS = 900.0
"""The credits are read every five minutes: after this time three answers were missed."""
ERASURE_SECONDS = 86_400.0
"""An erasure is tried each minute at first and each hour in the end. One that is open for a
day needs somebody to look."""
FAILURE_SHARE, ENOUGH_ENDED = 0.2, 10
"""A fifth of the try-ons of an hour that failed, of ten at least, for reasons other than the
shopper's photo. Chosen here; Genlook documents no share."""
UNCERTAIN_SHARE, ENOUGH_SENT = 0.05, 20
"""A twentieth of those sent in a day, of twenty at least: each may be a credit for nothing."""


@dataclass(frozen=True)
class Finding:
    """A cause that holds now. `severity` is of now, `sentence` has its numbers."""

    cause: Cause
    severity: str
    sentence: Words

    @classmethod
    def of(cls, cause: Cause, severity: str = "", **numbers: Any) -> "Finding":
        """The finding that a cause holds, with the numbers of its sentence."""
        sentence = cause.merchant % numbers if numbers else cause.merchant
        return cls(cause, severity or cause.severity, sentence)

    @property
    def code(self) -> str:
        """The cause's."""
        return self.cause.code

    @property
    def advice(self) -> Words:
        """What to do, empty for nothing."""
        return self.cause.operator

    def as_dict(self) -> dict[str, str]:
        """For JSON, in the language active now."""
        return {
            "severity": self.severity,
            "code": self.code,
            "sentence": str(self.sentence),
            "advice": str(self.advice),
        }


DATABASE_DOWN = Finding.of(workers.DATABASE)

Found = tuple[Cause, dict[str, Any]]
"""A cause that holds, and the numbers of its sentence; `severity` among them where it is
another than the cause's."""


def judge(facts: "Health") -> tuple[Finding, ...]:
    """All findings, the worst first; one that says so when there is nothing to report."""
    held = [*((cause, {}) for cause in _workers(facts)), *_account(facts), *_rest(facts)]
    found = [
        Finding.of(cause, **{"severity": cause.severity_now(facts.enabled), **numbers})
        for cause, numbers in held
        if cause.code not in conf.silenced_findings
    ]
    found.sort(key=lambda finding: -SEVERITIES.index(finding.severity))
    return tuple(found) or (Finding.of(workers.HEALTHY),)


def nobody_works(facts: "Health") -> Finding | None:
    """Why try-ons are not made by workers, None while they are: what the checklist and the
    findings say alike, silenced or not."""
    idle = (cause for cause in _workers(facts) if cause.code in workers.IDLE)
    return next((Finding.of(cause) for cause in idle), None)


def _workers(facts: "Health") -> Iterator[Cause]:
    """Whether anybody does the work."""
    waiting = (facts.oldest_unclaimed_seconds or 0) > STUCK_SECONDS and facts.could_begin
    unasked = (facts.unasked_seconds or 0) > STUCK_SECONDS
    at_work = facts.last_request_seconds is not None and facts.last_request_seconds < QUIET_SECONDS
    # A living watcher renews its lease in every round and does with its own hands what no
    # worker takes; while anything is live, there is one. Workers that are busy with other
    # tasks of the shop's leave their signs of life.
    alive = facts.alive_seconds is not None and facts.alive_seconds < STUCK_SECONDS
    nobody = facts.watcher != "alive" and not at_work and not alive
    unswept = facts.swept_seconds is not None and not _swept(facts)
    if facts.same_key is False:
        yield workers.SECRET_KEY
    elif facts.stopped_seconds is not None or ((waiting or unasked) and nobody):
        yield workers.FROZEN
    elif unswept and facts.schedule == "ok":
        yield workers.SWEEP_LATE if alive else workers.FROZEN
    elif (waiting or (unasked and facts.watcher != "alive")) and not at_work:
        yield workers.TOO_FEW
    if facts.schedule == "missing":
        yield workers.SCHEDULE_MISSING
    elif facts.schedule == "elsewhere":
        yield workers.SCHEDULE_ELSEWHERE
    elif facts.swept_seconds is None:
        yield workers.NEVER_SWEPT


def _swept(facts: "Health") -> bool:
    return facts.swept_seconds is not None and facts.swept_seconds <= SWEPT_SECONDS


def _account(facts: "Health") -> Iterator[Found]:
    """Whether Genlook serves this account."""
    alarm = of_alarm(facts.alarm) if facts.alarm else None
    if not facts.settings_ok:
        yield account.SETTINGS_WRONG, {}
    elif not facts.api_key:
        yield account.NO_KEY, {}
    elif alarm in (account.KEY_REFUSED, account.NO_KEY):
        yield account.KEY_REFUSED, {}
    elif alarm is account.NO_CREDITS or (facts.credits is not None and facts.credits <= 0):
        yield account.NO_CREDITS, {}
    elif alarm in (account.WRONG_ADDRESS, account.BLOCKED):
        yield alarm, {}
    elif facts.circuit == account.UNAVAILABLE.circuit or alarm is account.UNAVAILABLE:
        yield account.UNAVAILABLE, {}
    elif alarm is account.NOT_ALLOWED:
        # Of single products, nothing is closed.
        yield alarm, {} if facts.circuit else {"severity": WARNING}
    elif alarm or facts.circuit:
        yield account.REFUSED, {"code": facts.alarm or facts.circuit}
    elif (facts.answered_seconds or 0) > UNANSWERED_SECONDS and _swept(facts):
        yield account.NO_ANSWER, {}
    if facts.rate_limited:
        yield account.RATE_LIMITED, {}


def _rest(facts: "Health") -> Iterator[Found]:
    """Money, promises, the place for pictures, and whether anybody can be told."""
    if not facts.writable:
        yield shop.CANNOT_WRITE, {}
    if _share(facts.failed_last_hour, facts.ended_last_hour, ENOUGH_ENDED) >= FAILURE_SHARE:
        yield (
            shop.MANY_FAILURES,
            {"failed": facts.failed_last_hour, "ended": facts.ended_last_hour},
        )
    if _share(facts.uncertain_last_day, facts.sent_last_day, ENOUGH_SENT) >= UNCERTAIN_SHARE:
        yield (
            shop.MANY_UNCERTAIN,
            {"uncertain": facts.uncertain_last_day, "sent": facts.sent_last_day},
        )
    if facts.storage_seconds is not None:
        yield shop.STORAGE, {}
    if facts.reported_products:
        yield shop.PRODUCTS_REPORTED, {"count": facts.reported_products}
    if facts.networkless:
        yield shop.NETWORK_UNKNOWN, {}
    if facts.drift_unexplained:
        yield shop.DRIFT, {"count": facts.drift_unexplained}
    if (facts.oldest_erasure_seconds or 0) > ERASURE_SECONDS:
        yield shop.ERASURES_LATE, {}
    if facts.erasures_elsewhere:
        yield shop.ERASURES_ELSEWHERE, {"count": facts.erasures_elsewhere}
    if facts.mail_failure:
        told = {"why": facts.mail_failure, "when": _when(facts.mail_failed_seconds)}
        yield shop.MAIL_FAILED, told
    if facts.webhook_failure:
        told = {"why": facts.webhook_failure, "when": _when(facts.webhook_failed_seconds)}
        yield shop.WEBHOOK_FAILED, told


def _when(ago: float | None) -> str:
    moment = localtime(clock.now() - timedelta(seconds=ago or 0))
    return str(date_format(moment, "SHORT_DATETIME_FORMAT"))


def _share(part: int, whole: int, enough: int) -> float:
    return part / whole if whole >= enough else 0.0
