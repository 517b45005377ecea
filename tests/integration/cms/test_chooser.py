"""The chooser, as an editor uses it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from .conftest import read

pytestmark = pytest.mark.django_db

CHOOSER = "/cms-admin/genlook_product_chooser/"


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
        assert listed(editor, CHOOSER) == ["Beanie", "Jumper", "Straw hat"]
        assert listed(editor, f"{CHOOSER}results/") == ["Beanie", "Jumper", "Straw hat"]

    def test_products_of_one_title_are_told_apart_by_their_sku(
        self, editor: Client, make_product: Callable[..., Any]
    ) -> None:
        make_product("Beanie", color=None, partner_sku="HAT-3")
        soup = read(json.loads(editor.get(f"{CHOOSER}?q=beanie").content)["html"])
        rows = [row.get_text(" ", strip=True) for row in soup.select("tbody tr")]
        assert rows == ["Beanie HAT-2", "Beanie HAT-3"]

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("hat", ["Straw hat"]),
            ("HAT-2", ["Beanie"]),
            ("hat-1", ["Straw hat"]),
            ("4006381333931", ["Straw hat"]),
            ("jump-RED", ["Jumper"]),
            ("50blue", ["Jumper"]),
            ("jumper", ["Jumper"]),
            ("nothing like it", []),
            ("", ["Beanie", "Jumper", "Straw hat"]),
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
