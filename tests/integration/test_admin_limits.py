"""Django's admin: limits and budgets set, their contradictions refused, the checklist, records
of who did what, and why there is no button."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse

from genlook_oscar.merchant import FIELDSETS
from genlook_oscar.models import Account, Configuration, ProductLink, Record

pytestmark = [pytest.mark.django_db, pytest.mark.anydb, pytest.mark.usefixtures("noon")]

FORM = "/admin/genlook_oscar/configuration/1/change/"
WHY = "/admin/genlook_oscar/configuration/why/"


@pytest.fixture(autouse=True)
def _english(settings: Any) -> None:
    settings.LANGUAGE_CODE = "en"


def words(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join((page.select_one("#content") or page).get_text(" ").split())


def fields(**changed: Any) -> dict[str, Any]:
    """What a browser sends for the form as it stands, with changes."""
    row = Configuration.load()
    names = [
        name
        for _title, options in FIELDSETS
        for entry in options["fields"]
        for name in ([entry] if isinstance(entry, str) else entry)
    ]
    found = {name: getattr(row, name) for name in names}
    sent = {**found, **changed}
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def test_every_setting_stands_in_the_form_with_help() -> None:
    shown = set(fields(**dict.fromkeys(FIELDNAMES, "x")))
    assert shown == FIELDNAMES
    for name in FIELDNAMES:
        assert Configuration._meta.get_field(name).help_text, name


FIELDNAMES = {
    field.name
    for field in Configuration._meta.concrete_fields
    if field.editable and not field.primary_key and field.name != "updated_at"
}


def test_a_change_is_recorded_field_by_field(admin_client: Any, configuration: Any) -> None:
    Configuration.objects.update(guest_tryons_per_day=10)
    sent = fields(guest_tryons_per_day=5, budget_per_month=900)
    assert admin_client.post(FORM, sent).status_code == 302
    found = Record.objects.order_by("field").values_list(
        "name", "action", "field", "before", "after"
    )
    assert list(found) == [
        ("admin", "changed", "budget_per_month", "", "900"),
        ("admin", "changed", "guest_tryons_per_day", "10", "5"),
    ]
    page = words(admin_client.get(reverse("admin:genlook_oscar_record_changelist")))
    assert "try-ons of a guest per day 10 5" in page


def test_records_outlive_who_made_them_and_cannot_be_changed(
    admin_client: Any, admin_user: Any, configuration: Any
) -> None:
    Record.changed(admin_user, Configuration(crop=False), Configuration())
    record = Record.objects.get()
    assert admin_client.get(f"/admin/genlook_oscar/record/{record.pk}/delete/").status_code == 403
    admin_user.delete()
    record.refresh_from_db()
    assert (record.user, record.name) == (None, "admin")


def test_each_look_at_a_picture_is_recorded(admin_client: Any, photo: Any) -> None:
    answer = admin_client.get(f"/admin/genlook_oscar/photo/{photo.pk}/picture/")
    assert answer.status_code == 200
    b"".join(answer.streaming_content)
    record = Record.objects.get()
    assert (record.name, record.action) == ("admin", "looked")
    assert str(photo.pk) in record.subject


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"guest_tryons_per_day": 2, "guest_tryons_at_once": 3},
            "This is more than a guest may try on in a whole day.",
        ),
        (
            {"customer_uploads_per_day": 5, "customer_uploads_per_hour": 20},
            "This is more than a customer may add in a whole day.",
        ),
        (
            {"network_tryons_per_day": 5, "guest_tryons_per_day": 10},
            "This is more than all guests of one network have together.",
        ),
        (
            {"customer_tryons_per_day": 5, "guest_tryons_per_day": 10},
            "Signing in must not cost a shopper.",
        ),
        (
            {"budget_per_month": 5, "budget_per_day": 10},
            "This is more than the budget of the whole month.",
        ),
        (
            {"audience": "customers", "budget_spent": "customers", "budget_per_day": 5},
            "this budget would stop nobody",
        ),
        ({"alert_emails": "ada@example.com nobody"}, "“nobody” is no e-mail address."),
        ({"alert_thresholds": "50, 180"}, "Write numbers from 1 to 100"),
        ({"guest_tryons_per_day": 0}, "greater than or equal to 1"),
    ],
)
def test_contradictions_are_refused_with_a_sentence(
    admin_client: Any, configuration: Any, changed: dict[str, Any], sentence: str
) -> None:
    before = Configuration.objects.values().get()
    assert sentence in words(admin_client.post(FORM, fields(**changed)))
    assert Configuration.objects.values().get() == before
    assert not Record.objects.exists()


def test_what_is_written_loosely_is_put_in_order(admin_client: Any, configuration: Any) -> None:
    sent = fields(alert_emails="ada@example.com, mei@example.com", alert_thresholds="100,50 %")
    assert admin_client.post(FORM, sent).status_code == 302
    row = Configuration.objects.get()
    assert row.alert_addresses == ["ada@example.com", "mei@example.com"]
    assert row.thresholds == [50, 100]


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
    assert [image["alt"] for image in checklist.select("img")] == ["Done:"] * 8


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


class TestWhy:
    def test_a_guest(self, admin_client: Any, configuration: Any, product: Any) -> None:
        page = words(admin_client.get(WHY, {"product": "linen"}))
        assert f"{product.title}, any guest" in page
        assert "Shoppers see The button." in page

    def test_a_product_that_is_off(
        self, admin_client: Any, configuration: Any, product: Any
    ) -> None:
        ProductLink.objects.create(product=product, external_id="x", enabled=False)
        page = words(admin_client.get(WHY, {"product": product.pk}))
        assert "Shoppers see Nothing." in page
        assert "Try-on is switched off for this product" in page
        assert "product_off" in page

    def test_a_customer_at_her_limit(
        self, admin_client: Any, configuration: Any, product: Any, django_user_model: Any
    ) -> None:
        from genlook_oscar import clock
        from genlook_oscar.models import Counter, allowance
        from genlook_oscar.visitor import Visitor

        user = django_user_model.objects.create_user("mei", "mei@example.com")
        Configuration.objects.update(customer_tryons_per_day=5)
        (hers,) = allowance.tryons(Configuration.objects.get(), Visitor(user), clock.now())
        Counter.objects.create(name=hers.name, used=5, until=hers.until)
        page = words(admin_client.get(WHY, {"product": "linen", "customer": "MEI@example.com"}))
        assert (
            "has used the try-ons that the configuration allows. It lasts until midnight." in page
        )
        assert "“You have used your try-ons for today. You can try on again from midnight.”" in page
        assert "Try-ons of this shopper today 5 of 5, until midnight" in page

    def test_what_is_not_there(self, admin_client: Any, configuration: Any) -> None:
        page = words(admin_client.get(WHY, {"product": "yacht", "customer": "x@example.com"}))
        assert "No product is called so." in page
        assert "No customer has this address." in page

    @pytest.mark.parametrize(
        ("permission", "status"),
        [("view_configuration", 200), ("manage_catalogue", 200), ("view_figures", 403)],
    )
    def test_for_whom_it_is(
        self, client: Any, django_user_model: Any, permission: str, status: int
    ) -> None:
        user = django_user_model.objects.create_user("s", "s@example.com", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename=permission))
        client.force_login(user)
        assert client.get(WHY).status_code == status
