"""Alerts in a chat: what its webhook gets, over real HTTP, and what happens when it does not."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from genlook_oscar import causes, clock
from genlook_oscar.engine import alerts, telling
from genlook_oscar.engine.health import health
from genlook_oscar.models import Account, Alert
from tests.chat import Chat
from tests.integration.engine.test_telling import codes, drifts

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


def test_what_it_gets(shop: Any, hook: Chat, settings: Any) -> None:
    settings.GENLOOK_SITE_URL = "https://shop.example"
    settings.OSCAR_SHOP_NAME = "Atelier"
    Account.raise_alarm("INVALID_API_KEY")
    alerts.tell(shop)
    (told,) = hook.heard
    link = "https://shop.example/admin/genlook_oscar/configuration/1/change/"
    assert {**told, "text": "", "at": ""} == {
        "text": "",
        "code": "key_refused",
        "severity": "critical",
        "shop": "Atelier",
        "subject": "Try-ons do not work",
        "link": link,
        "at": "",
    }
    assert told["text"].splitlines() == [
        "Atelier: Try-ons do not work",
        "Genlook refuses the API key: wrong, revoked, or the account is inactive. Check "
        "GENLOOK_API_KEY in the project's settings, and the account at Genlook.",
        link,
    ]


@pytest.mark.parametrize(
    ("status", "why"), [(500, "HTTP 500"), (404, "HTTP 404"), (302, "HTTP 302")]
)
def test_what_it_does_not_take_shows_and_is_tried_again(
    shop: Any, hook: Chat, status: int, why: str, pass_time: Any, mailoutbox: list[Any]
) -> None:
    hook.status, hook.location = status, f"http://127.0.0.1:{hook.server_port}/elsewhere"
    drifts(shop)
    (found,) = [one for one in health().findings if one.code == "webhook_failed"]
    assert why in str(found.sentence)
    assert hook.paths == ["/hooks/T-hidden?token=hidden-too"]
    alerts.tell(shop)
    assert any("webhook" in message.subject for message in mailoutbox)
    hook.status = 200
    pass_time(minutes=6)
    alerts.tell(shop)
    assert [told["code"] for told in hook.heard] == ["drift"]
    assert "webhook_failed" not in codes()


def test_a_chat_that_takes_text_alone(shop: Any, hook: Chat) -> None:
    hook.strict = True
    drifts(shop)
    assert [set(told) for told in hook.heard] == [{"text"}]
    assert "webhook_failed" not in codes()


def test_nobody_there(shop: Any, settings: Any) -> None:
    settings.GENLOOK_ALERT_WEBHOOK = "http://127.0.0.1:9/hidden"
    drifts(shop)
    (found,) = [one for one in health().findings if one.code == "webhook_failed"]
    assert "ConnectionError" in str(found.sentence)


@pytest.mark.parametrize("status", [200, 500])
def test_its_address_is_in_no_log_and_in_no_row(
    shop: Any, hook: Chat, status: int, caplog: Any, settings: Any
) -> None:
    caplog.set_level(logging.DEBUG)
    hook.status = status
    drifts(shop)
    settings.GENLOOK_ALERT_WEBHOOK = "http://127.0.0.1:9/hidden"
    Alert.objects.update(left_at=None, not_before=clock.now() - timedelta(seconds=1))
    telling.deliver()
    assert "could not be sent by webhook" in caplog.text
    assert "hidden" not in caplog.text
    rows = [*Alert.objects.values(), *(finding.as_dict() for finding in health().findings)]
    assert "hidden" not in str(rows)


def test_a_title_calls_nobody(shop: Any, hook: Chat) -> None:
    telling.put(shop, causes.shop.PRODUCTS_REPORTED, "Hidden", "<!channel> @here <b>")
    telling.deliver()
    (told,) = hook.heard
    assert "<" not in told["text"]
    assert "@here" not in told["text"]
