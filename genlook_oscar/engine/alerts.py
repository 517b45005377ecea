"""Telling the merchant by e-mail, and a shop's own code by signals, what she should know of:
a budget that runs out, credits that run low, and why Genlook cannot be used.

The sweep does this. That there are no workers, and so no sweep, is told by whoever finds out: a
request, or the status command. Each thing is marked as told before the e-mail leaves, so that
it is told once at most.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import get_connection, send_mail
from django.db import connections, transaction
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext, override

from .. import clock, logs
from ..models import Account, Configuration, Counter, ProductLink, Ready, allowance
from ..models.allowance import Allowance
from ..models.moments import past
from ..signals import alarm_raised, budget_reached, credits_low
from .messages import alarm_message

logger = logs.logger(__name__)

AGAIN_AFTER = timedelta(hours=6)
"""An alarm that comes and goes is told again after this time at the soonest. Chosen here."""
MAIL_SECONDS = 10
"""How long each step of sending may take where the project's EMAIL_TIMEOUT says nothing."""
TOLD_AT_ONCE = 20
"""Products in one e-mail."""
WORKERS_CODE = "WORKERS"
"""The alarm about workers, as `alarm_raised` names it."""


def tell(configuration: Configuration) -> None:
    """Tell everything that has not been told yet."""
    with override(settings.LANGUAGE_CODE):
        _tell_budgets(configuration)
        _tell_hidden(configuration)
        account = Account.load()
        _tell_credits(configuration, account)
        _tell_alarm(configuration, account)


def _tell_budgets(configuration: Configuration) -> None:
    budgets = allowance.set_budgets(configuration, clock.now())
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


def _tell_hidden(configuration: Configuration) -> None:
    """Tell of products that reports have hidden since the last time."""
    links = ProductLink.objects.exclude(enabled=True)
    found = links.filter(ready_code=Ready.BAD_REPORTS, hidden_told_at=None)
    told = [
        link.product.get_title() if link.product else link.external_id
        for link in found.select_related("product__parent")[:TOLD_AT_ONCE]
        if links.filter(pk=link.pk, hidden_told_at=None).update(hidden_told_at=clock.now())
    ]
    if told:
        text = gettext(
            "Shoppers reported bad pictures, so these can no longer be tried on: %(titles)s. See "
            "the reports in the admin; where they are wrong, one click on the product's link "
            "offers it again."
        ) % {"titles": ", ".join(told)}
        _mail(configuration, gettext("Products are hidden from try-on"), text)


def _tell_credits(configuration: Configuration, account: Account) -> None:
    low = configuration.alert_credits
    row = Account.mine()
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
    row = Account.mine().filter(due, alarm_code=code)
    if row.update(alarm_told=code, alarm_told_at=now):
        _mail(configuration, gettext("Try-ons do not work"), alarm_message(code))


def tell_workers(*, aside: bool = True) -> None:
    """Tell that nobody makes try-ons. `aside`: by a thread of its own once the transaction is
    over, so that no page waits for a mail server; else before this returns."""
    configuration = Configuration.load()
    now = clock.now()
    due = past("stopped_told_at", now - AGAIN_AFTER, now)
    if not configuration.enabled or not Account.mine().filter(due).update(stopped_told_at=now):
        return
    with override(settings.LANGUAGE_CODE):
        subject, text = gettext("Try-ons do not work"), alarm_message(WORKERS_CODE)

    def leave() -> None:
        alarm_raised.send_robust(sender=Account, code=WORKERS_CODE, message=text)
        _mail(configuration, subject, text)

    transaction.on_commit(lambda: _aside(leave) if aside else leave())


def _aside(job: Callable[[], None]) -> None:
    def act() -> None:
        try:
            job()
        finally:
            # Whoever listens to the signal may have asked the database.
            connections.close_all()

    threading.Thread(target=act, name="genlook alert", daemon=True).start()


def _mail(configuration: Configuration, subject: str, text: str) -> None:
    """An e-mail that cannot be sent is logged: the admin shows the same."""
    addresses = configuration.alert_addresses
    if not addresses:
        return
    shop = getattr(settings, "OSCAR_SHOP_NAME", "")
    try:
        server: Any = get_connection()
        if getattr(server, "timeout", MAIL_SECONDS) is None:
            server.timeout = MAIL_SECONDS
        subject = f"{shop}: {subject}" if shop else subject
        send_mail(subject, text, None, addresses, connection=server)
    except Exception:
        logger.exception("The alert “%s” could not be sent.", subject)
