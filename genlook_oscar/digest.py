"""The week in an e-mail, for a merchant who wants it: what the figures say, and what is wrong."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.timezone import get_default_timezone, make_aware
from django.utils.translation import gettext, ngettext, override

from . import clock
from .catalogue.census import census
from .causes import OK
from .engine.health import health
from .engine.telling import FIGURES, deliver, leave, named, pages
from .insight.conversion import conversion
from .insight.period import DAY, Period, today
from .insight.series import figures
from .models import Alert, Configuration, Occurrence
from .money import cost_words
from .shop_addresses import link, whom
from .transactions import atomic

CODE = "weekly_digest"
MORNING = time(7)
"""Of Monday, where the shop is. Chosen here: when it is read."""
LATEST = timedelta(days=2)
"""Workers that were down all Monday send it on Tuesday; later, nobody waits for it any more."""


def send_due() -> None:
    """Send last week's digest if this is the morning for it, once, however many try."""
    configuration = Configuration.load()
    to = whom(configuration.alert_addresses).addresses
    now = clock.now()
    monday = today() - today().weekday() * DAY
    due = make_aware(datetime.combine(monday, MORNING), get_default_timezone())
    if not (configuration.weekly_digest and to and due <= now < due + LATEST):
        return
    Occurrence.begin(CODE)
    unsent = Q(told_at=None) | Q(told_at__lt=due)
    with atomic(), override(settings.LANGUAGE_CODE):
        row = Occurrence.mine().filter(unsent, code=CODE)
        if not row.update(told_at=now):
            return
        week = Period(monday - 7 * DAY, monday - DAY)
        numbers = {"start": _named(week.start), "end": _named(week.end)}
        alert = Alert(
            code=CODE,
            severity=OK,
            subject=named(gettext("Try-ons from %(start)s to %(end)s") % numbers),
            text="\n".join(lines(week, configuration)),
            link=link([FIGURES, *pages()]),
        )
        sent = leave(alert, Alert.Channel.MAIL, to)
    deliver([sent])


def lines(week: Period, configuration: Configuration) -> Iterator[str]:
    """What is told of these days, by the same counts as the page of figures, and of now; in the
    language active now."""
    days = figures(week).values()
    total = {
        name: sum(getattr(day, name) for day in days)
        for name in ("total", "completed", "failed", "settled", "uncertain", "shoppers")
    }
    made, pictures, credits = total["total"], total["completed"], total["settled"]
    yield ngettext("%(count)d try-on", "%(count)d try-ons", made) % {"count": made}
    yield ngettext("%(count)d picture", "%(count)d pictures", pictures) % {"count": pictures}
    yield gettext("%(count)d failed") % {"count": total["failed"]}
    spent = ngettext("%(count)d credit", "%(count)d credits", credits) % {"count": credits}
    cost = cost_words(configuration, credits)
    yield f"{spent} ({cost})" if cost else spent
    if total["uncertain"]:
        yield gettext("%(count)d more credits may have been spent") % {"count": total["uncertain"]}
    found = conversion(week, total["shoppers"])
    told = {"basket": found.basket.part, "order": found.order.part, "whole": found.order.whole}
    yield (
        gettext(
            "Of %(whole)d shoppers with a picture, %(basket)d put the item into the basket and "
            "%(order)d ordered it"
        )
        % told
    )
    for currency, amount in found.sold:
        yield gettext("Sold of what was tried on: %(amount)s %(currency)s") % {
            "amount": number_format(amount, 2),
            "currency": currency,
        }
    yield ""
    yield f"{census().words}."
    now = health()
    if now.credits is not None:
        left = ngettext("%(count)d credit is left.", "%(count)d credits are left.", now.credits)
        yield left % {"count": now.credits}
    for finding in now.findings:
        yield f"{finding.sentence} {finding.advice}".rstrip()


def _named(day: date) -> str:
    return str(date_format(day, "DATE_FORMAT"))
