import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection
from oscar.core.loading import get_model
from oscar.test.factories import create_stockrecord

from genlook_oscar.catalogue.links import link_for, note_sku
from genlook_oscar.models import ProductLink


def with_sku(make_product: Callable[..., Any], partner: str, sku: str) -> Any:
    product = make_product(color=None)
    product.stockrecords.all().delete()
    create_stockrecord(product, price=1, partner_name=partner, partner_sku=sku)
    return product


@pytest.mark.django_db
def test_a_product_gets_one_link_and_keeps_it(make_product: Callable[..., Any]) -> None:
    product = with_sku(make_product, "North", "LS-1")
    link = link_for(product)
    assert (link.sku, link.external_id, link.enabled) == ("LS-1", "LS-1", None)
    assert link_for(product).pk == link.pk
    assert ProductLink.objects.count() == 1


@pytest.mark.django_db
def test_a_known_link_costs_one_query(
    make_product: Callable[..., Any], django_assert_num_queries: Any
) -> None:
    product = with_sku(make_product, "North", "LS-1")
    link_for(product)
    with django_assert_num_queries(1):
        link_for(product)


@pytest.mark.django_db
def test_partners_with_one_sku_get_two_names(make_product: Callable[..., Any]) -> None:
    first = with_sku(make_product, "North", "LS-1")
    second = with_sku(make_product, "South", "LS-1")
    assert link_for(first).external_id == "LS-1"
    assert link_for(second).external_id == f"LS-1-{second.pk}"


@pytest.mark.django_db
def test_a_name_that_looks_like_a_suffixed_one_is_no_trap(
    make_product: Callable[..., Any],
) -> None:
    first = with_sku(make_product, "North", "LS-1")
    second = with_sku(make_product, "South", "LS-1")
    trap = with_sku(make_product, "North", f"LS-1-{second.pk}")
    names = [link_for(product).external_id for product in (first, trap, second)]
    assert len(set(names)) == 3


@pytest.mark.django_db
def test_the_name_stays_when_the_sku_changes_and_is_not_given_to_the_next(
    make_product: Callable[..., Any],
) -> None:
    product = with_sku(make_product, "North", "LS-1")
    link_for(product)
    product.stockrecords.update(partner_sku="LS-1-OLD")
    heir = with_sku(make_product, "North", "LS-1")

    assert link_for(heir).external_id == f"LS-1-{heir.pk}"
    link = link_for(product)
    note_sku(link)
    assert (link.sku, link.external_id) == ("LS-1-OLD", "LS-1")
    link.refresh_from_db()
    assert link.sku == "LS-1-OLD"


@pytest.mark.django_db
def test_the_name_of_a_deleted_product_is_not_given_again(
    make_product: Callable[..., Any],
) -> None:
    product = with_sku(make_product, "North", "LS-1")
    link_for(product)
    product.delete()
    heir = with_sku(make_product, "North", "LS-1")
    assert link_for(heir).external_id == f"LS-1-{heir.pk}"
    assert ProductLink.objects.filter(product=None, external_id="LS-1").exists()


@pytest.mark.django_db
def test_a_sku_longer_than_the_column_is_no_error(make_product: Callable[..., Any]) -> None:
    product = make_product(color=None, upc=None)
    product.stockrecords.all().delete()
    product.upc = "u" * 300  # a fork of Oscar may allow it
    link = link_for(product)
    assert link.sku == "u" * 255
    assert len(link.external_id) <= 128
    assert link_for(product).pk == link.pk


@pytest.mark.django_db
def test_when_no_name_is_free_the_error_says_so(make_product: Callable[..., Any]) -> None:
    product = with_sku(make_product, "North", "A")
    taken = ["A", f"A-{product.pk}", *(f"A-{product.pk}-{number}" for number in range(2, 6))]
    for name in taken:
        ProductLink.objects.create(external_id=name)
    with pytest.raises(IntegrityError):
        link_for(product)


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_get_one_link_for_each_product(
    make_product: Callable[..., Any],
) -> None:
    products = [with_sku(make_product, f"P{number}", "SAME") for number in range(3)]
    barrier = threading.Barrier(9)
    found: list[tuple[int, str]] = []
    problems: list[BaseException] = []

    def ask(pk: int) -> None:
        try:
            product = get_model("catalogue", "Product").objects.get(pk=pk)
            barrier.wait(10)
            found.append((pk, link_for(product).external_id))
        except BaseException as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=ask, args=(product.pk,)) for product in products for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert not problems
    assert len(found) == 9
    assert len(set(found)) == 3
    assert len({name for _, name in found}) == 3
    assert ProductLink.objects.count() == 3
