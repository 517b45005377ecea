"""The checklist in Django's admin: what is done, what is missing, and what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from genlook_oscar.models import Account, Configuration, ProductLink
from tests.integration.test_admin_limits import FORM, words
from tests.rows import add_tryon

pytestmark = [pytest.mark.django_db, pytest.mark.anydb, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def test_the_checklist_says_what_is_missing(
    admin_client: Any, make_product: Any, settings: Any
) -> None:
    settings.GENLOOK_API_KEY = ""
    page = words(admin_client.get(FORM))
    for advice in (
        "Write GENLOOK_API_KEY",
        "No worker has been seen.",
        "0 of 0 products can be tried on",
        "Tell shoppers on your privacy page",
        "The shop spends at most 100 credits a day Change",
        "Shoppers see no button yet.",
    ):
        assert advice in page


def test_the_checklist_of_a_shop_that_is_ready(
    admin_client: Any, configuration: Any, product: Any, settings: Any
) -> None:
    from genlook_oscar import clock

    settings.GENLOOK_SITE_URL = "https://shop.example"
    Account.load()
    Account.objects.update(swept_at=clock.now(), answered_at=clock.now(), credits=100)
    ProductLink.objects.create(product=product, external_id="x", ready_code="ready")
    Configuration.objects.update(
        privacy_url="/privacy/", budget_per_day=10, alert_emails="ada@example.com"
    )
    page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
    checklist = page.find("h2", string="Checklist").find_next("table")
    assert "1 of 1 product can be tried on" in checklist.get_text()
    told = [image["alt"] for image in checklist.select("img")]
    assert sorted(told) == ["Advised:"] + ["Done:"] * 8
    test = checklist.find("a", string="Choose a product").find_parent("tr")
    assert "A test try-on on the sample person" in test.get_text()
    add_tryon(clock.now(), is_test=True)
    page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
    checklist = page.find("h2", string="Checklist").find_next("table")
    assert {image["alt"] for image in checklist.select("img")} == {"Done:"}


@pytest.mark.parametrize(
    ("set_to", "line", "alt"),
    [
        ({}, "Alerts reach nobody Name somebody", "Missing:"),
        ({"ADMINS": [("Ops", "ops@example.org")]}, "to ops@example.org (from ADMINS)", "Done:"),
        ({"OSCAR_FROM_EMAIL": "me@example.org"}, "me@example.org (from OSCAR_FROM_EMAIL)", "Done:"),
        ({"GENLOOK_ALERT_WEBHOOK": "https://chat.example/x"}, "go to the webhook", "Done:"),
    ],
)
def test_the_checklist_says_whom_alerts_reach(
    admin_client: Any, db: None, settings: Any, set_to: dict[str, Any], line: str, alt: str
) -> None:
    for name, value in set_to.items():
        setattr(settings, name, value)
    page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
    row = page.find("a", href="#id_alert_emails").find_parent("tr")
    assert line in " ".join(row.get_text(" ").split())
    assert row.img["alt"] == alt
    assert "chat.example" not in page.get_text()


def test_the_checklist_says_that_links_lead_nowhere(
    admin_client: Any, db: None, settings: Any
) -> None:
    assert "Links in e-mails do not lead to the shop" in words(admin_client.get(FORM))
    settings.GENLOOK_SITE_URL = "https://shop.example"
    assert "Links in e-mails" not in words(admin_client.get(FORM))


@pytest.mark.parametrize(
    ("set_to", "words", "alt", "field"),
    [
        ({}, "The shop spends at most 100 credits a day", "Done:", "budget_per_day"),
        (
            {"budget_per_day": None},
            "The shop has no budget Without a budget only",
            "Missing:",
            "budget_per_day",
        ),
        (
            {"budget_per_day": None, "budget_per_month": 1200},
            "The shop spends at most 1200 credits a month",
            "Done:",
            "budget_per_month",
        ),
        (
            {"budget_per_day": 1, "budget_spent": "customers"},
            "After 1 credit a day only signed-in customers go on",
            "Done:",
            "budget_per_day",
        ),
        (
            {"budget_per_day": None, "budget_per_month": 30, "budget_spent": "customers"},
            "After 30 credits a month only signed-in customers go on",
            "Done:",
            "budget_per_month",
        ),
    ],
)
def test_the_checklist_says_what_the_shop_can_spend(
    admin_client: Any, db: None, set_to: dict[str, Any], words: str, alt: str, field: str
) -> None:
    if set_to:
        Configuration(**set_to).save()
    page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
    checklist = page.find("h2", string="Checklist").find_next("table")
    row = checklist.find("a", href=f"#id_{field}").find_parent("tr")
    assert words in " ".join(row.get_text(" ").split())
    assert row.img["alt"] == alt
    assert page.find(id=f"id_{field}")


@pytest.mark.parametrize(
    ("age", "alive", "code"),
    [
        (30, 30, None),
        (170, 170, None),
        (200, 200, "workers_frozen"),
        (200, 1, "sweep_late"),
        (310, 310, "workers_frozen"),
        (None, None, "never_swept"),
    ],
)
def test_the_checklist_and_the_health_judge_the_workers_alike(
    admin_client: Any, configuration: Any, settings: Any, age: Any, alive: Any, code: str | None
) -> None:
    from genlook_oscar import clock
    from genlook_oscar.engine.health import health

    # What an operator does not want to hear is not so for all that.
    settings.GENLOOK_SILENCED_FINDINGS = ["sweep_late"]
    now = clock.now()
    Account.load()
    Account.objects.update(
        swept_at=now - timedelta(seconds=age) if age else None,
        alive_at=now - timedelta(seconds=alive) if alive else None,
    )
    page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
    checklist = page.find("h2", string="Checklist").find_next("table")
    row = next(row for row in checklist.select("tr") if "Workers" in row.get_text())
    assert (row.select_one("img")["alt"] == "Done:") == (code is None)
    found = {finding.code: finding for finding in health().findings}
    told = code and code != "sweep_late"
    assert bool({"workers_frozen", "never_swept"} & found.keys()) == bool(told)
    if code == "workers_frozen":
        assert str(found[code].sentence) in " ".join(row.get_text().split())
