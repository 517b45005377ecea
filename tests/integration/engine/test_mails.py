"""The e-mail about a ready picture: once, and only to who asked and is not looking."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from genlook_oscar.engine import mails
from genlook_oscar.engine.health import health
from genlook_oscar.models import ReadyMail, TryOn
from tests.integration.storefront.conftest import HTML, Visitor
from tests.mailing import mail_settings

pytestmark = pytest.mark.anydb


@pytest.fixture
def ann(configuration: Any, on_commit: Any, django_user_model: Any) -> Visitor:
    configuration.ready_mail = True
    configuration.save()
    visitor = Visitor(on_commit)
    visitor.client.force_login(
        django_user_model.objects.create_user("ann", "ann@example.com", "secret-1")
    )
    return visitor


@pytest.fixture
def ready(ann: Visitor, emulator: Any, product: Any, drain: Any, sweep: Any, pass_time: Any) -> Any:
    """Ann's try-on, for which she asked to be told, brought to its end; then a sweep comes."""

    def act() -> TryOn:
        tryon = ann.tryon(product)
        answer = ann.send("post", f"/try-on/{tryon.pk}/notify/")
        assert (answer.status_code, answer.json()) == (201, {"mail_asked": True})
        assert ann.json(f"/try-on/{tryon.pk}/").json()["mail_asked"] is True
        drain()
        return tryon

    return act


@pytest.fixture
def later(sweep: Any, drain: Any, pass_time: Any) -> Any:
    def act() -> None:
        pass_time(seconds=60)
        sweep()
        drain()

    return act


def test_she_is_told_once_with_the_way_to_her_picture(
    ann: Visitor, ready: Any, later: Any, sweep: Any, drain: Any
) -> None:
    tryon = ready()
    sweep()
    drain()
    assert mail.outbox == []  # Her browser may be about to fetch it.

    later()
    later()

    (message,) = mail.outbox
    assert message.to == ["ann@example.com"]
    assert message.subject == "Your picture with Linen shirt is ready"
    link = f"http://example.com/try-on/{tryon.pk}/?mail"
    assert link in message.body
    assert link in message.alternatives[0][0]
    mails.send(ReadyMail.objects.get().pk)
    assert len(mail.outbox) == 1
    # Opened where she is not signed in, it leads there by way of the login.
    answer = Client().get(f"/try-on/{tryon.pk}/?mail", headers={"Accept": HTML})
    assert answer.headers["Location"].endswith(f"/accounts/login/?next=/try-on/{tryon.pk}/")


@pytest.mark.parametrize("why", ["seen", "deleted", "switched off", "taken back", "no address"])
def test_no_e_mail(
    ann: Visitor, ready: Any, later: Any, configuration: Any, django_user_model: Any, why: str
) -> None:
    tryon = ready()
    if why == "seen":
        assert b"".join(ann.client.get(f"/try-on/{tryon.pk}/image/").streaming_content)
    elif why == "deleted":
        ann.send("delete", f"/try-on/{tryon.pk}/")
    elif why == "switched off":
        configuration.ready_mail = False
        configuration.save()
    elif why == "taken back":
        ann.send("delete", f"/try-on/{tryon.pk}/notify/")
    else:
        django_user_model.objects.update(email="")

    later()

    assert mail.outbox == []


@override_settings(**mail_settings("tests.mailing.Refusing"))
def test_a_mail_server_that_refuses_is_logged_without_the_address(
    ready: Any, later: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tryon = ready()

    later()

    assert ReadyMail.objects.get().sent_at
    assert "SMTPRecipientsRefused" in health().mail_failure
    assert f"The e-mail about try-on {tryon.pk} was not sent: SMTPRecipientsRefused." in caplog.text
    assert "ann@example.com" not in caplog.text


def test_only_a_customer_is_told_and_only_where_the_shop_offers_it(
    ann: Visitor, on_commit: Any, product: Any, configuration: Any
) -> None:
    guest = Visitor(on_commit)
    tryon = guest.tryon(product)
    answer = guest.send("post", f"/try-on/{tryon.pk}/notify/")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_first")
    assert "/notify/" not in guest.page(f"/try-on/{tryon.pk}/").content.decode()
    hers = ann.tryon(product)
    assert "E-mail me when it is ready" in ann.page(f"/try-on/{hers.pk}/").content.decode()
    assert ann.submit(f"/try-on/{hers.pk}/notify/").status_code == 303
    assert "No e-mail, please" in ann.page(f"/try-on/{hers.pk}/").content.decode()

    configuration.ready_mail = False
    configuration.save()
    answer = ann.send("post", f"/try-on/{hers.pk}/notify/")
    assert (answer.status_code, answer.json()["code"]) == (403, "mail_off")
