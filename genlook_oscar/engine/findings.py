"""What is wrong, how bad it is, and what to do about it: judged from the numbers of `health`.

Codes are stable, as those of the system checks; docs/operations.md explains each. A finding
that an operator has thought about and can live with is left out by
`GENLOOK_SILENCED_FINDINGS = ["drift"]`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ..conf import conf

if TYPE_CHECKING:
    from .health import Health

OK, WARNING, CRITICAL = SEVERITIES = ("ok", "warning", "critical")

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
FROZEN = "workers_frozen"
IDLE = (
    FROZEN,
    "secret_key",
    "sweep_late",
    "never_swept",
    "schedule_missing",
    "schedule_elsewhere",
)
"""Findings by which the workers do not do their work, or nobody has seen them do it."""
KEY_ALARMS = ("INVALID_API_KEY", "MISSING_API_KEY")
CREDITS_ALARM = "INSUFFICIENT_CREDITS"
OUTAGE_ALARM = "UNAVAILABLE"
FORBIDDEN_ALARM = "FORBIDDEN"
ADDRESS_ALARM = "WRONG_ADDRESS"
BLOCKED_ALARM = "BLOCKED"


@dataclass(frozen=True)
class Finding:
    """One judgement: `sentence` says what is so, `advice` what to do, empty for nothing."""

    severity: str
    code: str
    sentence: str | Promise
    advice: str | Promise = ""

    def as_dict(self) -> dict[str, str]:
        """For JSON, in the language active now."""
        return {
            "severity": self.severity,
            "code": self.code,
            "sentence": str(self.sentence),
            "advice": str(self.advice),
        }


DATABASE_DOWN = Finding(
    CRITICAL,
    "database",
    _("The database cannot be asked, so nothing is known and nothing is done."),
    _("See that it runs and that this host reaches it."),
)


def judge(facts: "Health") -> tuple[Finding, ...]:
    """All findings, the worst first; one that says so when there is nothing to report."""
    found = [*_workers(facts), *_account(facts), *_rest(facts)]
    found = [finding for finding in found if finding.code not in conf.silenced_findings]
    found.sort(key=lambda finding: -SEVERITIES.index(finding.severity))
    return tuple(found) or (Finding(OK, "healthy", _("All is well.")),)


def nobody_works(facts: "Health") -> Finding | None:
    """Why try-ons are not made by workers, None while they are: what the checklist and the
    findings say alike, silenced or not."""
    return next((found for found in _workers(facts) if found.code in IDLE), None)


def _workers(facts: "Health") -> Iterator[Finding]:
    """Whether anybody does the work."""
    start = _(
        "See that “manage.py qcluster” is running and what its log says. If it runs and does "
        "nothing, end it and start it again."
    )
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
        yield Finding(
            CRITICAL,
            "secret_key",
            _("Workers throw away what the web server hands them: their SECRET_KEY differs."),
            _(
                "Give web server and workers the same SECRET_KEY, and Q_CLUSTER the same name; "
                "then start both again."
            ),
        )
    elif facts.stopped_seconds is not None or ((waiting or unasked) and nobody):
        yield Finding(
            CRITICAL,
            FROZEN,
            _("Work waits, and no worker shows a sign of life."),
            start,
        )
    elif unswept and facts.schedule == "ok":
        late = _("The sweep, due each minute, has not run for more than three minutes.")
        if alive:
            busy = _(
                "Workers are there: it fails, as their log says, or waits behind other tasks. "
                "Then give try-ons a cluster of their own."
            )
            yield Finding(CRITICAL, "sweep_late", late, busy)
        else:
            yield Finding(CRITICAL, FROZEN, late, start)
    elif (waiting or (unasked and facts.watcher != "alive")) and not at_work:
        yield Finding(
            WARNING,
            "too_few_workers",
            _("Try-ons wait for more than half a minute although there are requests to spare."),
            _("Give Q_CLUSTER more workers, or try-ons a cluster of their own."),
        )
    if facts.schedule == "missing":
        yield Finding(
            WARNING,
            "schedule_missing",
            _("The sweep is not scheduled, so nobody repairs what a crash leaves."),
            _("Run “manage.py migrate”: it makes the schedule again."),
        )
    elif facts.schedule == "elsewhere":
        yield Finding(
            WARNING,
            "schedule_elsewhere",
            _("The sweep is scheduled on another cluster than GENLOOK_Q_CLUSTER names."),
            _("Run “manage.py migrate”: it puts the schedule right."),
        )
    elif facts.swept_seconds is None:
        yield Finding(
            WARNING,
            "never_swept",
            _("The sweep has not run yet. Workers make it within a minute of their start."),
            start,
        )


def _share(part: int, whole: int, enough: int) -> float:
    return part / whole if whole >= enough else 0.0


def _swept(facts: "Health") -> bool:
    return facts.swept_seconds is not None and facts.swept_seconds <= SWEPT_SECONDS


def _account(facts: "Health") -> Iterator[Finding]:
    """Whether Genlook serves this account. Nothing is urgent while try-on is switched off."""
    worst = CRITICAL if facts.enabled else WARNING
    if not facts.settings_ok:
        yield Finding(
            worst,
            "settings_wrong",
            _("A setting of the project is wrong, so nothing can be tried on."),
            _("Run “manage.py check”: it says which, and what to write."),
        )
    elif not facts.api_key:
        yield Finding(
            worst,
            "no_key",
            _("No API key is set, so nothing can be tried on."),
            _("Set GENLOOK_API_KEY in the project's settings and start its processes again."),
        )
    elif facts.alarm in KEY_ALARMS:
        yield Finding(
            worst,
            "key_refused",
            _("Genlook refuses the API key: wrong, revoked, or the account is inactive."),
            _("Check GENLOOK_API_KEY in the project's settings, and the account at Genlook."),
        )
    elif facts.alarm == CREDITS_ALARM or (facts.credits is not None and facts.credits <= 0):
        yield Finding(
            worst,
            "no_credits",
            _("The Genlook account has no credits left."),
            _("Top it up at Genlook. Shoppers can try on again within a minute."),
        )
    elif facts.alarm == ADDRESS_ALARM:
        yield Finding(
            worst,
            "wrong_address",
            _("There is no Genlook service at GENLOOK_BASE_URL."),
            _("Write it with its path, as in https://api.genlook.app/tryon/v1, or remove it."),
        )
    elif facts.alarm == BLOCKED_ALARM:
        yield Finding(
            worst,
            "blocked",
            _("A firewall or a proxy answers in Genlook's place and refuses this shop's requests."),
            _("Let this host reach GENLOOK_BASE_URL."),
        )
    elif facts.circuit == "unavailable" or facts.alarm == OUTAGE_ALARM:
        yield Finding(
            worst,
            "unavailable",
            _("Genlook does not answer, and shoppers are told so at once."),
            _("Nothing, unless it lasts: then see that this host reaches GENLOOK_BASE_URL."),
        )
    elif facts.alarm == FORBIDDEN_ALARM:
        yield Finding(
            worst if facts.circuit else WARNING,
            "not_allowed",
            _("Genlook says that a product or a generation belongs to another account."),
            _("Where shops share product names, set GENLOOK_EXTERNAL_ID_PREFIX."),
        )
    elif facts.alarm or facts.circuit:
        yield Finding(
            worst,
            "refused",
            _("Genlook refuses this shop's requests (%(code)s).")
            % {"code": facts.alarm or facts.circuit},
            _("Check GENLOOK_API_KEY in the project's settings, and the account at Genlook."),
        )
    elif (facts.answered_seconds or 0) > UNANSWERED_SECONDS and _swept(facts):
        yield Finding(
            WARNING,
            "no_answer",
            _("Genlook has given no good answer for more than a quarter of an hour."),
            _("See the log of the workers, and that this host reaches GENLOOK_BASE_URL."),
        )
    if facts.rate_limited:
        yield Finding(
            WARNING,
            "rate_limited",
            _("Genlook limits this account's requests (429), so all of them rest for a moment."),
            _(
                "Where others use the same account, set GENLOOK_REQUESTS_PER_MINUTE to this "
                "shop's part of the limit."
            ),
        )


def _rest(facts: "Health") -> Iterator[Finding]:
    """Money, promises, and the place for pictures."""
    if not facts.writable:
        yield Finding(
            CRITICAL if facts.enabled else WARNING,
            "cannot_write",
            _("Photos cannot be written to the shop's disk by the process that looked."),
            _("Run “manage.py check” as the user of the web server: it names the folder."),
        )
    if _share(facts.failed_last_hour, facts.ended_last_hour, ENOUGH_ENDED) >= FAILURE_SHARE:
        yield Finding(
            WARNING,
            "many_failures",
            _("%(failed)d of the %(ended)d try-ons of the last hour failed.")
            % {"failed": facts.failed_last_hour, "ended": facts.ended_last_hour},
            _("See in the list of try-ons why they failed."),
        )
    if _share(facts.uncertain_last_day, facts.sent_last_day, ENOUGH_SENT) >= UNCERTAIN_SHARE:
        yield Finding(
            WARNING,
            "many_uncertain",
            _("%(uncertain)d of the %(sent)d try-ons sent in the last day are uncertain.")
            % {"uncertain": facts.uncertain_last_day, "sent": facts.sent_last_day},
            _("See in the log of the workers whether they are killed, or answers get lost."),
        )
    if facts.storage_seconds is not None:
        yield Finding(
            CRITICAL if facts.enabled else WARNING,
            "storage",
            _("Private storage could not be written, so photos and pictures cannot be kept."),
            _("Make room on it, or see that it answers. What waits is then kept by itself."),
        )
    if facts.reported_products:
        yield Finding(
            WARNING,
            "products_reported",
            ngettext_lazy(
                "%(count)d product is hidden: shoppers reported bad pictures of it.",
                "%(count)d products are hidden: shoppers reported bad pictures of them.",
                "count",
            )
            % {"count": facts.reported_products},
            _("See the reports. Where they are wrong, offer the product again on its link's page."),
        )
    if facts.networkless == "proxied":
        yield Finding(
            WARNING,
            "network_unknown",
            _("Requests come through a proxy nobody told us of: all guests count as one network."),
            _("Set GENLOOK_CLIENT_IP_HEADER to the header in which it names the visitor."),
        )
    elif facts.networkless:
        yield Finding(
            WARNING,
            "network_unknown",
            _("Guests come without an address in GENLOOK_CLIENT_IP_HEADER: they share one limit."),
            _("Check GENLOOK_CLIENT_IP_HEADER and GENLOOK_TRUSTED_PROXIES, and the proxies."),
        )
    if facts.drift_unexplained:
        yield Finding(
            WARNING,
            "drift",
            ngettext_lazy(
                "Genlook has taken %(count)d credit more than this shop knows of.",
                "Genlook has taken %(count)d credits more than this shop knows of.",
                "count",
            )
            % {"count": facts.drift_unexplained},
            _("See at Genlook who else uses this account or its key."),
        )
    if (facts.oldest_erasure_seconds or 0) > ERASURE_SECONDS:
        yield Finding(
            WARNING,
            "erasures_late",
            _("Pictures that a shopper wants gone are not yet erased at Genlook after a day."),
            _("See the log of the workers; it is tried again by itself."),
        )
    if facts.erasures_elsewhere:
        yield Finding(
            WARNING,
            "erasures_elsewhere",
            ngettext_lazy(
                "Pictures of %(count)d shopper are to be erased in a Genlook account that is "
                "no longer configured.",
                "Pictures of %(count)d shoppers are to be erased in a Genlook account that is "
                "no longer configured.",
                "count",
            )
            % {"count": facts.erasures_elsewhere},
            _(
                "Set the former GENLOOK_API_KEY again until that is done, or have Genlook erase "
                "them. In any case Genlook deletes its copies at the end of its retention period."
            ),
        )
