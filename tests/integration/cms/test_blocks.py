"""The blocks, rendered as a page would render them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from genlook_oscar.catalogue.links import link_for

from .conftest import read, request_of, show

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


def titles(html: str) -> list[str]:
    return [node.get_text(strip=True) for node in read(html).select(".genlook-product-title")]


def buttons(html: str) -> list[str]:
    return [node["data-product"] for node in read(html).select("genlook-try-on[data-product]")]


def page(kind: str, *products: Any, **options: Any) -> tuple[str, dict[str, Any]]:
    pks = [getattr(product, "pk", product) for product in products]
    if kind == "product":
        return kind, {"product": pks[0], **options}
    items = [{"type": "item", "id": f"item{row}", "value": pk} for row, pk in enumerate(pks)]
    return kind, {"products": items, **options}


KINDS = ("product", "strip", "stage")


class TestOneProduct:
    def test_it_has_picture_price_and_the_very_button_of_the_products_page(
        self, product: Any, configuration: Any
    ) -> None:
        html = show(page("product", product, heading="Of the week", text="Light & airy"))
        soup = read(html)
        link = soup.select_one("a.genlook-product-link")
        assert link["href"] == product.get_absolute_url()
        assert link.img["src"].startswith("/media/")
        assert soup.h2.get_text() == "Of the week"
        assert "Light & airy" in soup.get_text()
        assert "39.00" in soup.select_one(".genlook-product-price").get_text()
        shop_page = read(Client().get(product.get_absolute_url()).content.decode())
        assert soup.select_one("genlook-try-on") == shop_page.select_one("genlook-try-on")

    def test_the_price_can_be_left_out(self, product: Any, configuration: Any) -> None:
        assert "39.00" not in show(page("product", product, show_price=False))

    def test_what_was_stored_before_there_were_options_is_shown(
        self, product: Any, configuration: Any
    ) -> None:
        assert buttons(show(("product", {"product": product.pk}))) == [str(product.pk)]

    def test_it_stores_the_products_number(self, product: Any) -> None:
        from genlook_oscar.cms.blocks import ProductTryOnBlock

        block = ProductTryOnBlock()
        value = block.to_python({"product": product.pk})
        assert block.get_prep_value(value)["product"] == product.pk
        references = list(block.extract_references(value))
        assert [(row[0], row[1]) for row in references] == [(type(product), str(product.pk))]


class TestWhatIsLeftOut:
    @pytest.mark.parametrize("kind", KINDS)
    def test_a_deleted_product_leaves_the_others(
        self, kind: str, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat")
        gone = shirt.pk
        shirt.delete()
        html = show(page(kind, gone, hat), page(kind, gone), page(kind, None))
        assert titles(html) == ([] if kind == "product" else ["Hat"])

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_product_that_is_not_public_is_left_out(
        self, kind: str, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        secret = make_product("Secret", is_public=False)
        hidden = make_product("Hidden", structure="parent", is_public=False)
        child = make_product("Child", structure="child", parent=hidden)
        assert titles(show(page(kind, secret), page(kind, child))) == []

    @pytest.mark.parametrize("reason", ["off", "no_key", "staff_only", "product_off", "no_picture"])
    def test_what_cannot_be_tried_on_is_a_product_without_button_or_nothing(
        self, reason: str, make_product: Callable[..., Any], configuration: Any, settings: Any
    ) -> None:
        product = make_product(color=None if reason == "no_picture" else "#4477aa")
        if reason == "off":
            configuration.enabled = False
        elif reason == "no_key":
            settings.GENLOOK_API_KEY = ""
        elif reason == "staff_only":
            configuration.audience = "staff"
        elif reason == "product_off":
            link = link_for(product)
            link.enabled = False
            link.save()
        configuration.save()
        for kind in ("product", "strip"):
            html = show(page(kind, product))
            assert titles(html) == ["Linen shirt"]
            assert "genlook-try-on" not in html
            assert show(page(kind, product, without="nothing")).strip() == ""
        assert show(page("stage", product)).strip() == ""

    def test_what_is_sold_out_says_so(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        product = make_product(num_in_stock=0)
        html = show(page("product", product), page("strip", product))
        assert read(html).get_text().count("Unavailable") == 2
        assert buttons(html) == []
        assert show(page("stage", product)).strip() == ""

    def test_parents_have_a_button_and_the_price_of_their_variants(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        parent = make_product("Jumper", color=None, structure="parent", price=None)
        make_product("Red", structure="child", parent=parent, price="59.00")
        html = show(page("product", parent))
        assert buttons(html) == [str(parent.pk)]
        assert "59.00" in html
        assert read(html).img["src"].startswith("/media/")

    def test_titles_are_text(self, make_product: Callable[..., Any], configuration: Any) -> None:
        bad = "<script>alert(1)</script>"
        product = make_product(bad)
        for kind in KINDS:
            assert "<script>alert" not in show(page(kind, product, heading=bad, text=bad))

    def test_a_picture_that_cannot_be_read_breaks_nothing(
        self, product: Any, configuration: Any
    ) -> None:
        image = product.images.get()
        image.original.storage.delete(image.original.name)
        assert titles(show(page("strip", product))) == ["Linen shirt"]

    def test_without_a_request_products_stay_and_buttons_do_not(
        self, product: Any, configuration: Any
    ) -> None:
        from genlook_oscar.cms.blocks import ProductTryOnBlock

        block = ProductTryOnBlock()
        html = block.render(block.to_python({"product": product.pk}))
        assert titles(html) == ["Linen shirt"]
        assert buttons(html) == []


class TestPage:
    def test_style_and_script_come_once(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat, coat = (make_product(title) for title in ("Shirt", "Hat", "Coat"))
        html = show(page("product", shirt), page("strip", hat, coat), page("product", shirt))
        assert buttons(html) == [str(row.pk) for row in (shirt, hat, coat, shirt)]
        assert html.count("loader.js") == 1
        assert html.count("blocks.css") == 1

    def test_a_stage_offers_its_other_products_in_each_room(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat")
        soup = read(show(page("stage", shirt, hat)))
        rooms = [node["data-room"] for node in soup.select("genlook-try-on")]
        assert rooms == [
            f"/try-on/room/{shirt.pk}/?beside={hat.pk}",
            f"/try-on/room/{hat.pk}/?beside={shirt.pk}",
        ]
        radios = soup.select("input[type=radio]")
        assert [radio.has_attr("checked") for radio in radios] == [True, False]
        assert len({radio["name"] for radio in radios}) == 1
        other = read(show(page("stage", shirt, hat), page("stage", hat, shirt)))
        assert len({radio["name"] for radio in other.select("input[type=radio]")}) == 2

    def test_it_is_the_same_for_everybody_so_that_it_can_be_cached(
        self, make_product: Callable[..., Any], configuration: Any, shopper: Any, photo: Any
    ) -> None:
        configuration.audience = "customers"
        configuration.save()
        shirt, hat = make_product("Shirt"), make_product("Hat", color=None)
        User = get_user_model()
        customer = User.objects.create_user("ada", "ada@example.com", "pass")
        shopper.user = customer
        shopper.save()
        staff = User.objects.create_superuser("boss", "boss@example.com", "pass")
        body = [page("product", shirt), page("strip", hat, shirt), page("stage", shirt, hat)]
        pages = {show(*body, request=request_of(user)).encode() for user in (None, customer, staff)}
        assert len(pages) == 1
        html = pages.pop().decode()
        assert buttons(html) == [str(shirt.pk)] * 3
        assert not re.search("csrf|ada@|Only staff|consent", html, re.IGNORECASE)

    def test_in_the_preview_the_button_rests_and_the_editor_reads_why_there_is_none(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat", color=None)
        secret = make_product("Secret", is_public=False)
        html = show(
            page("product", shirt),
            page("strip", hat, secret),
            page("stage", shirt, hat),
            request=request_of(preview=True),
        )
        soup = read(html)
        assert buttons(html) == []
        assert "loader.js" not in html
        assert not soup.select("a.genlook-button")
        assert [node.name for node in soup.select(".genlook-button[aria-disabled]")] == ["span"] * 2
        notes = [node.get_text(strip=True) for node in soup.select(".genlook-editor-note")]
        assert notes == [
            "Only in the preview: no try-on here. Neither the product nor its parent has a"
            " picture.",
            "Only in the preview: “Secret” is left out. The product, or the one it is a variant"
            " of, is not public.",
            "Only in the preview: “Hat” is left out. Neither the product nor its parent has a"
            " picture.",
        ]


def test_a_button_of_the_tag_rests_in_the_preview_as_well(product: Any, configuration: Any) -> None:
    tag = "{% load genlook_oscar %}{% genlook_tryon product %}{% genlook_tile product %}"
    html = engines["django"].from_string(tag).render({"product": product}, request_of(preview=True))
    assert html.count("aria-disabled") == 1
    assert "data-room" not in html


class TestCost:
    def count(self, *blocks: Any) -> int:
        show(*blocks)  # thumbnails are made once
        with CaptureQueriesContext(
            connection,
        ) as queries:
            html = show(*blocks)
        assert len(titles(html)) == 20
        return len(queries)

    def test_a_page_of_20_costs_two_queries_more_than_without_try_on(
        self, make_product: Callable[..., Any], configuration: Any, monkeypatch: Any
    ) -> None:
        products = []
        for number in range(18):
            products.append(make_product(f"Shirt {number}"))
        for number in range(2):
            parent = make_product(f"Jumper {number}", structure="parent", price=None)
            make_product("Red", structure="child", parent=parent)
            products.append(parent)
        singles = [page("product", product) for product in products[:8]]
        body = [*singles, page("strip", *products[8:])]
        with_buttons = self.count(*body)
        # The same page, where nobody asks whether anything can be tried on.
        monkeypatch.setattr("genlook_oscar.cms.showing.decide", lambda *given: {})
        assert with_buttons - self.count(*body) <= 2


def test_a_block_that_fails_leaves_the_page_whole(
    product: Any, configuration: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    def cards(*args: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("genlook_oscar.cms.blocks.cards", cards)
    page = show(("product", {"product": product.pk}), ("stage", {"products": [product.pk]}))
    assert page.strip() == ""
    assert caplog.text.count("ProductsBlock.render failed and was left out") == 2


def test_migrations_of_projects_name_the_chooser_where_it_stays() -> None:
    from wagtail.fields import StreamField

    from genlook_oscar.cms import blocks

    kinds = [
        ("product", blocks.ProductTryOnBlock()),
        ("strip", blocks.ProductStripBlock()),
        ("stage", blocks.TryOnStageBlock()),
    ]
    _, _, _, kwargs = StreamField(kinds).deconstruct()
    names = {path for path, _, _ in kwargs["block_lookup"].values()}
    assert {name for name in names if not name.startswith("wagtail.")} == {
        "genlook_oscar.cms.blocks.ProductChooserBlock"
    }


class TestRoomOfAStage:
    def room(self, product: Any, *beside: Any) -> Any:
        query = "&".join(f"beside={getattr(row, 'pk', row)}" for row in beside)
        answer = Client().get(f"/try-on/room/{product.pk}/?{query}")
        assert answer.status_code == 200
        return read(answer.content.decode())

    def test_she_chooses_among_all_of_them(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat")
        parent = make_product("Jumper", structure="parent", price=None)
        red = make_product("Red", structure="child", parent=parent)
        soup = self.room(shirt, hat, parent, shirt, hat)
        inputs = soup.select("input[name=product]")
        assert [(node["value"], node.has_attr("checked")) for node in inputs] == [
            (str(shirt.pk), True),
            (str(hat.pk), False),
            (str(red.pk), False),
        ]

    def test_what_cannot_be_tried_on_is_left_out_and_nonsense_is_ignored(
        self, make_product: Callable[..., Any], configuration: Any
    ) -> None:
        shirt, hat = make_product("Shirt"), make_product("Hat", color=None)
        secret = make_product("Secret", is_public=False)
        soup = self.room(shirt, hat, secret, "x", 99999999999999999999, 0, "")
        assert [node["type"] for node in soup.select("input[name=product]")] == ["hidden"]


def test_nobody_deletes_a_product_unseen_that_stands_on_a_page() -> None:
    """Wagtail's reference index finds pages by product, for it reads the blocks' values."""
    from genlook_oscar.cms.blocks import ProductStripBlock

    block = ProductStripBlock()
    model = get_model("catalogue", "Product")
    product = model(pk=7)
    value = block.to_python({"products": []})
    value["products"].append(product)
    assert [row[:2] for row in block.extract_references(value)] == [(model, "7")]
    assert json.dumps(block.get_prep_value(value)["products"][0]["value"]) == "7"


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
