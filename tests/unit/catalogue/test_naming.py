import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st
from oscar.test.factories import create_product, create_stockrecord

from genlook_oscar.catalogue.naming import (
    MAX_LENGTH,
    external_id_for,
    external_id_from,
    external_ids_for,
    sku_of,
    validate_external_id,
)

pytestmark = pytest.mark.anydb

SAFE_IN_A_PATH = re.compile(r"[A-Za-z0-9._-]{1,128}")

odd_skus = st.one_of(
    st.text(min_size=1),
    st.text(alphabet="aA0._-/ %äß\n\x00", min_size=1, max_size=12),
    st.text(alphabet="ab", min_size=120, max_size=200),
    st.sampled_from([".", "..", "...", "_anon_1", "_ANON_", "/", "日本語", "A/B?c=d#e", "🧥"]),
)


@given(odd_skus, st.sampled_from(["", "shop1-", "_anon_", "läden/", "x" * 200]))
@example("..", "")
@example("_anon_5", "")
def test_every_sku_becomes_a_name_that_is_safe_in_a_path(sku: str, prefix: str) -> None:
    name = external_id_from(sku, prefix)
    assert SAFE_IN_A_PATH.fullmatch(name)
    assert name not in (".", "..")
    assert not name.lower().startswith("_anon_")
    validate_external_id(name)


@given(odd_skus, odd_skus)
@example("a/b", "a b")
@example("a/b", "a-b")
@example("a" * 128 + "x", "a" * 128 + "y")
@example(".", "..")
@example("/", external_id_from("/"))
@example("Café", "Cafe")
def test_two_skus_never_get_one_name(one: str, other: str) -> None:
    if one != other:
        assert external_id_from(one) != external_id_from(other)


@given(odd_skus)
def test_a_name_is_always_the_same_for_a_sku(sku: str) -> None:
    assert external_id_from(sku) == external_id_from(sku)


@pytest.mark.parametrize("sku", ["LS-1042.b", "5", "Trench_Coat", "a" * MAX_LENGTH])
def test_a_plain_sku_is_its_own_name(sku: str) -> None:
    assert external_id_from(sku) == sku


def test_the_prefix_tells_shops_apart() -> None:
    assert external_id_from("A1", "paris-") == "paris-A1"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "unsafe"),
        ("a b", "unsafe"),
        ("a/b", "unsafe"),
        ("naïve", "unsafe"),
        ("a\n", "unsafe"),
        ("x" * (MAX_LENGTH + 1), "too_long"),
        (".", "dots"),
        ("..", "dots"),
        ("_anon_1", "reserved"),
        ("_Anon_1", "reserved"),
    ],
)
def test_an_unsafe_name_is_refused_with_a_code(value: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_external_id(value)
    assert caught.value.code == code
    assert caught.value.messages[0]


@pytest.mark.django_db
def test_the_sku_is_the_oldest_stock_records_that_has_one() -> None:
    product = create_product(title="Hat", upc="9783161484100")
    assert sku_of(product) == "9783161484100"
    blank = create_stockrecord(product, price=1, partner_name="A")
    type(blank).objects.filter(pk=blank.pk).update(partner_sku=" ")
    second = create_stockrecord(product, price=1, partner_name="B", partner_sku="HAT-B")
    create_stockrecord(product, price=1, partner_name="C", partner_sku="HAT-C")
    assert sku_of(product) == second.partner_sku == "HAT-B"


@pytest.mark.django_db
def test_without_stock_record_and_upc_the_primary_key_is_the_sku() -> None:
    parent = create_product(title="Jumper", structure="parent")
    assert sku_of(parent) == str(parent.pk)
    assert external_id_for(parent) == str(parent.pk)


@pytest.mark.django_db
def test_the_project_can_set_a_prefix(settings: Any) -> None:
    settings.GENLOOK_EXTERNAL_ID_PREFIX = "shop2-"
    product = create_product(title="Hat", upc="123")
    assert external_id_for(product) == "shop2-123"


@pytest.mark.django_db
@given(odd_skus)
def test_all_further_names_are_safe_and_differ(sku: str) -> None:
    class Product:
        pk = 4711

    names = list(external_ids_for(Product(), sku))
    assert len(set(names)) == len(names) > 2
    for name in names:
        validate_external_id(name)
