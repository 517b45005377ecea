"""The chooser, as an editor uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from .conftest import read

pytestmark = pytest.mark.django_db

CHOOSER = "/cms-admin/genlook_product_chooser/"
JUMPER = ["Jumper", "↳ Jumper, blue", "↳ Jumper, red"]
EVERYTHING = ["Beanie", *JUMPER, "Straw hat"]


def listed(client: Client, address: str) -> list[str]:
    """The titles in the chooser's window or in its results."""
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode()
    if response.headers["Content-Type"].startswith("application/json"):
        html = json.loads(html)["html"]
    return [link.get_text(strip=True) for link in read(html).select("[data-chooser-modal-choice]")]


class TestChooser:
    @pytest.fixture(autouse=True)
    def _goods(self, make_product: Callable[..., Any]) -> None:
        make_product("Straw hat", color=None, partner_sku="HAT-1", upc="4006381333931")
        make_product("Beanie", color=None, partner_sku="HAT-2")
        make_product("Secret hat", color=None, is_public=False)
        parent = make_product("Jumper", color=None, structure="parent")
        for colour in ("red", "blue"):
            make_product(
                f"Jumper, {colour}",
                color=None,
                structure="child",
                parent=parent,
                partner_sku=f"JUMP-{colour}",
                upc=f"50{colour}",
            )

    def test_an_editor_finds_the_products_that_shoppers_find(self, editor: Client) -> None:
        assert listed(editor, CHOOSER) == EVERYTHING
        assert listed(editor, f"{CHOOSER}results/") == EVERYTHING

    def test_products_of_one_title_are_told_apart_by_their_sku(
        self, editor: Client, make_product: Callable[..., Any]
    ) -> None:
        make_product("Beanie", color=None, partner_sku="HAT-3")
        soup = read(json.loads(editor.get(f"{CHOOSER}?q=beanie").content)["html"])
        rows = [row.get_text(" ", strip=True) for row in soup.select("tbody tr")]
        why = "Virtual try-on is switched off in its configuration."
        assert rows == [f"Beanie HAT-2 {why}", f"Beanie HAT-3 {why}"]

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("hat", ["Beanie", "Straw hat"]),
            ("straw", ["Straw hat"]),
            ("HAT-2", ["Beanie"]),
            ("hat-1", ["Straw hat"]),
            ("4006381333931", ["Straw hat"]),
            ("jump-RED", JUMPER),
            ("50blue", JUMPER),
            ("jumper", JUMPER),
            ("nothing like it", []),
            ("", EVERYTHING),
        ],
    )
    def test_the_search_finds_by_title_sku_and_upc(
        self, editor: Client, words: str, found: list[str]
    ) -> None:
        for address in (CHOOSER, f"{CHOOSER}results/"):
            assert listed(editor, f"{address}?q={words}") == found

    def test_the_window_has_a_field_to_search_in(self, editor: Client) -> None:
        soup = read(json.loads(editor.get(CHOOSER).content)["html"])
        form = soup.select_one("form[data-chooser-modal-search]")
        assert form["action"] == f"{CHOOSER}results/"
        assert form.select_one("input[name=q]")["placeholder"] == "Search"

    def test_a_category_narrows_it_down_with_all_that_lies_below(
        self, editor: Client, make_product: Callable[..., Any]
    ) -> None:
        Category = get_model("catalogue", "Category")
        clothes = Category.add_root(name="Clothes", slug="clothes")
        hats = clothes.add_child(name="Hats", slug="hats")
        other = Category.add_root(name="Other", slug="other")
        Product = get_model("catalogue", "Product")
        Product.objects.get(title="Straw hat").categories.add(hats)
        Product.objects.get(title="Beanie").categories.add(other)
        assert listed(editor, f"{CHOOSER}results/?category={clothes.pk}") == ["Straw hat"]
        assert listed(editor, f"{CHOOSER}results/?category={other.pk}&q=straw") == []
        form = read(json.loads(editor.get(CHOOSER).content)["html"])
        options = [option.get_text() for option in form.select("select[name=category] option")]
        assert options[1:] == ["Clothes", "\u00a0\u00a0Hats", "Other"]

    def test_each_row_has_a_picture_and_says_whether_try_on_works(
        self, editor: Client, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        make_product("Coat")
        soup = read(json.loads(editor.get(f"{CHOOSER}?q=coat").content)["html"])
        assert soup.select_one("tbody img")["src"].startswith("/media/")
        assert soup.select("tbody td")[-1].get_text(strip=True) == "Yes"
        configuration.enabled = False
        configuration.save()
        soup = read(json.loads(editor.get(f"{CHOOSER}?q=coat").content)["html"])
        assert "switched off" in soup.select("tbody td")[-1].get_text()

    def test_it_asks_the_same_few_queries_of_any_catalogue(
        self,
        editor: Client,
        make_product: Callable[..., Any],
        configuration: Any,
    ) -> None:
        for number in range(10):
            parent = make_product(f"Parent {number}", color=None, structure="parent")
            make_product(
                "One", color=None, structure="child", parent=parent, partner_sku=f"CHILD-{number}"
            )
        for words in ("Parent 1", "parent", "CHILD", ""):
            with CaptureQueriesContext(connection) as queries:
                assert listed(editor, f"{CHOOSER}results/?q={words}")
            assert len(queries) <= 16

    def test_a_page_of_the_list_shows_ten_families(
        self, editor: Client, make_product: Callable[..., Any]
    ) -> None:
        for number in range(12):
            make_product(f"Shirt {number:02}", color=None)
        assert len(listed(editor, f"{CHOOSER}results/?q=shirt")) == 10
        assert listed(editor, f"{CHOOSER}results/?q=shirt&p=2") == ["Shirt 10", "Shirt 11"]

    def test_every_foreign_key_to_a_product_gets_it(self, editor: Client) -> None:
        from wagtail.admin.forms import WagtailAdminModelForm

        from genlook_oscar.models import ProductLink

        # Wagtail registers it when its admin is first asked for.
        editor.get(CHOOSER)

        class Form(WagtailAdminModelForm):
            class Meta(WagtailAdminModelForm.Meta):
                model = ProductLink
                fields = ("product",)

        assert Form().fields["product"].widget.chooser_modal_url_name == (
            "genlook_product_chooser:choose"
        )

    def test_what_is_chosen_is_told_to_the_form(self, editor: Client) -> None:
        soup = read(json.loads(editor.get(f"{CHOOSER}?q=straw").content)["html"])
        chosen = editor.get(soup.select_one("[data-chooser-modal-choice]")["href"]).json()
        assert chosen["step"] == "chosen"
        assert chosen["result"]["title"] == "Straw hat"
        from genlook_oscar.cms.blocks import ProductTryOnBlock

        block = ProductTryOnBlock()
        form = {"b-product": chosen["result"]["id"], "b-layout": "card", "b-without": "product"}
        value = block.value_from_datadict(form, {}, "b")
        assert block.clean(value)["product"].title == "Straw hat"

    def test_it_is_for_editors_only(self) -> None:
        user = get_user_model().objects.create_user("ada", "ada@example.com", "pass")
        customer = Client()
        customer.force_login(user, "django.contrib.auth.backends.ModelBackend")
        for client in (Client(), customer):
            for address in (CHOOSER, f"{CHOOSER}results/", f"{CHOOSER}chosen/1/"):
                answer = client.get(address)
                assert answer.status_code == 302
                assert "/login/" in answer.url
