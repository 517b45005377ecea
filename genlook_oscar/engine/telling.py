"""Telling the merchant, by e-mail and by webhook.

What is to be told is decided in the database, so that of many processes one tells it, and stands
there as a row until it has left: a mail server that is down for an hour loses nothing.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.utils.translation import gettext, override

from .. import clock, logs, shops
from ..causes import CRITICAL, Cause, explained
from ..causes.workers import FROZEN
from ..conf import conf
from ..models import Account, Alert, Configuration, Occurrence
from ..shop_addresses import link, shop_name, whom
from ..signals import alarm_raised
from ..transactions import atomic
from .channels import send
from .findings import Finding

logger = logs.logger(__name__)

SUBJECT_LENGTH = 200
FIGURES: tuple[str, list[Any]] = ("genlook_oscar_dashboard:genlook-figures", [])
"""The dashboard's page of figures, as `shop_addresses.link` takes it."""
TURN_SECONDS = 20.0
"""No alert begins to leave later in one call, so that a slow mail server holds up no sweep: the
next one goes on. Chosen here."""


def tell(configuration: Configuration, findings: Iterable[Finding]) -> list[int]:
    """Tell of those findings that nobody has been told of, and that are to be sent at all;
    returns the primary keys of the alerts, which `deliver` sends."""
    alerts: list[int] = []
    with override(settings.LANGUAGE_CODE):
        for found in findings:
            cause = found.cause
            if cause.needs_on and not configuration.enabled:
                continue
            if not channels(configuration, cause):
                continue
            Occurrence.begin(cause.code)
            with atomic():
                if Occurrence.tell(cause, found.severity):
                    text = f"{found.sentence} {found.advice}".rstrip()
                    alerts += put(configuration, cause, _subject(found), text, found.severity)
    return alerts


def _subject(found: Finding) -> str:
    if found.severity == CRITICAL:
        return gettext("Try-ons do not work")
    return str(found.sentence).rstrip(".")


def channels(configuration: Configuration, cause: Cause) -> dict[str, list[str]]:
    """How a cause reaches somebody in this shop: addresses by the channel's name."""
    to = whom(configuration.alert_addresses).addresses
    ways = {Alert.Channel.MAIL: to, Alert.Channel.WEBHOOK: [""] if conf.alert_webhook else []}
    return {way.value: ends for way, ends in ways.items() if ends and way in cause.told}


def put(
    configuration: Configuration, cause: Cause, subject: str, text: str, severity: str = ""
) -> list[int]:
    """Put an alert on its way by each of the cause's channels; returns the primary keys."""
    alert = Alert(
        code=cause.code,
        severity=severity or cause.severity,
        subject=named(subject),
        text=text,
        link=link(pages()),
    )
    return [leave(alert, way, to) for way, to in channels(configuration, cause).items()]


def leave(alert: Alert, way: str, to: list[str]) -> int:
    """Put an alert, of which this makes a row, on its way to these addresses by one channel;
    returns its primary key."""
    alert.pk = None
    alert._state.adding = True
    alert.channel, alert.to = way, to if way == Alert.Channel.MAIL else []
    alert.subject = alert.subject[:SUBJECT_LENGTH]
    alert.created_at = alert.not_before = clock.now()
    alert.save()
    return alert.pk


def named(subject: str) -> str:
    """The subject with the site that it is about, where there are several shops."""
    return f"{shop_name()}: {subject}" if conf.shop else subject


def pages() -> list[tuple[str, list[Any]]]:
    """Where an alert leads, the first that there is: Django's admin, Wagtail's, the dashboard."""
    return [
        ("admin:genlook_oscar_configuration_change", [Configuration.number()]),
        ("genlook_configuration", []),
        FIGURES,
    ]


def deliver(pks: Iterable[int] | None = None) -> None:
    """Send what is due, of these or of all; not in a request. A channel that fails is left
    alone for the rest of the call."""
    now, end = clock.now(), clock.ticks() + TURN_SECONDS
    rows = Alert.due(now) if pks is None else Alert.due(now).filter(pk__in=list(pks))
    failed: set[str] = set()
    for alert in rows[:100]:
        if clock.ticks() > end:
            break
        if alert.channel in failed or not alert.claim(now):
            continue
        if send(alert):
            alert.leave()
        else:
            failed.add(alert.channel)


def tell_workers(finding: Finding | None = None, *, aside: bool = True) -> None:
    """Tell that nobody makes try-ons. `aside`: by a thread of its own once the transaction is
    over, so that no page waits for a mail server; else before this returns."""
    found = finding or Finding.of(FROZEN)
    configuration = Configuration.load()
    if not configuration.enabled:
        return
    Occurrence.begin(found.code)
    alerts = tell(configuration, [found])
    first = alerts or Occurrence.tell(found.cause, found.severity)
    if not first:
        return
    code = found.cause.alarm
    with override(settings.LANGUAGE_CODE):
        text = explained(code) if code else ""

    def go() -> None:
        if code:
            alarm_raised.send_robust(sender=Account, code=code, message=text)
        deliver(alerts)

    transaction.on_commit(lambda: _aside(go) if aside else go())


def _aside(job: Callable[[], None]) -> None:
    def act() -> None:
        try:
            job()
        finally:
            # Whoever listens to the signal may have asked the database.
            connections.close_all()

    threading.Thread(target=shops.bound(act), name="genlook alert", daemon=True).start()
