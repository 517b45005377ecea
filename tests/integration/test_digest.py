"""The week in an e-mail: on Monday morning, once, with the numbers of the page of figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sites.models import Site
from django.core import mail
from django.test import Client, override_settings
from django.utils import timezone

from genlook_oscar import clock, digest
from genlook_oscar.models import Account, Alert, Attribution, Configuration
from tests.mailing import mail_settings
from tests.rows import BERLIN, Status, add_tryon

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

WEEK = ("2026-11-23", "2026-11-29")


@pytest.fixture
def shop(configuration: Any, settings: Any) -> Configuration:
    settings.GENLOOK_API_KEY = "gk_tests"
    settings.GENLOOK_SITE_URL = "https://shop.example"
    Account.load()
    Configuration.objects.update(alert_emails="ada@example.com", weekly_digest=True)
    return Configuration.objects.get()


@pytest.fixture
def at(pass_time: Any) -> Any:
    """Make it this time by the shop's clocks."""

    def act(text: str, zone: ZoneInfo = BERLIN) -> None:
        moment = datetime.fromisoformat(text).replace(tzinfo=zone)
        pass_time(seconds=(moment - clock.now()).total_seconds())

    return act


@pytest.fixture
def busy(shop: Any, at: Any, product: Any) -> None:
    """Two weeks of try-ons, of which one is told."""
    at("2026-11-30 06:59:50")
    for days in range(14):
        when = clock.now() - timedelta(days=days, hours=8)
        tryon = add_tryon(when, product=product)
        add_tryon(when, Status.FAILED, error_code="generation_failed")
        if days % 2:
            add_tryon(when, Status.FAILED, error_code="uncertain", charge="uncertain")
            Attribution.objects.create(
                kind="basket",
                shopper=tryon.shopper,
                tryon=tryon,
                tried=product,
                tried_on=timezone.localtime(when).date(),
            )
    Account.objects.update(credits=431, credits_at=clock.now(), swept_at=clock.now())


def sent() -> list[str]:
    digest.send_due()
    found = [message.subject for message in mail.outbox]
    mail.outbox.clear()
    return found


def test_on_monday_morning_and_once(busy: None, at: Any) -> None:
    assert sent() == []
    at("2026-11-30 07:00:00")
    assert sent() == ["Oscar: Try-ons from Nov. 23, 2026 to Nov. 29, 2026"]
    for moment in ("2026-11-30 07:01:00", "2026-12-01 12:00", "2026-12-06 23:59"):
        at(moment)
        assert sent() == []
    at("2026-12-07 09:00:00")
    assert len(sent()) == 1


def test_late_where_workers_were_down_and_not_in_mid_week(busy: None, at: Any) -> None:
    at("2026-12-01 20:00:00")
    assert len(sent()) == 1
    at("2026-12-09 07:00:01")
    assert sent() == []


@pytest.mark.parametrize("set_to", [{"weekly_digest": False}, {"alert_emails": ""}])
def test_only_who_wants_it_and_can_be_reached(busy: None, at: Any, set_to: dict[str, Any]) -> None:
    Configuration.objects.update(**set_to)
    at("2026-11-30 08:00")
    assert sent() == []
    assert not Alert.objects.exists()


def test_it_is_off_until_somebody_wants_it(db: None) -> None:
    assert Configuration().weekly_digest is False


def test_its_numbers_are_those_of_the_page(busy: None, at: Any, admin_client: Client) -> None:
    at("2026-11-30 08:00")
    Configuration.objects.update(credit_price="0.10", credit_currency="EUR")
    digest.send_due()
    (message,) = mail.outbox
    page = admin_client.get("/dashboard/try-on/", dict(zip(("start", "end"), WEEK, strict=True)))
    total, after = page.context["total"], page.context["conversion"]
    assert (total.total, total.completed, total.failed) == (17, 7, 10)
    basket = after.bars[0].share.part
    assert basket == 3
    for line in (
        f"{total.total} try-ons",
        f"{total.completed} pictures",
        f"{total.failed} failed",
        f"{total.settled} credits (€0.70)",
        f"{total.uncertain} more credits may have been spent",
        f"Of {after.shoppers} shoppers with a picture, {basket} put the item into the basket and "
        "0 ordered it",
        f"{page.context['readiness'].census.words}.",
        "431 credits are left.",
        *(f"{one.sentence} {one.advice}".rstrip() for one in page.context["state"].health.findings),
        "https://shop.example/dashboard/try-on/",
    ):
        assert line in message.body.splitlines()
    assert message.to == ["ada@example.com"]


def test_where_the_shop_is_and_in_its_language(shop: Any, at: Any) -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    with override_settings(TIME_ZONE="Pacific/Auckland", LANGUAGE_CODE="de"):
        at("2026-11-30 06:59", auckland)
        assert sent() == []
        at("2026-11-30 07:01", auckland)
        digest.send_due()
    (message,) = mail.outbox
    assert "23. November 2026" in message.subject
    assert timezone.localtime(clock.now(), BERLIN).day == 29


def test_each_shop_of_one_account_has_its_own_and_is_told_itself(
    busy: None, at: Any, settings: Any, emulator: Any, on_commit: Any
) -> None:
    from genlook_oscar import shops, tasks

    site = Site.objects.create(domain="b.example", name="B")
    settings.GENLOOK_SITE_KEYS = {site.pk: settings.GENLOOK_API_KEY}
    with shops.of(site.pk):
        row = Configuration.load()
        row.enabled = row.weekly_digest = True
        row.alert_emails = "mei@example.com"
        row.save()
    Account.objects.update(drift=3, books_since=clock.now())
    at("2026-11-30 08:00")
    for _ in range(2):
        with on_commit():
            tasks.sweep()
    told = [(message.to[0], message.subject.rpartition(": ")[2]) for message in mail.outbox]
    for address in ("ada@example.com", "mei@example.com"):
        subjects = [subject for to, subject in told if to == address]
        assert [subject[:12] for subject in subjects].count("Try-ons from") == 1
        drifts = [subject for subject in subjects if "3 credits more" in subject]
        assert len(drifts) == 1


@pytest.fixture
def refused() -> Iterator[None]:
    with override_settings(**mail_settings("tests.mailing.Refusing")):
        yield


def test_what_the_mail_server_refuses_leaves_later_once(busy: None, at: Any, refused: None) -> None:
    from genlook_oscar.engine import telling

    at("2026-11-30 08:00")
    assert sent() == []
    with override_settings(**mail_settings("django.core.mail.backends.locmem.EmailBackend")):
        at("2026-11-30 08:06")
        for _ in range(2):
            assert digest.send_due() is None
            telling.deliver()
        assert len(mail.outbox) == 1


def test_the_sweep_sends_it(busy: None, at: Any, emulator: Any, on_commit: Any) -> None:
    from genlook_oscar import tasks

    at("2026-11-30 08:00")
    with on_commit():
        tasks.sweep()
    assert any("Try-ons from" in message.subject for message in mail.outbox)
