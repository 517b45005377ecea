"""What a shop needs before its first shopper can try something on, and what of it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..catalogue.census import census
from ..causes.shop import MAIL_FAILED, WEBHOOK_FAILED
from ..conf import conf
from ..engine.findings import nobody_works
from ..engine.health import Health
from ..models import Account, Configuration, TryOn
from ..money import cost_words
from ..shop_addresses import is_known, whom


@dataclass(frozen=True)
class Step:
    """One line of the checklist: whether it is done, what it is, and what to do if it is not.
    `optional` ones keep nobody from beginning; `field` is the one of the form that changes it,
    `url` where it is done otherwise."""

    done: bool
    label: str
    advice: str
    optional: bool = False
    field: str = ""
    url: str = ""


def steps(health: Health, configuration: Configuration) -> list[Step]:
    """The checklist from top to bottom. Two queries, and those of the census."""
    account = Account.mine().first() or Account()
    products = census()
    idle = nobody_works(health)
    return [
        Step(
            health.api_key,
            _("API key"),
            _("Write GENLOOK_API_KEY in the project's settings. The key is made at Genlook."),
        ),
        Step(
            idle is None,
            _("Workers"),
            f"{idle.sentence} {idle.advice}"
            if idle and idle.code != "never_swept"
            else _("No worker has been seen. Start one with: python manage.py qcluster"),
        ),
        Step(
            account.answered_at is not None and not account.alarm_code,
            _("Connection to Genlook"),
            _("Have a worker ask Genlook, with the button below; the state shows the answer."),
        ),
        Step(
            products.fit > 0,
            products.words,
            _("Look at what is missing with: python manage.py genlook_catalogue check"),
        ),
        Step(
            TryOn.objects.of_shop().filter(is_test=True).exclude(finished_at=None).exists(),
            _("A test try-on on the sample person"),
            _("See a picture before shoppers do: choose a product, then “Test try-on”."),
            optional=True,
            url=reverse("admin:genlook_oscar_productlink_changelist"),
        ),
        Step(
            bool(configuration.privacy_url),
            _("Privacy page"),
            _("Tell shoppers on your privacy page what becomes of their photos, and link it."),
        ),
        _budget(configuration),
        *_alerts(health, configuration),
        _switched_on(configuration),
    ]


def _switched_on(configuration: Configuration) -> Step:
    """Whether shoppers see it, and not staff alone."""
    if configuration.enabled and configuration.audience == configuration.Audience.STAFF:
        label = _("Switched on for staff only")
        advice = _("Shoppers see no button yet. When you like what you see, open it to them.")
        return Step(False, label, advice, field="audience")
    advice = _("Shoppers see no button yet. Try it first with “Staff only”.")
    return Step(configuration.enabled, _("Switched on"), advice, field="enabled")


def _alerts(health: Health, configuration: Configuration) -> Iterator[Step]:
    """Whom alerts reach; and only where something is wrong, what keeps them from it."""
    found = whom(configuration.alert_addresses)
    told = [*found.addresses, *([_("the webhook")] if conf.alert_webhook else [])]
    if not told:
        label = _("Alerts reach nobody")
    elif found.setting:
        label = _("Alerts go to %(whom)s (from %(setting)s)")
    else:
        label = _("Alerts go to %(whom)s")
    yield Step(
        bool(told),
        label % {"whom": ", ".join(told), "setting": found.setting},
        _(
            "Name somebody who is told when credits run low or Genlook cannot be used. Else "
            "ADMINS, MANAGERS or OSCAR_FROM_EMAIL of the project's settings are told."
        ),
        field="alert_emails",
    )
    for finding in health.findings:
        if finding.cause in (MAIL_FAILED, WEBHOOK_FAILED):
            yield Step(False, str(finding.sentence), str(finding.advice))
    if not is_known():
        yield Step(
            False,
            _("Links in e-mails do not lead to the shop"),
            _(
                "Write the shop's domain under Sites in the admin, or GENLOOK_SITE_URL in the "
                "project's settings."
            ),
            optional=True,
        )


def _budget(configuration: Configuration) -> Step:
    """What the shop can lose, whoever decided it."""
    day, month = configuration.budget_per_day, configuration.budget_per_month
    beyond = configuration.budget_spent == configuration.WhenSpent.CUSTOMERS
    if beyond and day:
        words = ngettext(
            "After %(count)d credit a day only signed-in customers go on",
            "After %(count)d credits a day only signed-in customers go on",
            day,
        )
    elif beyond and month:
        words = ngettext(
            "After %(count)d credit a month only signed-in customers go on",
            "After %(count)d credits a month only signed-in customers go on",
            month,
        )
    elif day:
        words = ngettext(
            "The shop spends at most %(count)d credit a day",
            "The shop spends at most %(count)d credits a day",
            day,
        )
    elif month:
        words = ngettext(
            "The shop spends at most %(count)d credit a month",
            "The shop spends at most %(count)d credits a month",
            month,
        )
    else:
        words = _("The shop has no budget")
    label = words % {"count": day or month}
    cost = cost_words(configuration, day or month or 0)
    return Step(
        bool(day or month),
        f"{label} ({cost})" if cost and (day or month) else label,
        _("Without a budget only the limits of each shopper bound what a day can cost."),
        field="budget_per_day" if day or not month else "budget_per_month",
    )
