"""The merchant in Wagtail's admin: configuration, report, state and catalogue."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from genlook_oscar import clock
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.merchant import FIELDSETS
from genlook_oscar.models import Configuration, ProductLink, TryOn
from tests.rows import add_tryon

from .conftest import read

pytestmark = pytest.mark.django_db

SETTINGS = "/cms-admin/try-on/"
REPORT = "/cms-admin/try-on/report/"
PRODUCTS = "/cms-admin/try-on/products/"
Status = TryOn.Status


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(read(answer.content.decode()).get_text(" ").split())


def form_of(client: Client) -> dict[str, str]:
    """What the form would send if nothing was changed."""
    form = client.get(SETTINGS).context["form"]
    values = {}
    for name in form.fields:
        value = form[name].value()
        if value is not None and value is not False:
            values[name] = value
    return {name: "on" if value is True else value for name, value in values.items()}


class TestWhoMaySee:
    @pytest.mark.parametrize(
        ("address", "permission"),
        [
            (SETTINGS, "change_configuration"),
            (REPORT, "view_tryon"),
            (f"{REPORT}results/", "view_tryon"),
            (f"{REPORT}?export=csv", "view_tryon"),
            (PRODUCTS, "view_productlink"),
        ],
    )
    def test_each_page_needs_its_permission(
        self, make_editor: Callable[..., Client], address: str, permission: str
    ) -> None:
        assert make_editor().get(address).status_code == 302
        assert make_editor(permission).get(address).status_code == 200

    def test_editors_without_permission_see_no_trace_of_them(self, editor: Client) -> None:
        add_tryon(clock.now())
        html = editor.get("/cms-admin/").content.decode()
        assert "/cms-admin/try-on/" not in html
        assert "Virtual try-on" not in html

    def test_the_merchant_finds_them_in_the_menus(self, make_editor: Callable[..., Client]) -> None:
        merchant = make_editor("change_configuration", "view_tryon", "view_productlink")
        html = merchant.get("/cms-admin/").content.decode()
        for address in (SETTINGS, REPORT, PRODUCTS):
            assert address in html

    def test_wagtails_groups_can_be_given_the_permissions(self, admin_client: Client) -> None:
        html = admin_client.get("/cms-admin/groups/new/").content.decode()
        for codename in ("change_configuration", "view_tryon", "manage_catalogue"):
            assert f'value="{Permission.objects.get(codename=codename).pk}"' in html


class TestConfiguration:
    @pytest.fixture
    def merchant(self, make_editor: Callable[..., Client]) -> Client:
        return make_editor("change_configuration")

    def test_it_has_the_fields_of_djangos_admin(
        self, merchant: Client, admin_client: Client, configuration: Any
    ) -> None:
        here = set(merchant.get(SETTINGS).context["form"].fields)
        page = admin_client.get("/admin/genlook_oscar/configuration/1/change/")
        assert here == set(page.context["adminform"].form.fields)
        assert len(FIELDSETS) > 2

    def test_a_change_is_saved_and_stands_in_both_histories(
        self, merchant: Client, admin_client: Client, configuration: Any
    ) -> None:
        form = form_of(merchant) | {"privacy_url": "/privacy/"}
        answer = merchant.post(SETTINGS, form, follow=True)
        assert "The configuration was saved." in answer.content.decode()
        assert Configuration.load().privacy_url == "/privacy/"
        assert Configuration.load().enabled
        entry = LogEntry.objects.get()
        assert entry.user.username == "editor1"
        assert "Link to your privacy page" in entry.get_change_message()
        history = admin_client.get("/admin/genlook_oscar/configuration/1/history/")
        assert "Link to your privacy page" in history.content.decode()

    def test_the_rules_are_those_of_djangos_admin(
        self, merchant: Client, configuration: Any
    ) -> None:
        bad = form_of(merchant) | {"privacy_url": "javascript:x"}
        html = merchant.post(SETTINGS, bad).content.decode()
        assert "Write a path on this site" in html
        assert Configuration.load().privacy_url == ""
        assert not LogEntry.objects.exists()

    def test_before_anybody_has_saved_it_shows_the_defaults_and_makes_the_row(
        self, merchant: Client
    ) -> None:
        assert not Configuration.objects.exists()
        form = form_of(merchant)
        assert not Configuration.objects.exists()
        merchant.post(SETTINGS, form | {"enabled": "on"})
        assert Configuration.load().enabled

    def test_it_says_that_the_key_is_missing(
        self, merchant: Client, configuration: Any, settings: Any
    ) -> None:
        settings.GENLOOK_API_KEY = ""
        answer = merchant.post(SETTINGS, form_of(merchant), follow=True)
        assert "until GENLOOK_API_KEY is set" in answer.content.decode()

    def test_a_page_kept_open_for_a_month_asks_for_no_more_permission(
        self, editor: Client, merchant: Client, configuration: Any
    ) -> None:
        form = form_of(merchant) | {"privacy_url": "/hacked/"}
        assert editor.post(SETTINGS, form).status_code == 302
        assert Configuration.load().privacy_url == ""


class TestReport:
    @pytest.fixture
    def merchant(self, make_editor: Callable[..., Client]) -> Client:
        return make_editor("view_tryon", "view_pictures")

    def test_it_lists_what_happened(self, merchant: Client, product: Any) -> None:
        add_tryon(clock.now(), product=product, seconds=12.3)
        add_tryon(clock.now(), Status.FAILED, title="Hat", error_code="photo_refused")
        rows = [
            row.get_text(" ", strip=True)
            for row in read(merchant.get(REPORT).content.decode()).select("tbody tr")
        ]
        assert any("Linen shirt" in row and "12.3" in row and "one credit" in row for row in rows)
        assert any("Hat" in row and "refused the shopper's photo" in row for row in rows)

    def test_filters_narrow_it_down(self, merchant: Client) -> None:
        add_tryon(clock.now(), title="Shirt")
        add_tryon(clock.now(), Status.FAILED, title="Hat", error_code="photo_refused")

        def found(query: str) -> list[str]:
            soup = read(merchant.get(f"{REPORT}results/?{query}").content.decode())
            return [row.select("td")[1].get_text(strip=True) for row in soup.select("tbody tr")]

        assert found("status=failed") == ["Hat"]
        assert found("charge=settled") == ["Shirt"]
        assert found("error_code=photo_refused") == ["Hat"]
        assert found("product_title=shi") == ["Shirt"]
        assert found("created_at_from=2001-01-01&created_at_to=2001-01-02") == []

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_it_is_a_spreadsheet_as_well_filters_and_all(self, merchant: Client, kind: str) -> None:
        add_tryon(clock.now(), title="Shirt")
        add_tryon(clock.now(), Status.FAILED, title="=Hat()", error_code="photo_refused")
        answer = merchant.get(f"{REPORT}?export={kind}&status=failed")
        content = b"".join(answer.streaming_content)
        assert "try-ons" in answer.headers["Content-Disposition"]
        if kind == "csv":
            heading, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
            assert heading[:2] == ["Clicked", "Product"]
            assert row[1] == "'=Hat()"
        else:
            openpyxl = pytest.importorskip("openpyxl")
            sheet = openpyxl.load_workbook(io.BytesIO(content)).active
            assert sheet.max_row == 2
            assert (sheet["B2"].value, sheet["B2"].data_type) == ("'=Hat()", "s")

    def test_nobody_sees_a_shoppers_picture_or_name_there(
        self,
        make_editor: Callable[..., Client],
        click: Callable[..., TryOn],
        shopper: Any,
        photo: Any,
    ) -> None:
        merchant = make_editor(
            "view_tryon", "view_pictures", "view_productlink", "view_photo", "view_shopper"
        )
        tryon = click()
        tryon.result.name = "results/ab/secret.jpg"
        tryon.save()
        for address in (REPORT, f"{REPORT}?export=csv", "/cms-admin/", PRODUCTS):
            answer = merchant.get(address)
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
            html = content.decode()
            for secret in (
                "secret.jpg",
                photo.file.name,
                str(photo.pk),
                str(shopper),
                "/try-on/ph",
            ):
                assert secret not in html

    def test_its_queries_do_not_grow_with_the_rows(self, merchant: Client) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert merchant.get(REPORT).status_code == 200
            return len(queries)

        add_tryon(clock.now())
        merchant.get(REPORT)
        few = count()
        for _ in range(8):
            add_tryon(clock.now())
        assert count() == few


class TestToday:
    def test_the_panel_costs_one_query(
        self, make_editor: Callable[..., Client], configuration: Any, django_assert_num_queries: Any
    ) -> None:
        from genlook_oscar.cms.home import today

        add_tryon(clock.now())
        add_tryon(clock.now(), Status.FAILED, error_code="photo_refused")
        add_tryon(clock.now(), Status.GENERATING)
        with django_assert_num_queries(1):
            state = today()
        assert state == {
            "enabled": True,
            "audience": "everyone",
            "all": 3,
            "pictures": 1,
            "failed": 1,
            "waiting": 1,
            "credits": 1,
        }
        text = text_of(make_editor("view_tryon"), "/cms-admin/")
        assert "3 try-ons · 1 picture · 1 failed · 1 under way · 1 credit" in text

    def test_the_front_page_goes_on_without_a_panel_that_fails(
        self, make_editor: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        def today() -> None:
            TryOn.objects.extra(where=["no_such_column = 1"]).count()

        monkeypatch.setattr("genlook_oscar.cms.home.today", today)
        page = make_editor("view_tryon").get("/cms-admin/")
        assert page.status_code == 200
        assert "genlook_report" not in page.content.decode()
        assert [record.message for record in caplog.records] == [
            "TodayPanel.render_html failed and was left out."
        ]

    def test_it_says_that_try_on_is_off(self, make_editor: Callable[..., Client]) -> None:
        text = text_of(make_editor("view_tryon"), "/cms-admin/")
        assert "Virtual try-on is switched off" in text
        assert "0 try-ons" in text


class TestProducts:
    @pytest.fixture
    def links(self, make_product: Callable[..., Any]) -> list[ProductLink]:
        links = [link_for(make_product(title, color=None)) for title in ("Hat", "Coat")]
        ProductLink.objects.filter(pk=links[0].pk).update(ready_code="no_picture")
        ProductLink.objects.filter(pk=links[1].pk).update(ready_code="ready")
        return links

    def act(self, client: Client, action: str, links: list[ProductLink]) -> Any:
        query = "&".join(f"id={link.pk}" for link in links)
        address = f"/cms-admin/bulk/genlook_oscar/productlink/{action}/?next={PRODUCTS}&{query}"
        shown = client.get(address)
        assert shown.status_code == 200
        return client.post(address, follow=True)

    def test_it_says_what_is_ready_and_filters(
        self, make_editor: Callable[..., Client], links: list[ProductLink]
    ) -> None:
        merchant = make_editor("view_productlink")
        text = text_of(merchant, PRODUCTS)
        assert "Hat" in text
        assert "No picture" in text
        assert "Coat" not in text_of(merchant, f"{PRODUCTS}results/?ready_code=no_picture")
        assert "Coat" in text_of(merchant, f"{PRODUCTS}results/?q=coat")
        assert "Hat" not in text_of(merchant, f"{PRODUCTS}results/?q=coat")

    def test_many_are_switched_at_once_and_it_is_recorded(
        self, make_editor: Callable[..., Client], links: list[ProductLink]
    ) -> None:
        merchant = make_editor("view_productlink", "change_productlink")
        answer = self.act(merchant, "genlook_off", links)
        assert "Done for 2 products." in answer.content.decode()
        assert set(ProductLink.objects.values_list("enabled", flat=True)) == {False}
        self.act(merchant, "genlook_on", links[:1])
        assert ProductLink.objects.get(pk=links[0].pk).enabled
        messages = [entry.get_change_message() for entry in LogEntry.objects.order_by("pk")]
        assert messages == ["Switched off.", "Switched off.", "Switched on."]

    def test_they_are_handed_to_workers_to_be_sent(
        self, make_editor: Callable[..., Client], links: list[ProductLink]
    ) -> None:
        merchant = make_editor("view_productlink", "manage_catalogue")
        self.act(merchant, "genlook_register", links)
        wanted = ProductLink.objects.values_list("wanted", flat=True)
        assert set(wanted) == {ProductLink.Wanted.REGISTER}

    def test_looking_is_not_doing(
        self, make_editor: Callable[..., Client], links: list[ProductLink]
    ) -> None:
        viewer = make_editor("view_productlink")
        for action in ("genlook_off", "genlook_register"):
            self.act(viewer, action, links)
        assert set(ProductLink.objects.values_list("enabled", flat=True)) == {None}
        assert set(ProductLink.objects.values_list("wanted", flat=True)) == {""}
