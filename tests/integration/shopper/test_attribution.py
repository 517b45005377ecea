"""Which purchases follow a try-on: through Oscar's own basket, orders and signals."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from oscar.apps.basket.signals import basket_addition
from oscar.apps.checkout.signals import post_checkout
from oscar.apps.order.signals import order_placed
from oscar.apps.partner.strategy import Default
from oscar.core.loading import get_model
from oscar.test.factories import create_order

from genlook_oscar import clock, receivers
from genlook_oscar.insight.conversion import conversion
from genlook_oscar.insight.period import Period
from genlook_oscar.insight.shares import Share
from genlook_oscar.models import Attribution, Shopper, TryOn
from genlook_oscar.shopper.adoption import adopt
from genlook_oscar.shopper.erasure import erase_shopper
from genlook_oscar.shopper.identity import SESSION_KEY
from tests.rows import Status, add_tryon

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

BASKET, ORDER = Attribution.Kind.BASKET, Attribution.Kind.ORDER


def tried(shopper: Shopper, product: Any, status: str = Status.COMPLETED, days: float = 1) -> Any:
    tryon = add_tryon(clock.now() - timedelta(days=days), status, product=product)
    TryOn.objects.filter(pk=tryon.pk).update(shopper=shopper)
    return tryon


def browser(shopper: Shopper) -> Client:
    """The browser of a guest who has tried something on."""
    client = Client()
    session = client.session
    session[SESSION_KEY] = str(shopper.key)
    session.save()
    return client


def put_into_basket(client: Client, product: Any) -> Any:
    answer = client.post(
        reverse("basket:add", kwargs={"pk": product.pk}), {"quantity": 1, "action": "add"}
    )
    assert answer.status_code == 302
    return get_model("basket", "Basket").objects.order_by("-pk").first()


def ordered(product: Any, user: Any = None, basket: Any = None) -> Any:
    basket = basket or get_model("basket", "Basket").objects.create(owner=user)
    basket.strategy = Default()
    if not basket.lines.exists():
        basket.add_product(product)
    return create_order(basket=basket, user=user, number=uuid.uuid4().hex[:12])


@pytest.fixture
def guest() -> Shopper:
    return Shopper.objects.create()


@pytest.fixture
def customer() -> Shopper:
    user = get_user_model().objects.create_user("ada", "ada@example.com", "pass")
    return Shopper.objects.create(user=user)


class TestBasket:
    def test_what_was_tried_on_before_is_written_down_once(
        self, guest: Shopper, product: Any
    ) -> None:
        tryon = tried(guest, product)
        client = browser(guest)
        basket = put_into_basket(client, product)
        put_into_basket(client, product)
        row = Attribution.objects.get()
        assert (row.kind, row.tryon, row.shopper) == (BASKET, tryon, guest)
        assert (row.tried, row.basket) == (product, basket)

    def test_what_was_not_is_nobodys_business(
        self, guest: Shopper, product: Any, make_product: Callable[..., Any]
    ) -> None:
        tried(guest, make_product("Hat"))
        tried(guest, product, Status.FAILED)
        tried(guest, product, Status.GENERATING)
        tried(guest, product, days=8)
        TryOn.objects.filter(pk=tried(guest, product).pk).update(hidden_at=clock.now())
        tried(Shopper.objects.create(), product)
        put_into_basket(browser(guest), product)
        put_into_basket(Client(), product)
        assert not Attribution.objects.exists()

    def test_another_variant_counts_and_the_very_product_goes_first(
        self, guest: Shopper, make_product: Callable[..., Any]
    ) -> None:
        parent = make_product("Jumper", color=None, structure="parent")
        red, blue = (
            make_product(f"Jumper, {name}", color=None, structure="child", parent=parent)
            for name in ("red", "blue")
        )
        of_red = tried(guest, red, days=2)
        of_parent = tried(guest, parent, days=1)
        client = browser(guest)
        put_into_basket(client, blue)
        assert [row.tryon for row in Attribution.objects.all()] == [of_parent]
        put_into_basket(client, red)
        assert {row.tryon for row in Attribution.objects.all()} == {of_parent, of_red}

    def test_the_days_are_a_setting(self, guest: Shopper, product: Any, settings: Any) -> None:
        settings.GENLOOK_ATTRIBUTION_DAYS = 30
        tried(guest, product, days=29)
        put_into_basket(browser(guest), product)
        assert Attribution.objects.count() == 1


class TestOrder:
    def test_a_customers_order_is_known_by_the_customer(
        self, customer: Shopper, product: Any
    ) -> None:
        tryon = tried(customer, product)
        order = ordered(product, customer.user)
        row = Attribution.objects.get()
        assert (row.kind, row.tryon, row.line) == (ORDER, tryon, order.lines.get())
        order_placed.send(sender=None, order=order, user=customer.user)
        assert Attribution.objects.count() == 1

    def test_a_guests_by_her_basket(self, guest: Shopper, product: Any) -> None:
        tried(guest, product)
        basket = put_into_basket(browser(guest), product)
        ordered(product, basket=basket)
        assert set(Attribution.objects.values_list("kind", flat=True)) == {BASKET, ORDER}

    def test_or_by_her_session_where_she_tried_on_what_lay_in_the_basket_before(
        self, guest: Shopper, product: Any
    ) -> None:
        order = ordered(product)
        tried(guest, product)
        assert not Attribution.objects.exists()
        request = RequestFactory().get("/")
        request.session = {SESSION_KEY: str(guest.key)}  # type: ignore[assignment]
        post_checkout.send(sender=None, order=order, user=None, request=request, response=None)
        assert Attribution.objects.get().kind == ORDER

    def test_an_order_of_somebody_else_is_not_hers(self, guest: Shopper, product: Any) -> None:
        tried(guest, product)
        ordered(product)
        assert not Attribution.objects.exists()


class TestTheShopNeverSuffers:
    def test_receivers_swallow_and_log(self, caplog: pytest.LogCaptureFixture) -> None:
        request: Any = SimpleNamespace(
            session={SESSION_KEY: str(uuid.uuid4())}, basket=SimpleNamespace(pk=1)
        )
        receivers.note_basket(request=request, product=object())
        receivers.note_order(order=object(), user=None)
        assert [record.message for record in caplog.records] == [
            "note_basket failed and was left out.",
            "note_order failed and was left out.",
        ]

    def test_they_cost_nothing_or_one_query_where_nobody_tried_on(
        self, product: Any, customer: Shopper
    ) -> None:
        order = ordered(product)
        request = RequestFactory().get("/")
        request.session = {}  # type: ignore[assignment]
        for signal, values, cost in (
            (basket_addition, {"request": request, "product": product}, 0),
            (order_placed, {"order": order}, 1),
        ):
            with CaptureQueriesContext(connection) as queries:
                signal.send(sender=None, user=customer.user, **values)
            assert len([one for one in queries if "genlook" in one["sql"]]) == cost


class TestErasure:
    def test_it_goes_with_what_she_has_erased(self, guest: Shopper, product: Any) -> None:
        tried(guest, product)
        client = browser(guest)
        basket = put_into_basket(client, product)
        erase_shopper(guest)
        assert not Attribution.objects.exists()
        # And what she buys afterwards is not tied to what she has erased.
        put_into_basket(client, product)
        ordered(product, basket=basket)
        assert not Attribution.objects.exists()

    def test_it_goes_with_her_and_with_her_try_on(self, customer: Shopper, product: Any) -> None:
        tryon = tried(customer, product)
        order = ordered(product, customer.user)
        tryon.delete()
        assert not Attribution.objects.exists()
        tried(customer, product)
        order_placed.send(sender=None, order=order, user=customer.user)
        customer.delete()
        assert not Attribution.objects.exists()
        assert order.lines.exists()

    def test_a_guest_who_signs_in_brings_it_along(
        self, guest: Shopper, customer: Shopper, product: Any
    ) -> None:
        tried(guest, product)
        put_into_basket(browser(guest), product)
        adopt(guest.key, customer.user)
        assert Attribution.objects.get().shopper == customer


def test_shares_are_of_shoppers_not_of_try_ons(
    guest: Shopper, customer: Shopper, product: Any, make_product: Callable[..., Any]
) -> None:
    hat = make_product("Hat")
    for _ in range(3):
        tried(customer, product)
    tried(customer, hat)
    tried(guest, product)
    ordered(product, customer.user)
    ordered(hat, customer.user)
    put_into_basket(browser(guest), product)
    period = Period.last(3)
    found = conversion(period, 2)
    assert (found.basket, found.order) == (Share(1, 2), Share(1, 2))
    assert found.sold == [("GBP", Decimal(78))]
    of_hat = get_model("catalogue", "Product").objects.filter(pk=hat.pk)
    found = conversion(period, 1, of_hat)
    assert (found.basket, found.order) == (Share(0, 1), Share(1, 1))
    assert found.sold == [("GBP", Decimal(39))]
    assert conversion(Period.last(1), 0).order == Share(0, 0)
