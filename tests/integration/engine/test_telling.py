"""Each cause reaches whom it is for: once, by e-mail and by webhook, and what fails shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sites.models import Site
from django.core import mail
from django.test import Client, override_settings

from genlook_oscar import causes, clock
from genlook_oscar.engine import alerts, channels, telling
from genlook_oscar.engine.findings import Finding
from genlook_oscar.engine.health import health
from genlook_oscar.models import Account, Alert, Configuration, Erasure
from tests.chat import Chat
from tests.mailing import mail_settings

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

NUMBERS = dict.fromkeys(("count", "failed", "ended", "uncertain", "sent", "spent", "limit"), 2)
NUMBERS = {**NUMBERS, "code": "NEW", "why": "HTTP 500", "when": "today"}
REFUSING = mail_settings("tests.mailing.Refusing")


def codes() -> list[str]:
    return [finding.code for finding in health().findings]


def drifts(shop: Configuration, credits: int = 3) -> None:
    Account.objects.update(drift=credits, books_since=clock.now() if credits else None)
    alerts.tell(shop)


def test_a_drift_is_told_once_and_again_when_it_comes_back(
    shop: Any, hook: Chat, mailoutbox: list[Any], pass_time: Any
) -> None:
    for _ in range(3):
        drifts(shop)
    assert [message.subject for message in mailoutbox] == [
        "Oscar: Genlook has taken 3 credits more than this shop knows of"
    ]
    assert "See at Genlook who else uses this account" in mailoutbox[0].body
    (told,) = hook.heard
    assert (told["code"], told["severity"]) == ("drift", "warning")
    assert told["text"].startswith("Oscar: Genlook has taken 3 credits more")
    assert told["link"] in told["text"]
    # It lasts, and nobody is told again.
    pass_time(days=3)
    drifts(shop)
    assert (len(mailoutbox), len(hook.heard)) == (1, 1)
    # It ends and comes back: told, as the last time is more than a day ago.
    drifts(shop, 0)
    drifts(shop)
    assert (len(mailoutbox), len(hook.heard)) == (2, 2)
    # It flickers: not more than once a day.
    for _ in range(5):
        pass_time(hours=4)
        drifts(shop, 0)
        drifts(shop)
    assert len(mailoutbox) == 2
    pass_time(hours=5)
    drifts(shop)
    assert (len(mailoutbox), len(hook.heard)) == (3, 3)


@pytest.mark.parametrize("cause", causes.CAUSES.values(), ids=lambda cause: cause.code)
def test_each_cause_reaches_whom_it_is_for_and_nobody_else(
    cause: Any, shop: Any, hook: Chat, mailoutbox: list[Any], pass_time: Any
) -> None:
    finding = Finding.of(cause, **NUMBERS)
    telling.tell(shop, [finding])
    pass_time(seconds=cause.after.total_seconds())
    telling.tell(shop, [finding])
    telling.tell(shop, [finding])
    telling.deliver()
    assert len(mailoutbox) == (causes.MAIL in cause.told)
    assert len(hook.heard) == (causes.WEBHOOK in cause.told)
    for told in (*(message.body for message in mailoutbox), *(row["text"] for row in hook.heard)):
        assert str(finding.sentence) in told
        assert "%(" not in told


def test_what_is_no_trouble_while_it_is_off_is_told_when_it_is_on(
    shop: Any, mailoutbox: list[Any], settings: Any
) -> None:
    settings.GENLOOK_API_KEY = ""
    shop.enabled = False
    shop.save()
    alerts.tell(shop)
    assert mailoutbox == []
    shop.enabled = True
    shop.save()
    alerts.tell(shop)
    assert [message.subject for message in mailoutbox] == ["Oscar: Try-ons do not work"]
    assert "GENLOOK_API_KEY" in mailoutbox[0].body


def test_a_promise_is_told_while_it_is_off_as_well(
    shop: Any, mailoutbox: list[Any], pass_time: Any
) -> None:
    shop.enabled = False
    shop.save()
    Erasure.objects.create(external_user_id="shopper-1")
    pass_time(hours=25)
    alerts.tell(shop)
    assert ["not yet erased" in message.subject for message in mailoutbox] == [True]


def test_what_becomes_critical_is_told_at_once(shop: Any, mailoutbox: list[Any]) -> None:
    for severity in ("warning", "warning", "critical", "critical", "warning"):
        telling.tell(shop, [Finding.of(causes.account.NOT_ALLOWED, severity)])
    telling.deliver()
    assert len(mailoutbox) == 2


def test_a_short_want_of_workers_is_told_to_nobody(
    shop: Any, mailoutbox: list[Any], pass_time: Any
) -> None:
    finding = Finding.of(causes.workers.TOO_FEW)
    telling.tell(shop, [finding])
    pass_time(minutes=9)
    telling.tell(shop, [finding])
    assert not Alert.objects.exists()
    pass_time(minutes=1)
    telling.tell(shop, [finding])
    assert Alert.objects.count() == 1


@override_settings(**REFUSING)
def test_mail_that_fails_shows_with_when_and_why_and_leaves_when_it_can(
    shop: Any, hook: Chat, pass_time: Any, caplog: Any, admin_client: Client
) -> None:
    drifts(shop)
    assert len(hook.heard) == 1
    (found,) = [one for one in health().findings if one.code == "mail_failed"]
    assert "SMTPRecipientsRefused" in str(found.sentence)
    assert "ada@example.com" not in caplog.text + str(found.sentence)
    page = admin_client.get("/admin/genlook_oscar/configuration/1/change/").content.decode()
    assert "SMTPRecipientsRefused" in page
    # The chat hears of it, as the mail cannot.
    alerts.tell(shop)
    assert [told["code"] for told in hook.heard] == ["drift", "mail_failed"]
    with override_settings(**mail_settings("django.core.mail.backends.locmem.EmailBackend")):
        alerts.tell(shop)
        assert mail.outbox == []
        pass_time(minutes=6)
        alerts.tell(shop)
    (message,) = mail.outbox
    assert "3 credits" in message.subject
    assert "mail_failed" not in codes()
    assert not Alert.objects.filter(left_at=None).exists()


@override_settings(**REFUSING)
def test_after_a_day_it_is_given_up(shop: Any, pass_time: Any) -> None:
    drifts(shop)
    for _ in range(30):
        pass_time(hours=1)
        alerts.tell(shop)
    assert not Alert.objects.filter(left_at=None, code="drift").exists()


def test_a_shoppers_mail_that_fails_shows_as_well(shop: Any) -> None:
    channels.note_mail_failed(ConnectionRefusedError("to mei@example.com"))
    found = next(one for one in health().findings if one.code == "mail_failed")
    assert "ConnectionRefusedError" in str(found.sentence)
    assert "mei" not in str(found.sentence)
    channels.note_mail_sent()
    assert "mail_failed" not in codes()


class TestWhom:
    def to(self, **settings: Any) -> tuple[list[str], str]:
        mail.outbox.clear()
        with override_settings(**settings):
            telling.put(Configuration.load(), causes.shop.DRIFT, "Drift", "Drift")
            telling.deliver()
        return (mail.outbox[0].to, mail.outbox[0].from_email) if mail.outbox else ([], "")

    def test_who_is_named_else_admins_else_managers_else_oscars_own(self, shop: Any) -> None:
        people = {
            "ADMINS": [("Ops", "ops@example.org")],
            "MANAGERS": [("Boss", "boss@example.org")],
            "OSCAR_FROM_EMAIL": "shop@example.org",
        }
        own = "shop@example.org"
        assert self.to(**people) == (["ada@example.com"], own)
        Configuration.objects.update(alert_emails="")
        assert self.to(**people) == (["ops@example.org"], own)
        assert self.to(**{**people, "ADMINS": []}) == (["boss@example.org"], own)
        assert self.to(OSCAR_FROM_EMAIL=own) == ([own], own)
        # Oscar's own placeholder is nobody.
        assert self.to() == ([], "")

    def test_a_placeholder_sends_no_mail(self, shop: Any, settings: Any) -> None:
        settings.DEFAULT_FROM_EMAIL = "web@shop.example"
        assert self.to()[1] == "web@shop.example"


class TestLink:
    PATH = "/admin/genlook_oscar/configuration/1/change/"

    def body(self, shop: Configuration) -> str:
        mail.outbox.clear()
        telling.put(shop, causes.shop.DRIFT, "Drift", "Drift.")
        telling.deliver()
        return mail.outbox[0].body.rpartition("\n")[2]

    def test_it_leads_to_the_page(self, shop: Any, settings: Any, admin_client: Client) -> None:
        Site.objects.update(domain="shop.example")
        Site.objects.clear_cache()
        settings.ALLOWED_HOSTS = ["*"]
        assert self.body(shop) == f"http://shop.example{self.PATH}"
        settings.OSCAR_URL_SCHEMA = "https"
        assert self.body(shop) == f"https://shop.example{self.PATH}"
        settings.GENLOOK_SITE_URL = "https://other.example"
        assert self.body(shop) == f"https://other.example{self.PATH}"
        page = admin_client.get(self.body(shop).removeprefix("https://other.example"))
        assert page.status_code == 200

    def test_below_a_path(self, shop: Any, settings: Any) -> None:
        from django.urls import set_script_prefix

        settings.GENLOOK_SITE_URL = "https://shop.example"
        set_script_prefix("/shop/")
        try:
            assert self.body(shop) == f"https://shop.example/shop{self.PATH}"
        finally:
            set_script_prefix("/")

    @pytest.mark.parametrize(
        ("urls", "path"),
        [
            ("tests.integration.engine.urls_with_languages", f"/en{PATH}"),
            ("tests.integration.engine.urls_without_admin", "/dashboard/try-on/"),
        ],
    )
    def test_other_addresses(self, shop: Any, settings: Any, urls: str, path: str) -> None:
        settings.GENLOOK_SITE_URL = "https://shop.example"
        settings.ROOT_URLCONF = urls
        assert self.body(shop) == f"https://shop.example{path}"

    def test_where_nobody_said_what_the_host_is(self, shop: Any) -> None:
        assert self.body(shop) == self.PATH
