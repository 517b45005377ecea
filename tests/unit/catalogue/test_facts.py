"""The rows of the shop that come with the products are what the database holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.timezone import now

from genlook_oscar.catalogue import facts
from genlook_oscar.models import Account, Configuration

pytestmark = pytest.mark.django_db


def test_the_rows_are_as_stored(
    product: Any, configuration: Any, django_assert_num_queries: Any
) -> None:
    Account.load()
    Account.objects.update(credits=7, circuit_reason="unavailable", circuit_until=now())
    with django_assert_num_queries(1):
        found = facts.read([product])
    stored = Configuration.objects.get()
    for field in Configuration._meta.concrete_fields:
        assert getattr(found.configuration, field.attname) == getattr(stored, field.attname)
    account = Account.objects.get()
    for name in facts.ACCOUNT:
        assert getattr(found.account, name) == getattr(account, name)


@pytest.mark.parametrize("microsecond", [0, 500_000, 123_450, 123_456])
def test_moments_are_read_however_the_database_writes_them(
    microsecond: int, product: Any, configuration: Any
) -> None:
    moment = now().replace(microsecond=microsecond)
    Account.load()
    Account.objects.update(circuit_until=moment)
    assert facts.read([product]).account.circuit_until == moment
    # PostgreSQL leaves zeros at the end out, which Python 3.10 does not read by itself.
    digits = f".{microsecond:06}".rstrip("0").rstrip(".")
    field = Account._meta.get_field("circuit_until")
    assert facts._value(field, f"{moment:%Y-%m-%dT%H:%M:%S}{digits}+00:00") == moment


def test_a_shop_without_rows_and_a_product_that_is_gone(product: Any) -> None:
    gone = type(product)(pk=product.pk + 1)
    found = facts.read([product, gone])
    assert list(found.products) == [product.pk]
    assert (found.configuration.enabled, found.account.credits) == (False, None)
    assert facts.read([gone]).products == {}


def test_what_was_compiled_serves_any_product(make_product: Any, configuration: Any) -> None:
    products = [make_product(f"Shirt {number}") for number in range(3)]
    for one in products:
        assert list(facts.read([one]).products) == [one.pk]
    assert set(facts.read(products).products) == {one.pk for one in products}
