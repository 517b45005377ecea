"""Telling the merchant by e-mail, and a shop's own code by signals, what she should know of:
a budget that runs out, credits that run low, and why Genlook cannot be used.

The sweep does this, never a request. Each thing is marked as told before the e-mail leaves, so
that it is told once at most.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext, override

from .. import clock
from ..models import Account, Configuration, Counter, allowance
from ..models.allowance import Allowance
from ..signals import budget_reached, credits_low
from .messages import alarm_message

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=6)
"""An alarm that comes and goes is told again after this time at the soonest. Chosen here."""


def tell(configuration: Configuration) -> None:
    """Tell everything that has not been told yet."""
    with override(settings.LANGUAGE_CODE):
        _tell_budgets(configuration)
        account = Account.load()
        _tell_credits(configuration, account)
        _tell_alarm(configuration, account)


def _tell_budgets(configuration: Configuration) -> None:
    budgets = allowance.budgets(configuration, clock.now())
    used = Counter.objects.used(one.name for one in budgets)
    for one in budgets:
        spent, limit = used.get(one.name, 0), one.limit or 0
        reached = [
            percent for percent in configuration.thresholds if spent * 100 >= limit * percent
        ]
        # Of several at once the highest says it all.
        if reached and Counter.tell(one.name, reached[-1]):
            _tell_budget(configuration, one, spent, reached[-1])


def _tell_budget(configuration: Configuration, budget: Allowance, spent: int, percent: int) -> None:
    daily = budget.name.count("-") == 2
    budget_reached.send_robust(
        sender=Account,
        period="day" if daily else "month",
        percent=percent,
        spent=spent,
        limit=budget.limit,
    )
    numbers = {"percent": percent, "spent": spent, "limit": budget.limit}
    if daily:
        subject = gettext("%(percent)d%% of today's budget for try-ons is spent")
        text = gettext("%(spent)d of %(limit)d credits are spent today.")
    else:
        subject = gettext("%(percent)d%% of this month's budget for try-ons is spent")
        text = gettext("%(spent)d of %(limit)d credits are spent this month.")
    then = {
        Configuration.WhenSpent.HIDE: gettext("When all are, the button is hidden."),
        Configuration.WhenSpent.EXPLAIN: gettext(
            "When all are, shoppers read when they can try on again."
        ),
        Configuration.WhenSpent.CUSTOMERS: gettext(
            "When all are, only signed-in customers can try on, beyond the budget."
        ),
    }[Configuration.WhenSpent(configuration.budget_spent)]
    _mail(configuration, subject % numbers, f"{text % numbers} {then}")


def _tell_credits(configuration: Configuration, account: Account) -> None:
    low = configuration.alert_credits
    row = Account.objects.filter(pk=1)
    if account.credits is None:
        return
    if account.credits >= max(low, 1):
        row.exclude(low_told_at=None).update(low_told_at=None)
        return
    if not row.filter(low_told_at=None).update(low_told_at=clock.now()):
        return
    credits_low.send_robust(sender=Account, credits=account.credits)
    left = max(account.credits, 0)
    said = ngettext(
        "The Genlook account has %(count)d credit left.",
        "The Genlook account has %(count)d credits left.",
        left,
    ) % {"count": left}
    advice = gettext("Each picture costs one. Top up the account at Genlook.")
    _mail(configuration, gettext("Credits for try-ons run low"), f"{said} {advice}")


def _tell_alarm(configuration: Configuration, account: Account) -> None:
    code, since = account.alarm_code, account.alarm_at
    if not code or since is None:
        return
    now = clock.now()
    untold = Q(alarm_told_at=None) | Q(alarm_told_at__lt=F("alarm_at"))
    another = ~Q(alarm_told=code) | Q(alarm_told_at=None)
    due = untold & (another | Q(alarm_told_at__lte=now - AGAIN_AFTER))
    row = Account.objects.filter(due, pk=1, alarm_code=code)
    if row.update(alarm_told=code, alarm_told_at=now):
        _mail(configuration, gettext("Try-ons do not work"), alarm_message(code))


def _mail(configuration: Configuration, subject: str, text: str) -> None:
    """An e-mail that cannot be sent is logged: the admin shows the same."""
    addresses = configuration.alert_addresses
    if not addresses:
        return
    shop = getattr(settings, "OSCAR_SHOP_NAME", "")
    try:
        send_mail(f"{shop}: {subject}" if shop else subject, text, None, addresses)
    except Exception:
        logger.exception("The alert “%s” could not be sent.", subject)
