"""Health in sentences: the same lines for the merchant in the admin and for the operator in
the console."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import clock
from ..causes import OK
from ..conf import PRODUCTION_URL, conf
from .health import Health

ACCOUNT = (
    "key_refused",
    "no_credits",
    "unavailable",
    "wrong_address",
    "blocked",
    "not_allowed",
    "refused",
    "no_answer",
    "rate_limited",
)
QUEUE = ("workers_frozen", "too_few_workers", "many_failures")
SWEEP = ("sweep_late", "schedule_missing", "schedule_elsewhere", "never_swept")


@dataclass(frozen=True)
class Line:
    """One line of the report: what is so, and in `advice` what is wrong about it and what to
    do; `wrong` when somebody should look."""

    label: str
    text: str
    advice: str = ""

    @property
    def wrong(self) -> bool:
        return bool(self.advice)


def lines(health: Health) -> list[Line]:
    """Everything that is known, each with what is to be done about it. No query."""
    return [
        _key(health),
        Line(_("Service"), _service()),
        _line(health, _("Account"), _account(health), ACCOUNT),
        _line(health, _("Queue"), _queue(health), QUEUE),
        Line(_("Requests"), _requests(health)),
        _line(health, _("Sweep"), _sweep(health), SWEEP),
        _line(health, _("Books"), " ".join(_books(health)), ("drift", "many_uncertain")),
        _line(health, _("Erasures"), _erasures(health), ("erasures_late", "erasures_elsewhere")),
        _line(health, _("Alerts"), _alerts(health), ("mail_failed", "webhook_failed")),
    ]


def ago(seconds: float) -> str:
    """How long ago, in words."""
    if seconds < 60:
        return _("less than a minute ago")
    return _("%(time)s ago") % {"time": _long(seconds)}


def _line(health: Health, label: str, text: str, codes: tuple[str, ...]) -> Line:
    """A line with the findings that belong to it."""
    mine = [found for found in health.findings if found.code in codes and found.severity != OK]
    return Line(label, text, " ".join(f"{found.sentence} {found.advice}" for found in mine))


def _key(health: Health) -> Line:
    if health.api_key:
        return Line(_("API key"), _("Set in the project's settings. It is never shown here."))
    advice = _(
        "Write GENLOOK_API_KEY in the project's settings, best from the environment; the key "
        "comes from your Genlook account."
    )
    return Line(_("API key"), _("None is set, so no button is shown."), advice)


def _service() -> str:
    if conf.base_url == PRODUCTION_URL:
        return conf.base_url
    return f"{conf.base_url} " + _("(set by GENLOOK_BASE_URL; not Genlook's own address)")


def _account(health: Health) -> str:
    if health.answered_seconds is None:
        return _("Not asked yet.")
    last = {"ago": ago(health.answered_seconds)}
    if health.alarm or health.circuit:
        return _("Last good answer %(ago)s.") % last
    if health.credits is None or health.credits_seconds is None:
        return _("The key works (last answer %(ago)s).") % last
    words = ngettext(
        "The key works. %(count)d credit left, read %(ago)s.",
        "The key works. %(count)d credits left, read %(ago)s.",
        health.credits,
    )
    return words % {"count": health.credits, "ago": ago(health.credits_seconds)}


def _queue(health: Health) -> str:
    words = [_waiting(health)]
    if health.submitting or health.generating or health.late:
        under_way = _("%(sending)d being sent, %(making)d being made, %(late)d late.")
        words.append(
            under_way
            % {"sending": health.submitting, "making": health.generating, "late": health.late}
        )
    if health.watcher == "alive":
        words.append(_("The watcher is at work."))
    elif health.watcher == "expired":
        words.append(_("The watcher has died; another takes over."))
    return " ".join(words)


def _waiting(health: Health) -> str:
    if not health.queued:
        return _("No try-on is waiting.")
    if health.oldest_unclaimed_seconds is None:
        words = ngettext(
            "%(count)d try-on is waiting for its turn.",
            "%(count)d try-ons are waiting for their turn.",
            health.queued,
        )
        return words % {"count": health.queued}
    words = ngettext(
        "%(count)d try-on is waiting, for %(time)s.",
        "%(count)d try-ons are waiting, the first for %(time)s.",
        health.queued,
    )
    return words % {"count": health.queued, "time": _long(health.oldest_unclaimed_seconds)}


def _requests(health: Health) -> str:
    if health.requests_last_minute is None:
        return _("No limit is set, so they are not counted.")
    words = _("%(count)d of %(limit)d in the last minute.") % {
        "count": health.requests_last_minute,
        "limit": health.requests_per_minute,
    }
    if health.resting_seconds:
        words += " " + _("All rest for %(time)s.") % {"time": _long(health.resting_seconds)}
    return words


def _sweep(health: Health) -> str:
    if health.swept_seconds is None:
        return _("Never made yet.")
    return _("Last made %(ago)s.") % {"ago": ago(health.swept_seconds)}


def _books(health: Health) -> Iterator[str]:
    if health.drift_since is None:
        yield _("Not compared with Genlook's balance yet.")
    elif health.drift or health.drift_slack:
        since = ago((clock.now() - health.drift_since).total_seconds())
        words = _("Drift %(drift)d since the count began, %(ago)s")
        slack = _(", give or take %(slack)d under way") if health.drift_slack else ""
        told = {"drift": health.drift, "ago": since, "slack": health.drift_slack}
        yield f"{words}{slack}." % told
    else:
        yield _("They agree with Genlook's balance.")
    if health.uncertain:
        words = ngettext(
            "%(count)d credit is uncertain (%(day)d in the last day).",
            "%(count)d credits are uncertain (%(day)d in the last day).",
            health.uncertain,
        )
        yield words % {"count": health.uncertain, "day": health.uncertain_last_day}


def _erasures(health: Health) -> str:
    if not health.erasures:
        return _("None is waiting.")
    words = ngettext(
        "%(count)d is waiting, asked for %(ago)s.",
        "%(count)d are waiting, the first asked for %(ago)s.",
        health.erasures,
    )
    return words % {"count": health.erasures, "ago": ago(health.oldest_erasure_seconds or 0)}


def _alerts(health: Health) -> str:
    if health.mail_failure or health.webhook_failure:
        return _("They are tried again for a day.")
    return _("Nothing that was to be sent has failed.")


def _long(seconds: float) -> str:
    if seconds < 120:
        return _("%(seconds)d s") % {"seconds": round(seconds)}
    now = clock.now()
    return timesince(now - timedelta(seconds=seconds), now, depth=1)
