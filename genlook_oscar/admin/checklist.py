"""What a shop needs before its first shopper can try something on, and what of it is done."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..engine.findings import nobody_works
from ..engine.health import Health
from ..models import BLOCKING, Account, Configuration, ProductLink


@dataclass(frozen=True)
class Step:
    """One line of the checklist: whether it is done, what it is, and what to do if it is not.
    `optional` ones keep nobody from beginning."""

    done: bool
    label: str
    advice: str
    optional: bool = False


def steps(health: Health, configuration: Configuration) -> list[Step]:
    """The checklist from top to bottom. Three queries."""
    account = Account.objects.filter(pk=1).first() or Account()
    links = ProductLink.objects.filter(product__isnull=False).exclude(enabled=False)
    ready = links.exclude(Q(ready_code="") | Q(ready_code__in=BLOCKING)).count()
    decided = Configuration.objects.filter(pk=1).exists() and (
        configuration.budget_per_day or configuration.budget_per_month
    )
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
            ready > 0,
            ngettext("%(count)d product is ready", "%(count)d products are ready", ready)
            % {"count": ready},
            _("Look at what is missing with: python manage.py genlook_catalogue check"),
        ),
        Step(
            bool(configuration.privacy_url),
            _("Privacy page"),
            _("Tell shoppers on your privacy page what becomes of their photos, and link it."),
        ),
        Step(
            bool(decided),
            _("Budget"),
            _("Without a budget only the limits of each shopper bound what a day can cost."),
        ),
        Step(
            bool(configuration.alert_addresses),
            _("Alerts"),
            _("Name somebody who is told when credits run low or Genlook cannot be used."),
            optional=True,
        ),
        Step(
            configuration.enabled,
            _("Switched on"),
            _("Shoppers see no button yet. Try it first with “Staff only”."),
        ),
    ]
