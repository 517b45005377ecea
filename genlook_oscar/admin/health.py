"""How the account and the workers are, in sentences, read from our own rows only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import clock
from ..conf import PRODUCTION_URL, conf
from ..engine.messages import alarm_message
from ..models import Account, TryOn

LONG_WAIT = timedelta(minutes=1)
"""A queued try-on is taken within a second by a free worker, and the sweep repairs what was
lost each minute. One that has waited for longer has met no worker. Chosen here."""


@dataclass(frozen=True)
class Line:
    """One line of the panel; `wrong` when somebody must do something."""

    label: str
    text: str
    wrong: bool = False


def ago(moment: datetime) -> str:
    """How long ago, in words."""
    if clock.now() - moment < timedelta(minutes=1):
        return _("less than a minute ago")
    return _("%(time)s ago") % {"time": timesince(moment, clock.now(), depth=1)}


def alarm(account: Account | None) -> str:
    """What the merchant must do so that try-ons work again; empty when all is well."""
    if account is None or not account.alarm_code:
        return ""
    text = alarm_message(account.alarm_code)
    if account.alarm_at is None:
        return text
    return f"{text} ({account.alarm_code}, {ago(account.alarm_at)})"


def panel(account: Account | None) -> list[Line]:
    """The lines about key, service, account and workers. One query."""
    return [_key(), _service(), _account(account), _workers()]


def _key() -> Line:
    label = _("API key")
    if conf.api_key:
        return Line(label, _("Set in the project's settings. It is never shown here."))
    return Line(
        label,
        _(
            "None is set, so no button is shown. Write GENLOOK_API_KEY in the project's "
            "settings, best from the environment; the key comes from your Genlook account."
        ),
        wrong=True,
    )


def _service() -> Line:
    text = conf.base_url
    if text != PRODUCTION_URL:
        text += " " + _("(set by GENLOOK_BASE_URL; not Genlook's own address)")
    return Line(_("Service"), text)


def _account(account: Account | None) -> Line:
    label = _("Account")
    problem = alarm(account)
    if problem:
        return Line(label, problem, wrong=True)
    if account is None or account.answered_at is None:
        return Line(label, _("Not asked yet."))
    if account.credits is None or account.credits_at is None:
        return Line(
            label, _("The key works (last answer %(ago)s).") % {"ago": ago(account.answered_at)}
        )
    words = ngettext(
        "The key works. %(count)d credit left, read %(ago)s.",
        "The key works. %(count)d credits left, read %(ago)s.",
        account.credits,
    )
    return Line(label, words % {"count": account.credits, "ago": ago(account.credits_at)})


def _workers() -> Line:
    label = _("Queue")
    queued = TryOn.objects.filter(status=TryOn.Status.QUEUED, not_before__lte=clock.now())
    found: dict[str, Any] = queued.aggregate(
        count=Count("pk"), oldest=Min("not_before"), clicked=Min("created_at")
    )
    if not found["count"]:
        return Line(label, _("No try-on is waiting."))
    words = ngettext(
        "%(count)d try-on is waiting, clicked %(ago)s.",
        "%(count)d try-ons are waiting, the oldest clicked %(ago)s.",
        found["count"],
    ) % {"count": found["count"], "ago": ago(found["clicked"])}
    if clock.now() - found["oldest"] < LONG_WAIT:
        return Line(label, words)
    advice = _("No worker takes them: see that “manage.py qcluster” is running.")
    return Line(label, f"{words} {advice}", wrong=True)
