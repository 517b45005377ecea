"""The button on Oscar's product page: where it stands, and where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model

from genlook_oscar.models import Configuration, ProductLink
from genlook_oscar.storefront.button import button_context

pytestmark = pytest.mark.django_db


def page(client: Any, product: Any) -> Any:
    answer = client.get(product.get_absolute_url())
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def request_of(user: Any = None) -> Any:
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    return request


@pytest.fixture
def staff(client: Any) -> Any:
    user = get_user_model().objects.create_user(
        "staff", email="staff@example.com", password="x", is_staff=True
    )
    client.force_login(user)
    return user


def test_the_product_page_has_one_button_and_one_script(
    client: Any, configuration: Any, product: Any
) -> None:
    found = page(client, product)
    (host,) = found.select("genlook-try-on")
    link = host.select_one("a.genlook-button")
    assert link["href"] == f"/try-on/new/{product.pk}/"
    assert link.get_text(strip=True) == "See it on me"
    assert host["data-room"] == f"/try-on/room/{product.pk}/"
    scripts = [script["src"] for script in found.select("script[src*=genlook]")]
    assert scripts == ["/static/genlook_oscar/loader.js"]
    assert found.select_one("#add_to_basket_form") is not None


def test_the_pages_of_parents_and_children_have_it_too(
    client: Any, configuration: Any, make_product: Any
) -> None:
    parent = make_product("Jumper", structure="parent")
    child = make_product("Jumper, red", structure="child", parent=parent)
    for product in (parent, child):
        (host,) = page(client, product).select("genlook-try-on")
        assert host["data-product"] == str(product.pk)


def test_the_merchants_words_stand_on_it_escaped(client: Any, say: Any, product: Any) -> None:
    say(button_label="Try <it> & see")
    link = page(client, product).select_one("a.genlook-button")
    assert link.get_text(strip=True) == "Try <it> & see"


def test_words_stand_in_their_own_language_only(client: Any, say: Any, product: Any) -> None:
    say("de", button_label="Zieh es an")
    say("pt", button_label="Experimente")
    seen = {}
    for language in ("en", "de", "pt", "ar", "en"):
        client.cookies["django_language"] = language
        label = page(client, product).select_one("a.genlook-button").get_text(strip=True)
        seen[language] = label
    assert (seen["en"], seen["de"], seen["pt"]) == ("See it on me", "Zieh es an", "Experimente")
    assert seen["ar"] not in (seen["en"], seen["de"])


@pytest.mark.parametrize("case", ["off", "product_off", "no_picture", "staff_only"])
def test_no_button_and_no_script_where_it_cannot_work(
    client: Any, configuration: Any, make_product: Any, case: str
) -> None:
    product = make_product(color=None if case == "no_picture" else "#4477aa")
    if case == "off":
        Configuration.objects.update(enabled=False)
    if case == "staff_only":
        Configuration.objects.update(audience="staff")
    if case == "product_off":
        ProductLink.objects.create(product=product, external_id="x", enabled=False)
    found = page(client, product)
    assert found.select("genlook-try-on") == []
    assert found.select("[src*=genlook], [href*=genlook]") == []
    assert "Only staff see this" not in found.get_text()


def test_staff_read_why_there_is_none(
    client: Any, staff: Any, configuration: Any, make_product: Any
) -> None:
    found = page(client, make_product(color=None))
    said = " ".join(found.get_text().split())
    assert "Only staff see this: no try-on here (no_picture)." in said
    assert "Neither the product nor its parent has a picture." in said


def test_it_costs_the_product_page_one_query(
    client: Any, configuration: Any, product: Any, django_assert_max_num_queries: Any
) -> None:
    from django.db import connection

    page(client, product)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(client, product)
    ours = [query for query in queries if "genlook" in query["sql"]]
    assert len(ours) == 1
    for some in (request_of(), request_of(get_user_model()(is_active=True))):
        with django_assert_max_num_queries(1):
            assert button_context(some, product)


def test_the_tag_beside_the_built_in_button_adds_none(configuration: Any, product: Any) -> None:
    template = engines["django"].from_string(
        "{% load genlook_oscar %}{% genlook_tryon product %}{% genlook_tryon product %}"
    )
    rendered = template.render({"product": product}, request_of())
    assert rendered.count("<genlook-try-on") == 1


def test_two_products_on_a_page_share_the_script(configuration: Any, make_product: Any) -> None:
    template = engines["django"].from_string(
        "{% load genlook_oscar %}{% for p in products %}{% genlook_tryon p %}{% endfor %}"
    )
    products = [make_product("One"), make_product("Two")]
    rendered = template.render({"products": products}, request_of())
    assert rendered.count("<genlook-try-on") == 2
    assert rendered.count("<script") == rendered.count("<link") == 1


@pytest.mark.parametrize("product", [None, "", get_model("catalogue", "Product")()])
def test_a_page_without_a_product_or_request_goes_on(configuration: Any, product: Any) -> None:
    assert button_context(request_of(), product) is None
    assert button_context(None, product) is None


def test_a_fault_of_ours_leaves_the_page_whole(
    client: Any, configuration: Any, product: Any, settings: Any, caplog: Any
) -> None:
    # As in a project that has the app installed and its addresses not mounted.
    settings.ROOT_URLCONF = "tests.integration.storefront.unmounted"
    found = page(client, product)
    assert found.select("genlook-try-on") == []
    assert found.select_one("#add_to_basket_form") is not None
    assert "was left out" in caplog.text
