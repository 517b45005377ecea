"""Small buttons on the tiles of a listing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory

from genlook_oscar.models import ProductLink

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

LISTING = """{% load genlook_oscar product_tags %}
{% for product in products %}{% genlook_tile product %}{% endfor %}"""


class Found:
    """What Oscar's search lists: a record that leads to the product."""

    def __init__(self, product: Any) -> None:
        self.object = product


@pytest.fixture
def request_() -> Any:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def products(make_product: Any) -> list[Any]:
    return [make_product(f"Shirt {number}", color=None) for number in range(19)] + [
        make_product("Shirt 19")
    ]


def render(source: str, request: Any, **context: Any) -> str:
    return str(engines["django"].from_string(source).render(context, request))


def test_one_query_for_all_tiles_of_a_page(
    configuration: Any, make_product: Any, request_: Any, django_assert_num_queries: Any
) -> None:
    products = [make_product(f"Shirt {number}") for number in range(20)]
    with django_assert_num_queries(1):
        page = render(LISTING, request_, products=products)
    assert page.count("<genlook-try-on") == 20
    assert page.count("<script") == page.count("<link") == 1
    assert f'href="/try-on/new/{products[7].pk}/"' in page
    assert 'aria-label="See it on me: Shirt 7"' in page


def test_only_what_can_be_tried_on_has_one(
    configuration: Any, products: list[Any], request_: Any, make_product: Any
) -> None:
    off = make_product("Off")
    ProductLink.objects.create(product=off, external_id="off", enabled=False)
    page = render(LISTING, request_, products=[*products, off])
    assert page.count("<genlook-try-on") == 1
    assert f'data-product="{products[19].pk}"' in page


def test_a_search_lists_records_of_products(
    configuration: Any, products: list[Any], request_: Any, django_assert_num_queries: Any
) -> None:
    source = LISTING.replace("genlook_tile product", "genlook_tile product.object")
    with django_assert_num_queries(1):
        page = render(source, request_, products=[Found(product) for product in products])
    assert page.count("<genlook-try-on") == 1


def test_a_page_with_names_of_its_own_prepares(
    configuration: Any, products: list[Any], request_: Any, django_assert_num_queries: Any
) -> None:
    source = """{% load genlook_oscar %}{% genlook_tiles mine %}
    {% for one in mine %}{% genlook_tile one %}{% endfor %}"""
    with django_assert_num_queries(1):
        assert render(source, request_, mine=products).count("<genlook-try-on") == 1


def test_a_product_is_decided_on_alone_where_no_list_is_known(
    configuration: Any, products: list[Any], request_: Any
) -> None:
    source = "{% load genlook_oscar %}{% genlook_tile one %}"
    assert "<genlook-try-on" in render(source, request_, one=products[19])


def test_a_page_without_request_or_product_goes_on(configuration: Any, request_: Any) -> None:
    source = "{% load genlook_oscar %}{% genlook_tiles none %}{% genlook_tile none %}"
    assert render(source, request_, none=None) == ""
    assert render(source, None, none=None) == ""
