"""What the merchant is told by e-mail, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from genlook_oscar import clock
from genlook_oscar.engine import alerts
from genlook_oscar.models import Account, Configuration, Counter, TryOn, allowance
from genlook_oscar.signals import budget_reached, credits_low
from tests.mailing import mail_settings

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


@pytest.fixture
def shop(configuration: Any) -> Any:
    Configuration.objects.update(
        budget_per_day=10, alert_emails="ada@example.com\nmei@example.com", alert_credits=20
    )
    Account.load()
    return Configuration.objects.get()


def spend(shop: Any, count: int) -> None:
    (budget,) = allowance.set_budgets(shop, clock.now())
    Counter.objects.update_or_create(
        name=budget.name, defaults={"used": count, "until": budget.until}
    )


def subjects(mailoutbox: list[Any]) -> list[str]:
    found = [mail.subject.partition(": ")[2] or mail.subject for mail in mailoutbox]
    mailoutbox.clear()
    return found


def test_each_threshold_of_a_budget_once(shop: Any, mailoutbox: list[Any]) -> None:
    heard: list[tuple[str, int, int, int]] = []

    def listen(period: str, percent: int, spent: int, limit: int, **kwargs: Any) -> None:
        heard.append((period, percent, spent, limit))

    budget_reached.connect(listen)
    try:
        for spent in (4, 5, 6, 9, 9, 10, 10):
            spend(shop, spent)
            alerts.tell(shop)
    finally:
        budget_reached.disconnect(listen)
    assert heard == [("day", 50, 5, 10), ("day", 80, 9, 10), ("day", 100, 10, 10)]
    assert mailoutbox[0].to == ["ada@example.com", "mei@example.com"]
    assert mailoutbox[1].body.splitlines()[0] == (
        "9 of 10 credits are spent today. When all are, shoppers read when they can try on again."
    )
    assert subjects(mailoutbox) == [
        f"{percent}% of today's budget for try-ons is spent" for percent in (50, 80, 100)
    ]


def test_a_new_day_is_told_anew(shop: Any, mailoutbox: list[Any], pass_time: Any) -> None:
    spend(shop, 10)
    alerts.tell(shop)
    pass_time(days=1)
    alerts.tell(shop)
    assert len(subjects(mailoutbox)) == 1
    spend(shop, 10)
    alerts.tell(shop)
    assert len(subjects(mailoutbox)) == 1


def test_low_credits_once_until_they_are_topped_up(shop: Any, mailoutbox: list[Any]) -> None:
    heard: list[int] = []

    def listen(credits: int, **kwargs: Any) -> None:
        heard.append(credits)

    credits_low.connect(listen)
    try:
        for credits in (None, 25, 19, 1, 30, 0):
            Account.objects.update(credits=credits)
            alerts.tell(shop)
    finally:
        credits_low.disconnect(listen)
    assert heard == [19, 0]
    assert mailoutbox[0].body.startswith("The Genlook account has 19 credits left.")
    # That there are none is no warning any more.
    assert subjects(mailoutbox) == ["Credits for try-ons run low", "Try-ons do not work"]


def test_an_alarm_once_and_not_again_when_it_flickers(
    shop: Any, mailoutbox: list[Any], pass_time: Any
) -> None:
    def flicker(code: str = "UNAVAILABLE") -> list[str]:
        Account.objects.update(alarm_code="")
        alerts.tell(shop)
        Account.raise_alarm(code)
        alerts.tell(shop)
        alerts.tell(shop)
        return subjects(mailoutbox)

    assert flicker() == ["Try-ons do not work"]
    pass_time(minutes=5)
    assert flicker() == []
    assert flicker("INVALID_API_KEY") == ["Try-ons do not work"]
    pass_time(hours=23)
    assert flicker("INVALID_API_KEY") == []
    pass_time(hours=2)
    assert flicker("INVALID_API_KEY") == ["Try-ons do not work"]


def test_nobody_is_told_where_nobody_is_named(shop: Any, mailoutbox: list[Any]) -> None:
    shop.alert_emails = ""
    Account.raise_alarm("UNAVAILABLE")
    alerts.tell(shop)
    assert mailoutbox == []


@override_settings(**mail_settings("nowhere.Backend"))
def test_mail_that_cannot_be_sent_stops_no_sweep(
    shop: Any, sweep: Any, caplog: Any, emulator: Any
) -> None:
    Account.raise_alarm("UNAVAILABLE")
    sweep()
    assert "could not be sent" in caplog.text
    assert Account.load().swept_at


def test_the_sweep_gives_back_what_was_decided_late(click: Any, shop: Any, sweep: Any) -> None:
    tryon = click()
    counters = Counter.objects.filter(used=1)
    assert counters.count() == 3  # her own try-ons, the day's credits and the month's
    rows = TryOn.objects.filter(pk=tryon.pk)
    rows.update(status="failed", charge="reserved", late_until=clock.now() + timedelta(hours=1))
    sweep()
    assert counters.exists()
    rows.update(charge="released", late_until=None)
    sweep()
    sweep()
    assert not counters.exists()
