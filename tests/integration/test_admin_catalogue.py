"""The list of products at Genlook, and the rules, as a merchant works with them."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar import clock
from genlook_oscar.admin.product_actions import csv_rows
from genlook_oscar.catalogue.links import link_for, make_links
from genlook_oscar.models import ProductLink, Rule

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

LIST = "/admin/genlook_oscar/productlink/"
RULES = "/admin/genlook_oscar/rule/"
Category = get_model("catalogue", "Category")


@pytest.fixture
def boss() -> Client:
    client = Client()
    client.force_login(
        get_user_model().objects.create_superuser("boss", "boss@example.com", "x"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def links(make_product: Callable[..., Any]) -> list[ProductLink]:
    made = [make_product(f"Item {number}", color=None) for number in range(3)]
    make_links(made)
    return list(ProductLink.objects.order_by("pk"))


def act(client: Client, action: str, links: list[ProductLink], **extra: Any) -> Any:
    chosen = {"action": action, "_selected_action": [link.pk for link in links]}
    return client.post(LIST, chosen | extra, follow=True)


def listed(client: Client, **query: str) -> list[str]:
    page = BeautifulSoup(client.get(LIST, query).content, "html.parser")
    return sorted(cell.text for cell in page.select("td.field-external_id"))


def test_actions_that_concern_genlook_become_wishes(
    boss: Client, emulator: Any, links: list[ProductLink], on_commit: Any, drain: Any
) -> None:
    ProductLink.objects.filter(pk=links[2].pk).update(product=None)
    with on_commit():
        page = act(boss, "register_now", links)
    assert "2 products are handed to the workers" in page.content.decode()
    assert list(ProductLink.objects.order_by("pk").values_list("wanted", flat=True)) == [
        "register",
        "register",
        "",
    ]
    assert LogEntry.objects.count() == 2
    assert emulator.control.requests() == []
    with on_commit():
        act(boss, "forget", [links[2]])
    act(boss, "refresh", [links[1]])
    assert list(ProductLink.objects.order_by("pk").values_list("wanted", flat=True)) == [
        "register",
        "refresh",
        "forget",
    ]
    drain()
    assert not ProductLink.objects.exclude(wanted="").exists()
    links[0].refresh_from_db()
    assert links[0].error_code == "no_picture"


def test_all_that_a_filter_finds_can_be_chosen(boss: Client, links: list[ProductLink]) -> None:
    ProductLink.objects.filter(pk=links[0].pk).update(ready_code="ready", checked_content="x")
    url = f"{LIST}?ready=ready&offered=no&q=item"
    chosen = {"action": "switch_off", "select_across": "1", "_selected_action": links[0].pk}
    boss.post(url, chosen)
    assert ProductLink.objects.filter(enabled=False).count() == 0
    boss.post(f"{LIST}?ready=ready&q=item", chosen)
    assert list(ProductLink.objects.filter(enabled=False)) == [links[0]]
    act(boss, "follow_rules", links)
    assert not ProductLink.objects.exclude(enabled=None).exists()
    act(boss, "look_again", links)
    assert set(ProductLink.objects.values_list("checked_content", flat=True)) == {""}


def test_the_list_as_csv_is_harmless_in_a_spreadsheet(
    boss: Client, make_product: Callable[..., Any]
) -> None:
    product = make_product("=HYPERLINK(1)", color=None)
    product.stockrecords.update(partner_sku="+49 30")
    link = link_for(product)
    ProductLink.objects.create(external_id="GONE", bad_reports=3, sent_at=clock.now())
    response = act(boss, "export_csv", list(ProductLink.objects.all()))
    text = b"".join(response.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    by_name = {row[2]: row for row in rows}
    assert rows[0][:3] == ["Product", "SKU", "externalId"]
    assert by_name[link.external_id][:2] == ["'=HYPERLINK(1)", "'+49 30"]
    assert by_name["GONE"][0] == ""
    assert by_name["GONE"][5] == "3"


def test_a_long_list_is_exported_without_a_query_for_each(
    links: list[ProductLink], django_assert_num_queries: Any
) -> None:
    parent = create_product(structure="parent", title="Jumper")
    for _ in range(5):
        link_for(create_product(structure="child", parent=parent))
    with django_assert_num_queries(1):
        assert len(list(csv_rows(ProductLink.objects.all()))) == 1 + 8


class TestFilters:
    def test_by_readiness_and_button(self, boss: Client, links: list[ProductLink]) -> None:
        for link, code in zip(links, ("ready", "no_description", "small_picture"), strict=True):
            ProductLink.objects.filter(pk=link.pk).update(ready_code=code)
        names = [link.external_id for link in links]
        assert listed(boss, ready="ready") == [names[0]]
        assert listed(boss, ready="small_picture") == [names[2]]
        assert listed(boss, ready="unchecked") == []
        assert listed(boss, offered="yes") == sorted(names[:2])
        assert listed(boss, offered="no") == [names[2]]

    def test_by_category_with_variants_and_all_below(
        self, boss: Client, links: list[ProductLink]
    ) -> None:
        tops = Category.add_root(name="Tops")
        shirts = tops.add_child(name="Shirts")
        hats = Category.add_root(name="Hats")
        parent = create_product(structure="parent", title="Jumper")
        child = link_for(create_product(structure="child", parent=parent))
        parent.categories.add(shirts)
        product = links[0].product
        assert product is not None
        product.categories.add(hats)
        assert listed(boss, category=str(tops.pk)) == [child.external_id]
        assert listed(boss, category=str(hats.pk)) == [links[0].external_id]
        assert listed(boss, category="999999") == []
        Rule.objects.create(category=tops, on=False)
        assert child.external_id in listed(boss, offered="no")

    def test_by_what_waits(self, boss: Client, links: list[ProductLink]) -> None:
        act(boss, "register_now", links[:1])
        assert listed(boss, known="waiting") == [links[0].external_id]

    def test_columns(self, boss: Client, links: list[ProductLink]) -> None:
        now = clock.now()
        ProductLink.objects.update(
            ready_code="small_picture",
            ready_reasons=["small_picture", "no_description"],
            last_used_at=now - timedelta(days=1),
            bad_reports=4,
            wanted="forget",
        )
        page = boss.get(LIST).content.decode()
        told_of = ("The picture is too small", "without a description", "As the rules say")
        for told in (*told_of, "forget"):
            assert told in page


class TestRoles:
    @pytest.fixture
    def clerk(self) -> Client:
        user = get_user_model().objects.create_user("clerk", "c@example.com", "x", is_staff=True)
        user.user_permissions.add(Permission.objects.get(codename="manage_catalogue"))
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def test_who_manages_the_catalogue_may_change_it(
        self, clerk: Client, links: list[ProductLink]
    ) -> None:
        act(clerk, "switch_off", links[:1])
        assert ProductLink.objects.filter(enabled=False).count() == 1
        assert clerk.get(RULES).status_code == 200
        assert clerk.post(f"{RULES}add/", {"category": "", "on": "False"}).status_code == 200
        assert clerk.get("/admin/genlook_oscar/configuration/1/change/").status_code == 403


class TestRules:
    def test_a_rule_is_made_in_plain_words_and_recorded(self, boss: Client) -> None:
        tops = Category.add_root(name="Tops")
        shirts = tops.add_child(name="Shirts")
        assert "— Shirts" in boss.get(f"{RULES}add/").content.decode()
        boss.post(f"{RULES}add/", {"category": shirts.pk, "on": "False"})
        rule = Rule.objects.get()
        assert (rule.category, rule.on) == (shirts, False)
        assert "— Shirts" in boss.get(RULES).content.decode()
        assert LogEntry.objects.count() == 1

    def test_one_of_the_two_must_be_chosen(self, boss: Client) -> None:
        tops = Category.add_root(name="Tops")
        kind = get_model("catalogue", "ProductClass").objects.create(name="Fashion")
        for values in ({}, {"category": tops.pk, "product_class": kind.pk}):
            page = boss.post(f"{RULES}add/", {"on": "True", **values}).content.decode()
            assert "one of the two" in page
        boss.post(f"{RULES}add/", {"on": "True", "product_class": kind.pk})
        assert "Fashion" in boss.get(RULES).content.decode()
