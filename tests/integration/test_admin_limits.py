"""Django's admin: limits and budgets set, their contradictions refused, records of who did what,
and why there is no button."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.urls import reverse

from genlook_oscar.merchant import FIELDSETS
from genlook_oscar.models import Configuration, ProductLink, Record

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
