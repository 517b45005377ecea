"""What part of a person an item is worn on, from the words of a catalogue."""

from __future__ import annotations

from typing import Any

import pytest
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar.catalogue.kinds import WORDS, kind_of
from genlook_oscar.conf import KINDS
from sandbox.demo.goods import ITEMS

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Straw hat", "face"),
        ("Round sunglasses", "face"),
        ("Breton tops", "top"),
        ("Oxford shirt", "top"),
        ("Shirt dress", "body"),
        ("Trench coat", "body"),
        ("Wide trousers", "legs"),
        ("Sommerkleider", "body"),
        ("Strohhut", "face"),
        ("Jeanshose, blau", "legs"),
        ("Jupe plissée", "legs"),
        ("Camicia di lino", "top"),
        ("فستان أحمر", "body"),
        ("What that cat sat on", "body"),
        ("", "body"),
    ],
)
def test_the_title_tells(title: str, kind: str) -> None:
    assert kind_of(create_product(title=title, product_class="Goods")) == kind


def test_of_a_title_that_says_nothing_class_and_categories_tell() -> None:
    assert kind_of(create_product(title="Ada", product_class="Hats")) == "face"
    product = create_product(title="Ada", product_class="Goods")
    category = get_model("catalogue", "Category").add_root(name="Trousers")
    product.categories.add(category)
    assert kind_of(product) == "legs"


def test_a_variant_is_what_its_parent_is() -> None:
    parent = create_product(title="Jeans", structure="parent", price=None)
    child = create_product(title="", structure="child", parent=parent)
    assert kind_of(child) == "legs"


def test_a_shop_has_words_of_its_own(settings: Any) -> None:
    settings.GENLOOK_KIND_WORDS = {"face": ["Fascinator"]}
    assert kind_of(create_product(title="Fascinators")) == "face"
    assert kind_of(create_product(title="Straw hat", product_class="Goods")) == "body"
    assert kind_of(create_product(title="Jeans")) == "legs"


def test_the_setting_knows_all_kinds() -> None:
    assert tuple(WORDS) == KINDS


def test_the_demo_shop_is_understood() -> None:
    titles = {item.title: kind_of(create_product(title=item.title)) for item in ITEMS}
    assert titles["Merino jumper"] == "top"
    assert set(titles.values()) == {"face", "top", "legs", "body"}
