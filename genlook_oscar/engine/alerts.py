"""What the sweep tells the merchant: budgets that run out, credits that run low, products that
reports have hidden, and every other cause that holds.

That there are no workers, and so no sweep, is told by whoever finds out: see `monitoring`.
"""

from django.conf import settings
from django.utils.translation import gettext, override

from .. import clock
from ..causes.shop import BUDGET_REACHED, CREDITS_LOW, PRODUCTS_REPORTED
from ..causes.workers import IDLE
from ..models import (
    Account,
    Alert,
    Configuration,
    Counter,
    Occurrence,
    ProductLink,
    Ready,
    allowance,
)
from ..models.allowance import Allowance
from ..signals import budget_reached, credits_low
from ..transactions import atomic
from .findings import Finding
from .health import Health, health
from .telling import deliver, put
from .telling import tell as tell_findings

TOLD_AT_ONCE = 20
"""Products in one alert."""


def tell(configuration: Configuration) -> None:
    """Tell everything that has not been told yet, and send what has not left yet."""
    Account.load()
    with override(settings.LANGUAGE_CODE):
        _tell_budgets(configuration)
        _tell_hidden(configuration)
        now = health()
        _tell_credits(configuration, now)
        _tell_findings(configuration, now)
    Alert.end_old(clock.now())
    deliver()


def _tell_budgets(configuration: Configuration) -> None:
    budgets = allowance.set_budgets(configuration, clock.now())
    used = Counter.objects.used(one.name for one in budgets)
    for one in budgets:
        spent, limit = used.get(one.name, 0), one.limit or 0
        reached = [
            percent for percent in configuration.thresholds if spent * 100 >= limit * percent
        ]
        # Of several at once the highest says it all.
        if reached:
            with atomic():
                if Counter.tell(one.name, reached[-1]):
                    _tell_budget(configuration, one, spent, reached[-1])


def _tell_budget(configuration: Configuration, budget: Allowance, spent: int, percent: int) -> None:
    budget_reached.send_robust(
        sender=Account,
        period="month" if budget.is_monthly else "day",
        percent=percent,
        spent=spent,
        limit=budget.limit,
    )
    numbers = {"percent": percent, "spent": spent, "limit": budget.limit}
    if budget.is_monthly:
        subject = gettext("%(percent)d%% of this month's budget for try-ons is spent")
        text = gettext("%(spent)d of %(limit)d credits are spent this month.")
    else:
        subject = gettext("%(percent)d%% of today's budget for try-ons is spent")
        text = gettext("%(spent)d of %(limit)d credits are spent today.")
    then = {
        Configuration.WhenSpent.HIDE: gettext("When all are, the button is hidden."),
        Configuration.WhenSpent.EXPLAIN: gettext(
            "When all are, shoppers read when they can try on again."
        ),
        Configuration.WhenSpent.CUSTOMERS: gettext(
            "When all are, only signed-in customers can try on, beyond the budget."
        ),
    }[Configuration.WhenSpent(configuration.budget_spent)]
    put(configuration, BUDGET_REACHED, subject % numbers, f"{text % numbers} {then}")


def _tell_hidden(configuration: Configuration) -> None:
    """Tell of products that reports have hidden since the last time, each by its title."""
    links = ProductLink.objects.exclude(enabled=True)
    found = links.filter(ready_code=Ready.BAD_REPORTS, hidden_told_at=None)
    with atomic():
        told = [
            link.product.get_title() if link.product else link.external_id
            for link in found.select_related("product__parent")[:TOLD_AT_ONCE]
            if links.filter(pk=link.pk, hidden_told_at=None).update(hidden_told_at=clock.now())
        ]
        if told:
            text = gettext(
                "Shoppers reported bad pictures, so these can no longer be tried on: %(titles)s. "
                "See the reports in the admin; where they are wrong, one click on the product's "
                "link offers it again."
            ) % {"titles": ", ".join(told)}
            put(configuration, PRODUCTS_REPORTED, gettext("Products are hidden from try-on"), text)


def _tell_credits(configuration: Configuration, now: Health) -> None:
    """Tell when fewer credits are left than the merchant says, until they are topped up."""
    if now.credits is None:
        return
    if now.credits >= max(configuration.alert_credits, 1):
        Occurrence.end(CREDITS_LOW.code)
        return
    Occurrence.begin(CREDITS_LOW.code)
    with atomic():
        if Occurrence.tell(CREDITS_LOW):
            credits_low.send_robust(sender=Account, credits=now.credits)
            # That none are left is a cause of its own, which is told while try-on is on.
            if now.credits <= 0 and configuration.enabled:
                return
            found = Finding.of(CREDITS_LOW, count=max(now.credits, 0))
            text = f"{found.sentence} {found.advice}"
            put(configuration, CREDITS_LOW, gettext("Credits for try-ons run low"), text)


def _tell_findings(configuration: Configuration, now: Health) -> None:
    """Tell of all else that holds, and note what holds no longer."""
    # The sweep is here, so whether workers are is not its question.
    found = [one for one in now.findings if one.code not in IDLE]
    Occurrence.end_others({*(one.code for one in found), CREDITS_LOW.code})
    tell_findings(configuration, [one for one in found if one.cause is not PRODUCTS_REPORTED])
