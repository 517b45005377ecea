from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import OuterRef
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar.catalogue import rules
from genlook_oscar.catalogue.eligibility import verdict
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.models import ProductLink, Ready, Rule

pytestmark = pytest.mark.django_db

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")


@pytest.fixture
def tree() -> dict[str, Any]:
    """Clothes > Tops > Shirts, and Sale beside them."""
    clothes = Category.add_root(name="Clothes")
    tops = clothes.add_child(name="Tops")
    shirts = tops.add_child(name="Shirts")
    sale = Category.add_root(name="Sale")
    return {"clothes": clothes, "tops": tops, "shirts": shirts, "sale": sale}


def rule(category: Any, on: bool) -> None:
    Rule.objects.create(category=category, on=on)


def switch(product: Any, enabled: bool | None, **values: Any) -> None:
    link_for(product)
    ProductLink.objects.filter(product=product).update(enabled=enabled, **values)


def reason(product: Any, configuration: Any) -> str:
    return str(verdict(Product.objects.get(pk=product.pk), configuration).reason)


@pytest.mark.parametrize(
    ("told", "where", "expected"),
    [
        ({}, ["shirts"], "shown"),
        ({"clothes": False}, ["shirts"], "category_off"),
        ({"clothes": False, "tops": True}, ["shirts"], "shown"),
        ({"clothes": False, "tops": True, "shirts": False}, ["shirts"], "category_off"),
        ({"shirts": False}, ["tops"], "shown"),
        ({"sale": False}, ["shirts"], "shown"),
        ({"sale": False}, ["shirts", "sale"], "category_off"),
        # The deepest rule speaks for a product that is in several categories.
        ({"sale": False, "tops": True}, ["shirts", "sale"], "shown"),
        # Equally deep: off.
        ({"sale": False, "clothes": True}, ["shirts", "sale"], "category_off"),
    ],
)
def test_the_nearest_category_with_a_rule_decides(
    product: Any,
    configuration: Any,
    tree: dict[str, Any],
    told: dict[str, bool],
    where: list[str],
    expected: str,
) -> None:
    for name, on in told.items():
        rule(tree[name], on)
    product.categories.set([tree[name] for name in where])
    assert reason(product, configuration) == expected
    decided = rules.deciding_rule(product)
    assert (decided is None or decided.on) == (expected == "shown")


def test_categories_side_by_side_do_not_meet(product: Any, configuration: Any) -> None:
    """The path of the twelfth child begins like no other's."""
    parent = Category.add_root(name="All")
    children = [parent.add_child(name=f"C{number}") for number in range(12)]
    rule(children[0], False)
    for child in children:
        product.categories.set([child])
        expected = "category_off" if child == children[0] else "shown"
        assert reason(product, configuration) == expected


def test_the_class_counts_where_no_category_says_anything(
    product: Any, configuration: Any, tree: dict[str, Any]
) -> None:
    Rule.objects.create(product_class=product.product_class, on=False)
    product.categories.set([tree["shirts"]])
    assert reason(product, configuration) == "category_off"
    rule(tree["clothes"], True)
    assert reason(product, configuration) == "shown"


def test_the_products_own_switch_beats_all_rules(
    product: Any, configuration: Any, tree: dict[str, Any]
) -> None:
    product.categories.set([tree["shirts"]])
    rule(tree["shirts"], False)
    switch(product, True)
    assert reason(product, configuration) == "shown"
    Rule.objects.update(on=True)
    switch(product, False)
    assert reason(product, configuration) == "product_off"
    switch(product, None)
    assert reason(product, configuration) == "shown"


def test_a_variant_goes_by_its_parents_categories_and_class(
    make_product: Callable[..., Any], configuration: Any, tree: dict[str, Any]
) -> None:
    parent = make_product("Jumper", structure="parent")
    child = create_product(structure="child", parent=parent)
    parent.categories.set([tree["tops"]])
    rule(tree["clothes"], False)
    assert reason(child, configuration) == reason(parent, configuration) == "category_off"
    assert rules.deciding_rule(child) == Rule.objects.get()
    switch(parent, True)
    assert reason(child, configuration) == "shown"
    Rule.objects.all().delete()
    Rule.objects.create(product_class=parent.product_class, on=False)
    switch(parent, None)
    assert reason(child, configuration) == "category_off"


def test_one_variant_switched_on_opens_its_parents_page(
    make_product: Callable[..., Any], configuration: Any, tree: dict[str, Any]
) -> None:
    from tests.unit.catalogue.test_eligibility import add_picture

    parent = make_product("Jumper", structure="parent")
    child = create_product(structure="child", parent=parent)
    add_picture(child)
    parent.categories.set([tree["tops"]])
    rule(tree["tops"], False)
    switch(child, True)
    assert reason(child, configuration) == reason(parent, configuration) == "shown"
    parent.refresh_from_db()
    assert verdict(parent, configuration, itself=True).reason == "category_off"


@pytest.mark.parametrize("code", [code for code in Ready if code != Ready.NO_PICTURE])
def test_what_is_not_ready_has_no_button(product: Any, configuration: Any, code: Ready) -> None:
    blocked = code in (*rules.HARD, *rules.OVERRULED)
    switch(product, None, ready_code=code)
    assert reason(product, configuration) == ("not_ready" if blocked else "shown")
    switch(product, True, ready_code=code)
    assert reason(product, configuration) == ("not_ready" if code in rules.HARD else "shown")


def test_a_page_of_products_is_judged_in_one_query(
    make_product: Callable[..., Any],
    configuration: Any,
    tree: dict[str, Any],
    django_assert_num_queries: Any,
) -> None:
    parent = make_product("Jumper", color=None, structure="parent")
    made = [make_product(color=None) for _ in range(4)]
    made.append(create_product(structure="child", parent=parent))
    for product, names in zip(
        [*made[:4], parent], ("shirts", "sale", "tops", "sale", "shirts"), strict=True
    ):
        product.categories.set([tree[names]])
    rule(tree["clothes"], False)
    switch(made[0], True)
    switch(made[3], False)
    facts = rules.facts(OuterRef("pk"), OuterRef("parent_id"))
    page = Product.objects.filter(pk__in=[product.pk for product in made]).order_by("pk")
    with django_assert_num_queries(1):
        found = [rules.refusal(row) for row in page.annotate(**facts).values(*facts)]
    assert found == ["", "", "category_off", "product_off", "category_off"]
    alone = [
        rules.refusal(
            Product.objects.filter(pk=row.pk).values(**rules.facts(row.pk, row.parent_id)).get()
        )
        for row in page
    ]
    assert alone == found


def test_a_rule_is_for_one_category_or_one_class(product: Any, tree: dict[str, Any]) -> None:
    for values in ({}, {"category": tree["tops"], "product_class": product.product_class}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Rule.objects.create(on=False, **values)
