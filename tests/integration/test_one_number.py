"""How many products can be tried on: one number everywhere, that of the pages with a button."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from oscar.core.loading import get_model

from genlook_oscar import clock
from genlook_oscar.catalogue import facts, facts_of_all
from genlook_oscar.catalogue.census import census
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.models import Configuration, ProductLink, Report, Rule
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

FORM = "/admin/genlook_oscar/configuration/1/change/"
Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")
ProductClass = get_model("catalogue", "ProductClass")
Category = get_model("catalogue", "Category")


class Shop:
    """A catalogue in which everything that decides about a button is there."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make
        off = Category.add_root(name="Off")
        self.categories = {
            "off": off,
            "below": off.add_child(name="Below"),
            "on again": off.add_child(name="On again"),
            "free": Category.add_root(name="Free"),
        }
        Rule.objects.create(category=off, on=False)
        Rule.objects.create(category=self.categories["on again"], on=True)
        classes = ("Shirts", "Hats", "Gift cards")
        self.classes = [ProductClass.objects.create(name=name) for name in classes]
        Rule.objects.create(product_class=self.classes[1], on=False)

    def product(self, chance: random.Random, parent: Any = None) -> Any:
        """Some product, whatever comes out; of a parent a variant."""
        kind = "child" if parent else chance.choice(["standalone", "standalone", "parent"])
        made = self.make(
            title=f"Product {Product.objects.count()}",
            structure=kind,
            parent=parent,
            color=chance.choice(["#4477aa", "#4477aa", None]),
            is_public=chance.random() < 0.85,
            # Oscar shows what is sold out, and its button is none of ours.
            **({} if kind == "parent" else {"num_in_stock": chance.choice([0, 5])}),
        )
        if not parent:
            made.product_class = chance.choices(self.classes, [5, 2, 1])[0]
            for category in chance.sample(list(self.categories.values()), chance.randint(0, 2)):
                made.categories.add(category)
        made.title = made.title if chance.random() < 0.9 else " "
        made.save()
        if chance.random() < 0.1 and made.images.exists():
            made.images.all().delete()
            small = ContentFile(picture(size=(100, 100)), name="small.jpg")
            ProductImage.objects.create(product=made, original=small)
        if chance.random() < 0.7:
            link = link_for(made)
            on = chance.choices([None, True, False], [4, 2, 1])[0]
            ProductLink.objects.filter(pk=link.pk).update(enabled=on)
            if chance.random() < 0.15:
                Report.objects.create(link=link, reason="face", counts=True)
        for _ in range(chance.randint(0, 3) if kind == "parent" else 0):
            self.product(chance, made)
        return made


@pytest.fixture
def shop(make_product: Any, configuration: Any, settings: Any) -> Shop:
    settings.GENLOOK_API_KEY = "gk_tests"
    Configuration.objects.update(bad_reports_limit=1)
    return Shop(make_product)


def pages_with_button() -> tuple[int, int]:
    """How many product pages a guest can open, and how many of these have a button."""
    client = Client()
    shown = total = 0
    for product in Product.objects.all():
        answer = client.get(product.get_absolute_url())
        # A variant has its parent's page; what is not public has none.
        if answer.status_code == 200 and not product.is_child:
            total += 1
            shown += b"<genlook-try-on" in answer.content
    return total, shown


def said(text: str) -> set[tuple[int, int]]:
    """What a text says, as (total, fit)."""
    found = re.findall(r"(\d+) of (\d+) products? can be tried on", text)
    return {(int(total), int(fit)) for fit, total in found}


def looked_over(capsys: Any) -> str:
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("genlook_catalogue", "check", "--no-progress")
    return str(capsys.readouterr().out)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_place_says_the_number_of_pages_with_a_button(
    shop: Shop, seed: int, admin_client: Client, capsys: Any
) -> None:
    chance = random.Random(seed)
    for _ in range(30):
        shop.product(chance)
    # Before anybody has looked at them, too.
    assert (census().total, census().fit) == pages_with_button()

    command = looked_over(capsys)
    number = pages_with_button()
    assert 0 < number[1] < number[0] - 5
    assert said(command) == {number}
    with pytest.raises(SystemExit):
        call_command("genlook_status")
    assert said(capsys.readouterr().out) == {number}
    with pytest.raises(SystemExit):
        call_command("genlook_status", "--json")
    counted = json.loads(capsys.readouterr().out)["products"]
    assert (counted["total"], counted["fit"]) == number
    dashboard = admin_client.get("/dashboard/try-on/").content
    assert said(dashboard.decode()) == {number}
    table = BeautifulSoup(dashboard, "html.parser").select_one(".genlook-ready tbody")
    assert table is not None
    assert sum(int(row.select("td")[-1].get_text()) for row in table.select("tr")) == number[0]
    checklist = admin_client.get(FORM)
    assert said(checklist.content.decode()) == {number}
    if apps.is_installed("wagtail.admin"):
        from genlook_oscar.cms.home import TodayPanel

        request = checklist.wsgi_request
        assert said(TodayPanel().render_html({"request": request})) == {number}


@pytest.mark.parametrize("seed", range(5))
def test_the_facts_of_all_are_those_of_each(shop: Shop, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        shop.product(chance)
    for link in ProductLink.objects.all():
        code = chance.choice(["", "ready", "no_title", "bad_reports", "wrong_kind", "no_picture"])
        ProductLink.objects.filter(pk=link.pk).update(ready_code=code, checked_at=clock.now())
    pages = Product.objects.filter(is_public=True).exclude(structure="child")
    expected = [comparable(facts.read([page]).products[page.pk]) for page in pages]
    found = [comparable(one) for one in facts_of_all.read()]
    assert sorted(found) == sorted(expected)


def comparable(known: dict[str, Any]) -> str:
    """Facts as text: databases have 0 for False, and a product without variants no facts of
    them."""
    switches = ("genlook_own_on", "genlook_parent_on", "genlook_category_on", "genlook_class_on")
    told = {}
    for name in facts.of_product():
        value = known.get(name)
        three = name in (*switches, "parent_public")
        told[name] = None if three and value is None else value if value else False
    told["genlook_ready"] = known["genlook_ready"] or ""
    return repr({name: bool(v) if v == 1 else v for name, v in told.items()})


def test_a_shop_without_products_says_so(shop: Shop, admin_client: Client) -> None:
    assert (census().total, census().fit) == (0, 0)
    assert b"no public product yet" in admin_client.get("/dashboard/try-on/").content


def test_switched_on_for_staff_is_not_switched_on(shop: Shop, admin_client: Client) -> None:
    def row() -> Any:
        page = BeautifulSoup(admin_client.get(FORM).content, "html.parser")
        (found,) = [th for th in page.select("th") if "Switched on" in th.get_text()]
        return found

    for audience, done, words in (
        ("everyone", "Done:", "Switched on"),
        ("customers", "Done:", "Switched on"),
        ("staff", "Missing:", "Switched on for staff only"),
    ):
        Configuration.objects.update(audience=audience)
        assert row().img["alt"] == done
        assert row().get_text(" ", strip=True).endswith(words)
