from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar.catalogue.content import MAX_PICTURES, content_of
from genlook_oscar.catalogue.fingerprint import fingerprint
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

Product = get_model("catalogue", "Product")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductImage = get_model("catalogue", "ProductImage")


def add_picture(product: Any, name: str = "p.jpg", **values: Any) -> Any:
    file = ContentFile(picture(), name=name)
    return ProductImage.objects.create(product=product, original=file, **values)


def fresh(product: Any) -> Any:
    return Product.objects.get(pk=product.pk)


@pytest.fixture
def parent(make_product: Callable[..., Any]) -> Any:
    product = make_product("Lambswool jumper", structure="parent")
    product.description = "<p>Knitted in <b>Scotland</b>.</p>"
    product.save()
    for code, kind in (("colour", "text"), ("washable", "boolean"), ("size", "text")):
        ProductAttribute.objects.create(
            product_class=product.product_class, name=code.title(), code=code, type=kind
        )
    return product


def child_of(parent: Any, title: str = "", **attributes: Any) -> Any:
    child = create_product(structure="child", parent=parent, title=title)
    for code, value in attributes.items():
        setattr(child.attr, code, value)
    child.attr.save()
    return fresh(child)


def test_a_product_is_told_by_its_title_words_and_pictures(product: Any) -> None:
    product.description = "<h2>Cool</h2><p>Made of linen.</p>"
    product.save()
    content = content_of(product)
    assert content.title == "Linen shirt"
    assert content.description == "Cool\nMade of linen."
    assert [image.product_id for image in content.images] == [product.pk]


@pytest.mark.parametrize(
    ("title", "attributes", "told"),
    [
        ("", {"colour": "Rust"}, "Lambswool jumper, Colour: Rust"),
        ("Rust", {"colour": "Rust"}, "Lambswool jumper, Rust"),
        ("Rust", {"size": "S"}, "Lambswool jumper, Rust, Size: S"),
        ("Lambswool jumper in rust", {"colour": "Rust"}, "Lambswool jumper in rust"),
        ("", {}, "Lambswool jumper"),
    ],
)
def test_a_child_is_named_with_its_parent_and_what_sets_it_apart(
    parent: Any, title: str, attributes: dict[str, Any], told: str
) -> None:
    assert content_of(child_of(parent, title, **attributes)).title == told


def test_a_child_takes_from_its_parent_what_it_has_not(parent: Any) -> None:
    child = child_of(parent, colour="Oat")
    content = content_of(child)
    assert content.description == "Knitted in Scotland."
    assert [image.product_id for image in content.images] == [parent.pk]

    add_picture(child)
    child.description = "Oat flecks."
    child.save()
    content = content_of(fresh(child))
    assert content.description == "Oat flecks."
    assert [image.product_id for image in content.images] == [child.pk]


def test_a_missing_picture_is_none_and_not_a_stand_in(make_product: Callable[..., Any]) -> None:
    assert content_of(make_product(color=None)).images == ()


def test_pictures_come_in_the_shops_order_and_are_bounded(
    make_product: Callable[..., Any],
) -> None:
    product = make_product(color=None)
    last = add_picture(product, display_order=9)
    others = [add_picture(product, display_order=order) for order in (3, 1, 2, 0, 4)]
    in_order = sorted(others, key=lambda image: image.display_order)
    assert list(content_of(product).images) == in_order[:MAX_PICTURES]
    assert last not in content_of(product).images


def test_long_descriptions_end_at_a_word(product: Any) -> None:
    product.description = "linen " * 1000
    told = content_of(product).description
    assert 1900 < len(told) <= 2000
    assert told.endswith("linen…")


def test_what_is_told_does_not_depend_on_who_asks(parent: Any) -> None:
    child = child_of(parent, washable=True)
    with translation.override("de"):
        german, print_ = content_of(fresh(child)), fingerprint(fresh(child))
    assert german.title == content_of(fresh(child)).title == "Lambswool jumper, Washable: Yes"
    assert print_ == fingerprint(fresh(child))


def test_an_attribute_of_several_options_is_told(parent: Any) -> None:
    Group = get_model("catalogue", "AttributeOptionGroup")
    Option = get_model("catalogue", "AttributeOption")
    group = Group.objects.create(name="Patterns")
    options = [Option.objects.create(group=group, option=name) for name in ("dots", "stripes")]
    ProductAttribute.objects.create(
        product_class=parent.product_class,
        name="Pattern",
        code="pattern",
        type="multi_option",
        option_group=group,
    )
    child = child_of(parent, pattern=options)
    assert content_of(child).title == "Lambswool jumper, Pattern: dots, stripes"


def test_a_fingerprint_costs_one_query_and_three_for_a_child(
    parent: Any, product: Any, django_assert_num_queries: Any
) -> None:
    plain, child = fresh(product), child_of(parent, colour="Rust")
    with django_assert_num_queries(1):
        fingerprint(plain)
    with django_assert_num_queries(3):
        fingerprint(child)


def test_a_fingerprint_reads_no_file(product: Any) -> None:
    image = product.images.get()
    before = fingerprint(product)
    image.original.storage.delete(image.original.name)
    assert fingerprint(fresh(product)) == before


def test_a_fingerprint_changes_with_all_that_is_sent_and_with_nothing_else(
    product: Any, settings: Any
) -> None:
    seen = {fingerprint(product)}

    def changed() -> bool:
        before = len(seen)
        seen.add(fingerprint(fresh(product)))
        return len(seen) == before + 1

    assert not changed()
    Product.objects.filter(pk=product.pk).update(priority=5)
    assert not changed()
    Product.objects.filter(pk=product.pk).update(title="Linen blouse")
    assert changed()
    Product.objects.filter(pk=product.pk).update(description="Airy.")
    assert changed()
    second = add_picture(product, display_order=1)
    assert changed()
    ProductImage.objects.filter(product=product).exclude(pk=second.pk).update(display_order=2)
    assert changed()
    settings.GENLOOK_PRODUCT_IMAGES = "urls"
    assert changed()
    settings.GENLOOK_SITE_URL = "https://shop.example"
    assert changed()
    second.delete()
    assert changed()
    assert all(len(print_) == 64 for print_ in seen)
