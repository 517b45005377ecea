from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar.catalogue.eligibility import Reason, verdict
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.models import Configuration, ProductLink
from tests.conftest import picture

pytestmark = pytest.mark.django_db

Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")


def fresh(product: Any) -> Any:
    return Product.objects.get(pk=product.pk)


def switch_off(product: Any) -> None:
    link = link_for(product)
    ProductLink.objects.filter(pk=link.pk).update(enabled=False)


def add_picture(product: Any) -> None:
    ProductImage.objects.create(
        product=product, original=ContentFile(picture(), name=f"{product.pk}.jpg")
    )


def user(name: str, **values: Any) -> Any:
    return get_user_model().objects.create_user(name, f"{name}@example.com", "x", **values)


def people() -> dict[str, Any]:
    return {
        "nobody": None,
        "guest": AnonymousUser(),
        "customer": user("customer"),
        "staff": user("staff", is_staff=True),
    }


def test_a_public_product_with_a_picture_is_shown(product: Any, configuration: Any) -> None:
    for person in people().values():
        answer = verdict(product, configuration, user=person)
        assert answer.shown
        assert answer.reason == Reason.SHOWN == "shown"


@pytest.mark.parametrize(
    ("audience", "reasons"),
    [
        ("everyone", {"guest": "shown", "customer": "shown", "staff": "shown"}),
        ("customers", {"guest": "sign_in_first", "customer": "shown", "staff": "shown"}),
        ("staff", {"guest": "staff_only", "customer": "staff_only", "staff": "shown"}),
    ],
)
def test_the_merchant_says_who_may(
    product: Any, configuration: Any, audience: str, reasons: dict[str, str]
) -> None:
    configuration.audience = audience
    users = people()
    found = {name: verdict(product, configuration, user=users[name]).reason for name in reasons}
    assert found == reasons
    assert verdict(product, configuration).reason == reasons["guest"]


def test_a_staff_member_who_left_is_a_customer(product: Any, configuration: Any) -> None:
    configuration.audience = "staff"
    former = user("former", is_staff=True, is_active=False)
    assert verdict(product, configuration, user=former).reason == "staff_only"


def test_off_for_all(product: Any, configuration: Any, django_assert_num_queries: Any) -> None:
    configuration.enabled = False
    with django_assert_num_queries(0):
        assert verdict(product, configuration).reason == "off"


def test_a_shop_that_was_never_configured_is_off(product: Any) -> None:
    assert not Configuration.objects.exists()
    answer = verdict(product)
    assert (answer.reason, answer.configuration.enabled) == ("off", False)


def test_without_api_key_there_is_no_button(
    product: Any, configuration: Any, settings: Any
) -> None:
    settings.GENLOOK_API_KEY = ""
    answer = verdict(product, configuration)
    assert answer.reason == "not_configured"
    assert "GENLOOK_API_KEY" in answer.explanation


def test_a_product_can_be_switched_off(product: Any, configuration: Any) -> None:
    switch_off(product)
    assert verdict(product, configuration).reason == "product_off"


def test_without_picture_there_is_nothing_to_try_on(
    make_product: Callable[..., Any], configuration: Any
) -> None:
    assert verdict(make_product(color=None), configuration).reason == "no_picture"


def test_what_is_not_public_is_for_staff_only(product: Any, configuration: Any) -> None:
    Product.objects.update(is_public=False)
    users = people()
    for name in ("nobody", "guest", "customer"):
        assert verdict(fresh(product), configuration, user=users[name]).reason == "not_public"
    assert verdict(fresh(product), configuration, user=users["staff"]).shown


def test_links_of_deleted_products_do_not_count(product: Any, configuration: Any) -> None:
    ProductLink.objects.create(external_id="gone", enabled=False)
    assert verdict(product, configuration).shown


class TestVariants:
    @pytest.fixture
    def parent(self, make_product: Callable[..., Any]) -> Any:
        return make_product("Jumper", color=None, structure="parent")

    @pytest.fixture
    def children(self, parent: Any) -> list[Any]:
        return [create_product(structure="child", parent=parent) for _ in range(2)]

    def test_a_child_falls_back_to_its_parents_picture(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        assert verdict(fresh(children[0]), configuration).reason == "no_picture"
        add_picture(parent)
        assert verdict(fresh(children[0]), configuration).shown

    def test_a_parent_is_shown_when_one_child_can_be_tried_on(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        assert verdict(fresh(parent), configuration).reason == "no_picture"
        add_picture(children[1])
        assert verdict(fresh(parent), configuration).shown
        assert verdict(fresh(parent), configuration, itself=True).reason == "no_picture"
        switch_off(children[1])
        assert verdict(fresh(parent), configuration).reason == "no_picture"

    def test_a_child_that_is_not_public_does_not_count(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        add_picture(children[1])
        Product.objects.filter(pk=children[1].pk).update(is_public=False)
        assert verdict(fresh(parent), configuration).reason == "no_picture"

    def test_a_parent_with_a_picture_counts_itself(self, parent: Any, configuration: Any) -> None:
        add_picture(parent)
        assert verdict(fresh(parent), configuration).shown
        assert verdict(fresh(parent), configuration, itself=True).shown

    def test_all_children_off_is_the_parent_off(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        add_picture(parent)
        switch_off(children[0])
        assert verdict(fresh(parent), configuration).shown
        switch_off(children[1])
        assert verdict(fresh(parent), configuration).reason == "product_off"

    def test_a_parent_switched_off_takes_its_children_along(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        add_picture(parent)
        switch_off(parent)
        for product in (parent, *children):
            assert verdict(fresh(product), configuration).reason == "product_off"

    def test_a_child_of_a_parent_that_is_not_public(
        self, parent: Any, children: list[Any], configuration: Any
    ) -> None:
        add_picture(parent)
        Product.objects.filter(pk=parent.pk).update(is_public=False)
        assert verdict(fresh(children[0]), configuration).reason == "not_public"

    def test_one_query_whatever_the_product(
        self,
        parent: Any,
        children: list[Any],
        product: Any,
        configuration: Any,
        django_assert_num_queries: Any,
    ) -> None:
        for one in map(fresh, (parent, children[0], product)):
            with django_assert_num_queries(1):
                alone = verdict(one)
            with django_assert_num_queries(1):
                given = verdict(one, configuration)
            assert alone == given
            assert alone.configuration == configuration


def test_every_reason_is_explained_in_a_sentence() -> None:
    for reason in Reason:
        assert str(reason.label).endswith(".")
