from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar.catalogue.content import pictures_of
from genlook_oscar.catalogue.fingerprint import fingerprint
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.catalogue.readiness import Kinds, look
from genlook_oscar.models import BLOCKING, WARNINGS, Configuration, ProductLink, Ready, Report
from tests.conftest import picture

pytestmark = pytest.mark.django_db

Category = get_model("catalogue", "Category")
Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")


@pytest.fixture(autouse=True)
def described(request: pytest.FixtureRequest) -> None:
    """Products here have a description unless a test takes it away."""
    if "product" in request.fixturenames:
        product = request.getfixturevalue("product")
        product.description = "<p>Cool and airy.</p>"
        product.save()


def add_picture(product: Any, content: bytes = b"", order: int = 0) -> Any:
    return ProductImage.objects.create(
        product=product,
        original=ContentFile(content or picture(), name=f"{product.pk}.jpg"),
        display_order=order,
    )


def reasons(product: Any, **kwargs: Any) -> list[str]:
    link = link_for(Product.objects.get(pk=product.pk))
    return list(look(link, Configuration.load(), **kwargs).reasons)


def test_a_product_that_is_ready(product: Any) -> None:
    assert reasons(product) == []
    link = ProductLink.objects.get()
    assert (link.ready_code, link.ready_reasons) == ("ready", [])
    assert link.checked_at is not None
    assert link.checked_content == fingerprint(product)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (None, "no_picture"),
        (b"no picture at all", "unreadable_picture"),
        (picture()[:900], "unreadable_picture"),
        (picture(size=(299, 900)), "small_picture"),
        (picture(size=(300, 300)), None),
    ],
)
def test_its_pictures(product: Any, content: bytes | None, code: str | None) -> None:
    product.images.all().delete()
    if content is not None:
        add_picture(product, content)
    assert reasons(product) == ([code] if code else [])


def test_one_readable_picture_suffices(product: Any) -> None:
    product.images.update(display_order=1)
    add_picture(product, b"broken")
    assert reasons(product) == []


def test_its_words(product: Any) -> None:
    Product.objects.update(title=" ", description="<p> </p>")
    assert reasons(product) == ["no_title", "no_description"]
    assert ProductLink.objects.get().ready_code == "no_title"


def test_a_variant_without_pictures_of_its_own(product: Any) -> None:
    parent = Product.objects.get(pk=product.pk)
    Product.objects.filter(pk=parent.pk).update(structure="parent")
    child = create_product(structure="child", parent=parent, title="")
    assert reasons(child) == ["shared_picture"]
    add_picture(child)
    assert reasons(child) == []


@pytest.mark.parametrize(
    ("name", "above", "unfit"),
    [
        ("Shoes", "", True),
        ("shoe care", "", True),
        ("Shoehorns", "", False),
        ("Running", "Women's SHOES", True),
        ("Gift cards", "", True),
        ("Dresses", "Clothes", False),
    ],
)
def test_kinds_that_genlook_does_not_do(product: Any, name: str, above: str, unfit: bool) -> None:
    category = Category.add_root(name=above or "Shop").add_child(name=name)
    product.categories.set([category])
    assert reasons(product) == (["wrong_kind"] if unfit else [])
    Configuration(unfit_kinds="").save()
    assert reasons(product) == []


def test_what_is_not_shipped_cannot_be_worn(product: Any) -> None:
    get_model("catalogue", "ProductClass").objects.update(requires_shipping=False)
    assert reasons(product) == ["wrong_kind"]


def test_too_many_bad_reports(product: Any) -> None:
    Configuration(bad_reports_limit=2).save()
    link = link_for(product)
    Report.objects.create(link=link, reason=Report.Reason.QUALITY, counts=True)
    assert reasons(product) == []
    Report.objects.create(link=link, reason=Report.Reason.BODY, counts=True)
    assert reasons(product) == ["bad_reports"]
    assert ProductLink.objects.get().bad_reports == 2
    Configuration(bad_reports_limit=0).save()
    assert reasons(product) == []


def test_files_are_read_only_when_something_has_changed(product: Any) -> None:
    assert reasons(product) == []
    image = product.images.get()
    image.original.storage.delete(image.original.name)
    assert reasons(product) == []
    assert reasons(product, anew=True) == ["unreadable_picture"]
    assert reasons(product) == ["unreadable_picture"]
    add_picture(product)
    assert reasons(product) == []


def test_a_hundred_products_need_the_kinds_only_once(
    make_product: Callable[..., Any], django_assert_max_num_queries: Any
) -> None:
    links = [link_for(make_product()) for _ in range(5)]
    configuration = Configuration.load()
    kinds = Kinds(configuration.unfit_kinds)
    for link in links:
        with django_assert_max_num_queries(7):
            look(
                ProductLink.objects.select_related("product").get(pk=link.pk), configuration, kinds
            )


def test_every_code_blocks_warns_or_is_good() -> None:
    others = {Ready.UNCHECKED, Ready.READY}
    assert set(Ready) == {*BLOCKING, *WARNINGS, *others}
    assert all(str(code.label) for code in Ready)


class TestChosenPictures:
    def test_the_merchant_chooses_and_orders_what_is_sent(self, product: Any) -> None:
        first = product.images.get()
        second, third = (add_picture(product, order=number) for number in (1, 2))
        link = link_for(product)
        before = fingerprint(product)
        ProductLink.objects.filter(pk=link.pk).update(pictures=[third.pk, first.pk])
        assert pictures_of(product) == (third, first)
        assert fingerprint(product) != before
        third.delete()
        assert pictures_of(product) == (first,)
        first.delete()
        assert pictures_of(product) == (second,)

    def test_another_products_picture_is_never_sent(
        self, product: Any, make_product: Callable[..., Any]
    ) -> None:
        other = make_product("Trousers", "#112233")
        link_for(product)
        ProductLink.objects.update(pictures=[other.images.get().pk])
        assert pictures_of(product) == tuple(product.images.all())

    def test_a_variant_may_be_shown_by_its_parents_pictures(
        self, make_product: Callable[..., Any], django_assert_num_queries: Any
    ) -> None:
        parent = make_product("Jumper", structure="parent")
        front = parent.images.get()
        back = add_picture(parent, order=1)
        child = create_product(structure="child", parent=parent)
        assert pictures_of(child) == (front, back)
        link_for(parent)
        ProductLink.objects.filter(product=parent).update(pictures=[back.pk])
        assert pictures_of(child) == (back,)
        own = add_picture(child)
        assert pictures_of(child) == (own,)
        link_for(child)
        ProductLink.objects.filter(product=child).update(pictures=[front.pk, own.pk])
        with django_assert_num_queries(1):
            assert pictures_of(child) == (front, own)
