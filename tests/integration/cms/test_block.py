"""The block for Wagtail's pages, rendered as a page would and chosen as an editor would."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.template import engines
from django.test import Client, RequestFactory

if not settings.WAGTAIL:
    pytest.skip("these tests need Wagtail", allow_module_level=True)

from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField

from genlook_oscar.catalogue.links import link_for
from genlook_oscar.cms.blocks import ProductTryOnBlock

pytestmark = pytest.mark.django_db

CHOOSER = "/cms-admin/genlook_product_chooser/"
PAGE = "{% load wagtailcore_tags %}{% for block in body %}{% include_block block %}{% endfor %}"


def show(*products: Any, user: Any = None) -> str:
    """A page's body with a block for each product, from what the database would hold."""
    stored = [
        {"type": "product", "value": {"product": getattr(product, "pk", product)}}
        for product in products
    ]
    body = StreamBlock([("product", ProductTryOnBlock())]).to_python(stored)
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return engines["django"].from_string(PAGE).render({"body": body}, request)


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


class TestBlock:
    def test_it_shows_the_product_and_the_very_button_of_its_page(
        self, product: Any, configuration: Any
    ) -> None:
        soup = read(show(product))
        link = soup.select_one("a.genlook-product-link")
        assert link["href"] == product.get_absolute_url()
        assert link.get_text(strip=True) == "Linen shirt"
        assert link.img["src"].startswith("/media/")
        shop_page = read(Client().get(product.get_absolute_url()).content.decode())
        assert soup.select_one("genlook-try-on") == shop_page.select_one("genlook-try-on")

    @pytest.mark.parametrize(
        "reason", ["off", "no_key", "customers_only", "product_off", "not_public", "no_picture"]
    )
    def test_it_shows_nothing_where_the_visitor_cannot_try_it_on(
        self, reason: str, make_product: Callable[..., Any], configuration: Any, settings: Any
    ) -> None:
        product = make_product(color=None if reason == "no_picture" else "#4477aa")
        if reason == "off":
            configuration.enabled = False
        elif reason == "no_key":
            settings.GENLOOK_API_KEY = ""
        elif reason == "customers_only":
            configuration.audience = "customers"
        elif reason == "product_off":
            link = link_for(product)
            link.enabled = False
            link.save()
        elif reason == "not_public":
            product.is_public = False
            product.save()
        configuration.save()
        assert show(product).strip() == ""

    def test_staff_read_why_there_is_no_button(self, product: Any, configuration: Any) -> None:
        configuration.enabled = False
        configuration.save()
        staff = get_user_model().objects.create_user("clerk", "clerk@example.com", is_staff=True)
        assert (
            "Only staff see this: no try-on here (off)."
            in read(show(product, user=staff)).get_text()
        )

    def test_it_survives_a_deleted_product(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat")
        gone = shirt.pk
        shirt.delete()
        soup = read(show(gone, hat, None))
        assert [link.get_text(strip=True) for link in soup.select("a.genlook-product-link")] == [
            "Hat"
        ]

    def test_titles_are_text(self, make_product: Callable[..., Any], configuration: Any) -> None:
        assert "<script>alert" not in show(make_product("<script>alert(1)</script>"))

    def test_without_a_request_there_is_nobody_to_decide_for(
        self, product: Any, configuration: Any
    ) -> None:
        block = ProductTryOnBlock()
        assert block.render(block.to_python({"product": product.pk})).strip() == ""

    def test_a_page_with_several_has_one_script(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        html = show(make_product("Shirt"), make_product("Hat"), make_product("Coat"))
        assert html.count("<genlook-try-on") == 3
        assert html.count("loader.js") == 1

    def test_what_it_stores_is_the_products_number(self, product: Any) -> None:
        block = ProductTryOnBlock()
        assert block.get_prep_value(block.to_python({"product": product.pk})) == {
            "product": product.pk
        }
        references = list(block.extract_references(block.to_python({"product": product.pk})))
        assert [(row[0], row[1]) for row in references] == [(type(product), str(product.pk))]

    def test_migrations_of_projects_name_the_chooser_where_it_stays(self) -> None:
        _, _, _, kwargs = StreamField([("product", ProductTryOnBlock())]).deconstruct()
        names = {path for path, _, _ in kwargs["block_lookup"].values()}
        assert names == {
            "genlook_oscar.cms.blocks.ProductChooserBlock",
            "wagtail.blocks.StructBlock",
        }


@pytest.fixture
def editor() -> Client:
    """An editor: may enter Wagtail's admin, and is not staff of the shop."""
    user = get_user_model().objects.create_user("editor", "editor@example.com", "pass")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


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
        block = ProductTryOnBlock()
        value = block.value_from_datadict({"b-product": chosen["result"]["id"]}, {}, "b")
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


def test_wagtail_finds_nothing_in_it_that_it_will_remove() -> None:
    done = subprocess.run(
        [sys.executable, "-c", USES_EVERYTHING],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "ProductChooserBlock"


USES_EVERYTHING = """
import os, warnings
from wagtail.utils import deprecation
warnings.simplefilter("error", deprecation.RemovedInWagtail90Warning)
warnings.simplefilter("error", deprecation.RemovedInWagtail100Warning)
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django
django.setup()
from django.core.management import call_command
call_command("check")
from django.urls import reverse
reverse("genlook_product_chooser:choose")
from genlook_oscar.cms.blocks import ProductTryOnBlock
print(type(ProductTryOnBlock().child_blocks["product"]).__name__)
"""
