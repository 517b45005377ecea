"""Word of a try-on on any page of the shop."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genlook_oscar.models import TryOn

from .conftest import HTML, Visitor, photo_file

COOKIE = "genlook_live"


def notices(visitor: Visitor, path: str = "/") -> Any:
    answer = visitor.send("get", path, headers={"Accept": HTML}, follow=True)
    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser").select("genlook-notice")


@pytest.mark.django_db
def test_who_waits_for_nothing_gets_nothing(visitor: Visitor, product: Any) -> None:
    assert notices(visitor) == []
    visitor.photo()
    assert notices(visitor) == []


def test_from_the_click_on_every_page_has_a_word_for_her(
    visitor: Visitor, product: Any, make_product: Any
) -> None:
    tryon = visitor.tryon(product)

    for path in ("/", "/basket/", make_product("Other").get_absolute_url()):
        (notice,) = notices(visitor, path)
        assert notice["data-url"] == f"/try-on/{tryon.pk}/"
    with CaptureQueriesContext(connection) as queries:
        notices(visitor)
    assert not [query for query in queries if "genlook" in query["sql"]]


def test_the_form_without_script_leaves_word_too(visitor: Visitor, product: Any) -> None:
    visitor.submit(
        f"/try-on/new/{product.pk}/",
        {"product": product.pk, "photo_file": photo_file(), "consent": "1"},
    )

    assert visitor.client.cookies[COOKIE].value == str(TryOn.objects.get().pk)


def test_her_own_page_of_it_is_the_word_and_ends_it(
    visitor: Visitor, product: Any, drain: Any, emulator: Any
) -> None:
    tryon = visitor.tryon(product)
    page = f"/try-on/{tryon.pk}/"
    assert notices(visitor, page) == []
    assert len(notices(visitor)) == 1

    drain()
    visitor.send("get", page, headers={"Accept": HTML})

    assert visitor.client.cookies[COOKIE].value == ""
    assert notices(visitor) == []


def test_a_picture_that_is_there_already_needs_no_word(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    del visitor.client.cookies[COOKIE]

    again = visitor.start(product, str(tryon.photo_id))

    assert again.json()["reused"] is True
    assert COOKIE not in again.cookies


@pytest.mark.parametrize("value", ["nonsense", "'><script>", ""])
def test_a_cookie_of_somebody_elses_making_is_ignored(visitor: Visitor, value: str) -> None:
    visitor.client.cookies[COOKIE] = value

    assert notices(visitor) == []


def test_without_the_addresses_the_page_goes_on(
    visitor: Visitor, product: Any, settings: Any
) -> None:
    visitor.tryon(product)
    settings.ROOT_URLCONF = "tests.integration.storefront.unmounted"

    assert notices(visitor) == []
