"""How much a shopper, a network and the whole shop may use, and what she is told."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from oscar.core.loading import get_model

from genlook_oscar.engine import workers
from genlook_oscar.engine.health import health
from genlook_oscar.models import Account, Configuration, Counter, TryOn
from genlook_oscar.visitor import PROXIED

from .conftest import HTML, Visitor, broken_photo, photo_file

pytestmark = [pytest.mark.anydb, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def shop_time(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture
def limit(configuration: Any) -> Any:
    def act(**values: Any) -> None:
        Configuration.objects.update(**values)

    return act


@pytest.fixture
def goods(make_product: Any) -> list[Any]:
    return [make_product(f"Shirt {number}") for number in range(6)]


def page(visitor: Visitor, product: Any) -> Any:
    answer = visitor.client.get(product.get_absolute_url())
    return BeautifulSoup(answer.content, "html.parser")


def credits() -> dict[str, int]:
    found = Counter.objects.filter(name__startswith="credit:")
    return {name.count("-"): used for name, used in found.values_list("name", "used")}


def refused(answer: Any, code: str, status: int = 429) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert int(answer.headers["Retry-After"]) > 0
    (detail,) = answer.json()["details"]
    assert detail["until"]
    found: dict[str, Any] = answer.json()
    return found


class TestPerShopper:
    def test_a_guest_has_so_many_a_day(
        self, visitor: Visitor, goods: list[Any], limit: Any, pass_time: Any
    ) -> None:
        limit(guest_tryons_per_day=2)
        photo = visitor.photo()
        for product in goods[:2]:
            assert visitor.start(product, photo).status_code == 202
        said = refused(visitor.start(goods[2], photo), "limit_reached")
        assert said["message"] == (
            "You have used your try-ons for today. You can try on again from midnight. "
            "Signed-in customers can go on."
        )
        found = page(visitor, goods[2])
        assert found.select("genlook-try-on") == []
        assert "from midnight" in found.select_one(".genlook-instead").get_text()
        assert found.select_one(".genlook-instead a")["href"].startswith("/accounts/login/?next=/")
        pass_time(days=1)
        workers.sign()
        assert page(visitor, goods[2]).select("genlook-try-on")
        assert visitor.start(goods[2], photo).status_code == 202

    def test_deleting_cookies_does_not_begin_anew(
        self, visitor: Visitor, goods: list[Any], limit: Any
    ) -> None:
        limit(guest_tryons_per_day=2, network_tryons_per_day=3)
        photo = visitor.photo()
        for product in goods[:2]:
            visitor.start(product, photo)
        visitor.client = Client()
        photo = visitor.photo()
        assert visitor.start(goods[0], photo).status_code == 202
        refused(visitor.start(goods[1], photo), "network_limit")
        visitor.client = Client(REMOTE_ADDR="198.51.100.4")
        assert visitor.start(goods[1], visitor.photo()).status_code == 202

    @pytest.mark.parametrize("header", PROXIED)
    @pytest.mark.parametrize(
        ("address", "warned"), [("8.8.8.8", False), ("127.0.0.1", True), ("", True)]
    )
    def test_no_header_makes_a_guest_another(
        self,
        visitor: Visitor,
        goods: list[Any],
        limit: Any,
        header: str,
        address: str,
        warned: bool,
    ) -> None:
        limit(network_tryons_per_day=2)
        said = []
        for number, product in enumerate(goods[:4]):
            forged = {header: f"198.51.{number}.4"} if number else {}
            visitor.client = Client(REMOTE_ADDR=address, headers=forged)
            said.append(visitor.start(product, visitor.photo()).status_code)
        assert said == [202, 202, 429, 429]
        found = {finding.code for finding in health().findings}
        assert ("network_unknown" in found) == warned

    def test_who_comes_past_the_proxy_shares_one_networks_limit(
        self, visitor: Visitor, goods: list[Any], limit: Any, settings: Any
    ) -> None:
        settings.GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"
        limit(network_tryons_per_day=2)
        said = []
        for number, product in enumerate(goods[:3]):
            visitor.client = Client(REMOTE_ADDR=f"198.51.{number}.4")
            said.append(visitor.start(product, visitor.photo()).status_code)
        assert said == [202, 202, 429]
        (found,) = [one for one in health().findings if one.code == "network_unknown"]
        assert "GENLOOK_TRUSTED_PROXIES" in str(found.advice)

    def test_customers_have_their_own_and_buyers_more(
        self, customer: Visitor, goods: list[Any], limit: Any, django_user_model: Any
    ) -> None:
        limit(
            guest_tryons_per_day=1,
            network_tryons_per_day=2,
            customer_tryons_per_day=2,
            buyer_extra_per_day=1,
        )
        photo = customer.photo()
        for product in goods[:2]:
            assert customer.start(product, photo).status_code == 202
        said = refused(customer.start(goods[2], photo), "network_limit")
        assert "ign" not in said["message"]
        limit(new_customers_with_network=False)
        said = refused(customer.start(goods[2], photo), "limit_reached")
        assert "Signed-in" not in said["message"]
        assert page(customer, goods[2]).select("genlook-try-on") == []
        get_model("order", "Order").objects.create(
            number="1",
            user=django_user_model.objects.get(username="ada"),
            total_incl_tax=1,
            total_excl_tax=1,
        )
        assert page(customer, goods[2]).select("genlook-try-on")
        limit(new_customers_with_network=True)
        assert customer.start(goods[2], photo).status_code == 202
        refused(customer.start(goods[3], photo), "limit_reached")

    def test_what_exists_already_is_given_beyond_the_limit(
        self, visitor: Visitor, goods: list[Any], limit: Any, finished: Any
    ) -> None:
        limit(guest_tryons_per_day=1)
        photo = visitor.photo()
        done = finished(visitor, goods[0], photo=photo)
        answer = visitor.start(goods[0], photo)
        assert (answer.status_code, answer.json()["id"]) == (200, str(done.pk))
        assert visitor.page(f"/try-on/room/{goods[1].pk}/").status_code == 200

    def test_a_failure_is_given_back(
        self, visitor: Visitor, goods: list[Any], limit: Any, emulator: Any, drain: Any
    ) -> None:
        limit(guest_tryons_per_day=1, budget_per_day=5)
        photo = visitor.photo()
        emulator.control.fault("fail", times=1)
        assert visitor.start(goods[0], photo).status_code == 202
        assert credits() == {2: 1, 1: 1}
        drain()
        assert TryOn.objects.get().status == TryOn.Status.FAILED
        counters = Counter.objects.exclude(name__startswith="upload:")
        assert set(counters.values_list("used", flat=True)) == {0}
        assert visitor.start(goods[1], photo).status_code == 202

    def test_what_she_takes_back_in_time_is_given_back(
        self, visitor: Visitor, goods: list[Any], limit: Any
    ) -> None:
        limit(guest_tryons_per_day=1)
        photo = visitor.photo()
        address = visitor.start(goods[0], photo).json()["url"]
        assert visitor.send("delete", address).status_code == 204
        assert visitor.start(goods[1], photo).status_code == 202

    def test_so_many_at_the_same_time(
        self, visitor: Visitor, goods: list[Any], limit: Any, emulator: Any, drain: Any
    ) -> None:
        limit(guest_tryons_at_once=2)
        photo = visitor.photo()
        for product in goods[:2]:
            assert visitor.start(product, photo).status_code == 202
        said = refused(visitor.start(goods[2], photo), "too_many_at_once")
        assert "Your other try-ons are still being made." in said["message"]
        drain()
        assert visitor.start(goods[2], photo).status_code == 202

    def test_so_many_photos(self, visitor: Visitor, limit: Any, pass_time: Any) -> None:
        limit(guest_uploads_per_hour=2, guest_uploads_per_day=3)
        assert visitor.upload(photo_file("#111111")).status_code == 201
        # What is refused by its first bytes costs nothing, and what has to be read does.
        visitor.upload(photo_file("#111111", kind="GIF"))
        assert visitor.upload(broken_photo()).json()["code"] == "photo_damaged"
        said = refused(visitor.upload(photo_file("#222222")), "too_many_photos")
        assert "You have added many photos." in said["message"]
        pass_time(hours=1)
        assert visitor.upload(photo_file("#222222")).status_code == 201
        refused(visitor.upload(photo_file("#333333")), "too_many_photos")

    def test_without_script_it_is_told_on_the_form(
        self, visitor: Visitor, goods: list[Any], limit: Any
    ) -> None:
        limit(guest_tryons_per_day=1)
        photo = visitor.photo()
        visitor.start(goods[0], photo)
        answer = visitor.submit(
            f"/try-on/new/{goods[1].pk}/", {"photo": photo, "product": goods[1].pk}
        )
        assert "from midnight" in answer.content.decode()


class TestNewCustomers:
    """An account is made in seconds, by anybody: it alone goes past no network's limit."""

    @pytest.fixture
    def register(self, on_commit: Any, django_user_model: Any) -> Any:
        def act(name: str, **more: Any) -> Visitor:
            user = django_user_model.objects.create_user(name, f"{name}@example.com", "secret-1")
            visitor = Visitor(on_commit, Client(**more))
            visitor.client.force_login(user)
            return visitor

        return act

    def test_share_the_limit_of_guests(
        self, visitor: Visitor, register: Any, goods: list[Any], limit: Any
    ) -> None:
        limit(network_tryons_per_day=2, customer_tryons_per_day=9)
        assert visitor.start(goods[0], visitor.photo()).status_code == 202
        ada, eve = register("ada"), register("eve")
        assert ada.start(goods[0], ada.photo()).status_code == 202
        said = refused(eve.start(goods[0], eve.photo()), "network_limit")
        assert said["message"] == (
            "Too many try-ons have been made from your network today. "
            "You can try on again from midnight."
        )
        found = page(eve, goods[1])
        assert found.select("genlook-try-on") == []
        assert "from your network" in found.select_one(".genlook-instead").get_text()
        eve.client.defaults["REMOTE_ADDR"] = "198.51.100.4"
        assert eve.start(goods[0], eve.photo()).status_code == 202
        counted = TryOn.objects.order_by("created_at").values_list("counted_as", flat=True)
        assert list(counted) == ["guest", "new", "new"]

    def test_a_guest_who_has_tried_nothing_is_told_so(
        self, visitor: Visitor, stranger: Visitor, goods: list[Any], limit: Any
    ) -> None:
        limit(network_tryons_per_day=1)
        stranger.start(goods[0], stranger.photo())
        said = refused(visitor.start(goods[0], visitor.photo()), "network_limit")
        assert said["message"].startswith("Too many try-ons have been made from your network")
        assert said["message"].endswith("If you have ordered here before, sign in to go on.")
        limit(new_customers_with_network=False)
        said = refused(visitor.start(goods[0], visitor.photo()), "network_limit")
        assert said["message"].endswith("Signed-in customers can go on.")

    @pytest.mark.parametrize("known", ["order", "staff", "vouched", "switch"])
    def test_known_ones_do_not_mind_a_crowd(
        self,
        visitor: Visitor,
        register: Any,
        goods: list[Any],
        limit: Any,
        known: str,
        django_user_model: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        limit(network_tryons_per_day=1, network_uploads_per_day=1)
        visitor.start(goods[0], visitor.photo())
        ada = register("ada")
        refused(ada.upload(), "network_photos")
        user = django_user_model.objects.get(username="ada")
        if known == "order":
            order = {"number": "1", "total_incl_tax": 1, "total_excl_tax": 1}
            get_model("order", "Order").objects.create(user=user, **order)
        elif known == "staff":
            django_user_model.objects.filter(pk=user.pk).update(is_staff=True)
        elif known == "vouched":
            monkeypatch.setattr("genlook_oscar.visitor.vouchers", [lambda one: one.pk == user.pk])
        else:
            limit(new_customers_with_network=False)
        assert ada.start(goods[0], ada.photo()).status_code == 202
        assert page(ada, goods[1]).select("genlook-try-on")
        assert TryOn.objects.get(shopper__user=user).counted_as == "customer"

    def test_what_vouches_and_fails_vouches_for_nobody(
        self,
        register: Any,
        goods: list[Any],
        limit: Any,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr("genlook_oscar.visitor.vouchers", [lambda one: 1 / 0])
        ada = register("ada")
        assert ada.start(goods[0], ada.photo()).status_code == 202
        assert TryOn.objects.get().counted_as == "new"
        assert "is_vouched_for failed" in caplog.text

    def test_the_merchant_sees_which_it_was(
        self, register: Any, goods: list[Any], admin_client: Client, limit: Any
    ) -> None:
        ada = register("ada")
        row = ada.tryon(goods[0])
        for address in (
            f"/admin/genlook_oscar/tryon/{row.pk}/change/",
            f"/admin/genlook_oscar/shopper/{row.shopper_id}/change/",
        ):
            said = admin_client.get(address).content.decode()
            assert "a new customer, with their network" in said
        limit(new_customers_with_network=False)
        assert "a new customer" not in admin_client.get(address).content.decode()
        listed = admin_client.get("/admin/genlook_oscar/tryon/?counted_as__exact=guest")
        assert "0 try-ons" in listed.content.decode()


class TestBudget:
    def test_the_shop_spends_no_more_than_it_wants(
        self, visitor: Visitor, stranger: Visitor, goods: list[Any], limit: Any, pass_time: Any
    ) -> None:
        limit(budget_per_day=1, budget_per_month=2)
        assert visitor.start(goods[0], visitor.photo()).status_code == 202
        assert credits() == {2: 1, 1: 1}
        said = refused(stranger.start(goods[0], stranger.photo()), "budget_spent", 503)
        assert said["message"].startswith("The fitting room is closed for now.")
        found = page(stranger, goods[0])
        assert "from midnight" in found.select_one(".genlook-instead").get_text()
        pass_time(days=1)
        workers.sign()
        assert stranger.start(goods[0], stranger.photo()).status_code == 202
        pass_time(days=1)
        workers.sign()
        refused(stranger.start(goods[1], stranger.photo()), "budget_spent", 503)

    def test_it_may_hide_the_button(self, visitor: Visitor, goods: list[Any], limit: Any) -> None:
        limit(budget_per_day=1, budget_spent="hide")
        visitor.start(goods[0], visitor.photo())
        found = page(visitor, goods[1])
        assert found.select("genlook-try-on, .genlook-instead") == []

    def test_customers_may_go_beyond_it(
        self, visitor: Visitor, customer: Visitor, goods: list[Any], limit: Any
    ) -> None:
        limit(budget_per_day=1, budget_spent="customers")
        photo = visitor.photo()
        assert visitor.start(goods[0], photo).status_code == 202
        refused(visitor.start(goods[1], photo), "budget_spent", 503)
        assert "Sign in" in page(visitor, goods[1]).select_one(".genlook-instead").get_text()
        assert customer.start(goods[0], customer.photo()).status_code == 202
        assert credits() == {2: 2, 1: 2}

    def test_a_budget_set_at_noon_knows_the_morning(
        self, visitor: Visitor, goods: list[Any], limit: Any, emulator: Any, drain: Any
    ) -> None:
        photo = visitor.photo()
        for product in goods[:2]:
            visitor.start(product, photo)
        drain()
        limit(budget_per_day=3)
        assert visitor.start(goods[2], photo).status_code == 202
        assert credits() == {2: 3, 1: 3}
        refused(visitor.start(goods[3], photo), "budget_spent", 503)

    def test_a_budget_cleared_and_set_again_knows_what_came_between(
        self, visitor: Visitor, goods: list[Any], limit: Any
    ) -> None:
        photo = visitor.photo()
        for number, budget in enumerate([5, None, None, 4, 4]):
            limit(budget_per_day=budget, budget_per_month=budget)
            said = visitor.start(goods[number], photo).status_code
            assert said == (202 if number < 4 else 503)
        assert credits() == {2: 4, 1: 4}

    def test_a_picture_costs_one_and_the_same_again_nothing(
        self, visitor: Visitor, goods: list[Any], limit: Any, finished: Any
    ) -> None:
        limit(budget_per_month=5)
        photo = visitor.photo()
        done = finished(visitor, goods[0], photo=photo)
        assert visitor.start(goods[0], photo).json()["reused"]
        assert (credits(), done.counted) == ({2: 1, 1: 1}, "")


class TestCost:
    EVERYTHING = {
        "guest_tryons_per_day": 10,
        "guest_tryons_at_once": 3,
        "network_tryons_per_day": 30,
        "customer_tryons_per_day": 30,
        "customer_tryons_at_once": 5,
        "budget_per_day": 100,
        "budget_per_month": 1000,
    }

    @pytest.mark.parametrize("name", ["visitor", "customer"])
    @pytest.mark.parametrize("kind", ["standalone", "child"])
    def test_a_click_with_all_limits(
        self, request: Any, name: str, kind: str, make_product: Any, limit: Any, at_most: Any
    ) -> None:
        limit(**self.EVERYTHING)
        who = request.getfixturevalue(name)
        photo = who.photo()
        family: dict[str, Any] = {}
        if kind == "child":
            family = {"structure": kind, "parent": make_product("Jumper", structure="parent")}
        first, product = make_product("First"), make_product(**family)
        who.page(f"/try-on/room/{product.pk}/")
        who.start(first, photo)
        with at_most(12):
            assert who.start(product, photo).status_code == 202

    def test_the_first_click_of_the_day(
        self, visitor: Visitor, product: Any, limit: Any, at_most: Any
    ) -> None:
        limit(**self.EVERYTHING)
        photo = visitor.photo()
        visitor.page(f"/try-on/room/{product.pk}/")
        Account.take_watch(50)
        with at_most(12):
            assert visitor.start(product, photo).status_code == 202

    def test_the_product_page_asks_once(
        self, visitor: Visitor, product: Any, limit: Any, at_most: Any
    ) -> None:
        limit(**self.EVERYTHING)
        visitor.photo()
        visitor.client.get(product.get_absolute_url())
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            visitor.client.get(product.get_absolute_url(), headers={"Accept": HTML})
        assert len([query for query in queries if "genlook" in query["sql"]]) == 1
