"""Counters with a limit, and the names under which things are counted."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.test import RequestFactory

from genlook_oscar import clock, visitor
from genlook_oscar.models import Configuration, Counter, Spent, allowance
from genlook_oscar.models.allowance import Allowance
from genlook_oscar.visitor import UNKNOWN, Visitor

LATER = datetime(2030, 1, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 28, 22, 30, tzinfo=timezone.utc)
GUEST = uuid.UUID(int=7)


def used() -> dict[str, int]:
    return dict(Counter.objects.values_list("name", "used"))


def read(*allowances: Allowance) -> list[Allowance]:
    """As the resolver hands them on: with what is counted already."""
    counted = used()
    return [Allowance(a.name, a.limit, a.until, counted.get(a.name), a.first) for a in allowances]


@pytest.mark.django_db
class TestTaking:
    A = Allowance("a", 2, LATER)
    B = Allowance("b", 1, LATER)
    FREE = Allowance("free", None, LATER)

    def test_counts_up_to_the_limit(self) -> None:
        for _ in range(2):
            assert Counter.objects.take(read(self.A)) == "a"
        with pytest.raises(Spent) as refused:
            Counter.objects.take(read(self.A))
        assert refused.value.allowance is not None
        assert (refused.value.allowance.name, used()) == ("a", {"a": 2})

    def test_counts_all_or_nothing_and_names_what_is_spent(self) -> None:
        assert Counter.objects.take(read(self.B, self.A, self.FREE)) == "a b free"
        with pytest.raises(Spent) as refused:
            Counter.objects.take(read(self.A, self.B, self.FREE))
        assert refused.value.allowance is not None
        assert (refused.value.allowance.name, used()) == ("b", {"a": 1, "b": 1, "free": 1})

    def test_one_statement_once_the_window_has_begun(self, django_assert_num_queries: Any) -> None:
        allowances = read(self.A, self.FREE)
        Counter.objects.take(allowances)
        again = read(self.A, self.FREE)
        with django_assert_num_queries(3):  # with the savepoint's two
            Counter.objects.take(again)

    def test_what_was_read_may_be_old(self) -> None:
        stale = read(self.A)
        Counter.objects.take(read(self.A))
        Counter.objects.take(stale)
        assert used() == {"a": 2}

    def test_another_condition_of_the_same_statement(self) -> None:
        with pytest.raises(Spent) as refused:
            Counter.objects.take(read(self.A), Q(pk__in=[]))
        assert refused.value.allowance is None
        Counter.objects.create(name="x", until=LATER)
        anything = Counter.objects.all()
        with pytest.raises(Spent):
            Counter.objects.take([], Q(pk__in=[]), anything)
        assert Counter.objects.take([], Q(used=0), anything) == ""

    def test_a_window_may_begin_with_something(self) -> None:
        Counter.objects.take([Allowance("a", 9, LATER, None, 5)])
        assert used() == {"a": 6}

    def test_giving_back_stops_at_nothing(self) -> None:
        Counter.objects.take(read(self.A))
        for _ in range(2):
            Counter.objects.give_back(["a", "unknown"])
        assert used() == {"a": 0}

    def test_windows_that_are_over_are_deleted(self) -> None:
        Counter.objects.create(name="old", until=clock.now() - timedelta(seconds=1))
        Counter.objects.create(name="now", until=LATER)
        Counter.objects.end_old()
        assert list(used()) == ["now"]

    def test_each_percentage_is_told_once(self) -> None:
        Counter.objects.create(name="a", until=LATER)
        assert [Counter.tell("a", percent) for percent in (50, 50, 80, 50)] == [
            True,
            False,
            True,
            False,
        ]


class TestNaming:
    def guest(self, **more: Any) -> Visitor:
        return Visitor(None, GUEST, **more)

    def customer(self) -> Visitor:
        return Visitor(get_user_model()(pk=3), GUEST, "203.0.113.0/24")

    def test_a_guest_is_counted_by_session_and_network(self, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        found = allowance.tryons(Configuration(), self.guest(network="203.0.113.0/24"), NOW)
        assert [one.limit for one in found] == [30, 10]
        assert found[0].name.startswith("tryon:2026-11-28:network-")
        assert "203" not in found[0].name.partition("network-")[2]
        assert found[1].name == f"tryon:2026-11-28:guest-{GUEST.hex}"
        assert {one.until for one in found} == {datetime(2026, 11, 29, tzinfo=timezone.utc)}

    def test_the_networks_name_changes_each_day_and_with_the_secret(self, settings: Any) -> None:
        def name(now: datetime, network: str = "203.0.113.0/24") -> str:
            return allowance.tryons(Configuration(), Visitor(network=network), now)[0].name

        before = name(NOW)
        assert before == name(NOW)
        assert before != name(NOW, "203.0.112.0/24")
        hidden = before.rpartition("-")[2]
        assert hidden not in name(NOW + timedelta(days=1))
        settings.SECRET_KEY = "another"
        assert hidden not in name(NOW)

    def test_a_customer_is_counted_by_their_account_and_while_new_by_the_network(self) -> None:
        def counted(new: bool) -> list[Any]:
            return allowance.tryons(Configuration(), self.customer(), NOW, extra=20, new=new)

        (own,) = counted(new=False)
        assert (own.name.rpartition(":")[2], own.limit) == ("customer-3", 50)
        network, own_too = counted(new=True)
        assert own_too == own
        (guests, _) = allowance.tryons(
            Configuration(), self.guest(network=self.customer().network), NOW
        )
        assert network == guests

    def test_what_has_no_limit_is_counted_alike(self) -> None:
        free, usual = Configuration(), Configuration(budget_per_day=5, budget_per_month=50)
        free.lift_limits()
        for who in (self.guest(network="x"), self.customer()):
            for named in (allowance.tryons, allowance.uploads):
                found = named(free, who, NOW)
                assert [one.name for one in found] == [one.name for one in named(usual, who, NOW)]
                assert {one.limit for one in found} == {None}
                assert not any(one.is_spent for one in found)
        assert [one.limit for one in allowance.budgets(free, NOW)] == [None, None]
        assert allowance.set_budgets(free, NOW) == []

    def test_photos_are_counted_by_hour_and_day(self, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        network, hour, day = allowance.uploads(Configuration(), self.guest(network="x"), NOW)
        assert (hour.limit, day.limit, network.limit) == (20, 60, 120)
        assert hour.until == datetime(2026, 11, 28, 23, tzinfo=timezone.utc)
        assert day.until == network.until == datetime(2026, 11, 29, tzinfo=timezone.utc)

    @pytest.mark.parametrize(
        ("zone", "day", "day_ends", "month", "month_ends"),
        [
            ("UTC", "2026-11-28", "2026-11-29T00:00", "2026-11", "2026-12-01T00:00"),
            # 23:30 of the same day; 06:30 and 11:30 of the next.
            ("Europe/Berlin", "2026-11-28", "2026-11-28T23:00", "2026-11", "2026-11-30T23:00"),
            ("Asia/Tokyo", "2026-11-29", "2026-11-29T15:00", "2026-11", "2026-11-30T15:00"),
        ],
    )
    def test_budgets_follow_the_shops_calendar(
        self, settings: Any, zone: str, day: str, day_ends: str, month: str, month_ends: str
    ) -> None:
        settings.TIME_ZONE = zone
        both = Configuration(budget_per_day=5, budget_per_month=50)
        found = allowance.budgets(both, NOW)
        assert [one.name for one in found] == [f"credit:{day}", f"credit:{month}"]
        ends = [one.until.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M") for one in found]
        assert ends == [day_ends, month_ends]
        for one in found:
            assert allowance.begins(one) <= NOW < one.until

    def test_december_is_followed_by_january(self, settings: Any) -> None:
        settings.TIME_ZONE = "UTC"
        december = datetime(2026, 12, 31, 12, tzinfo=timezone.utc)
        (found,) = allowance.set_budgets(
            Configuration(budget_per_day=None, budget_per_month=1), december
        )
        assert found.until == datetime(2027, 1, 1, tzinfo=timezone.utc)


class TestNetworks:
    def network(self, **meta: str) -> str:
        return visitor.network_of(RequestFactory().get("/", **meta))

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.77", "203.0.113.0/24"),
            ("203.0.113.77:4711", "203.0.113.0/24"),
            ("2001:db8:1:2ff:aaaa::1", "2001:db8:1:200::/56"),
            # Another /64 of the same household.
            ("2001:db8:1:2fe::1", "2001:db8:1:200::/56"),
            ("[2001:db8:1:2ff::1]", "2001:db8:1:200::/56"),
            ("[2001:db8:1:2ff::1]:4711", "2001:db8:1:200::/56"),
            ("fe80::1%eth0", "fe80::/56"),
            ("[fe80::1%25eth0]:80", "fe80::/56"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("", UNKNOWN),
            ("unix:", UNKNOWN),
            ("203.0.113.77:4711:1", UNKNOWN),
            ("unknown", UNKNOWN),
            ("for=203.0.113.77", "203.0.113.0/24"),
            ('by=10.0.0.1;For="[2001:db8:1:2ff::1]:4711";proto=https', "2001:db8:1:200::/56"),
        ],
    )
    def test_however_the_address_is_written(
        self, settings: Any, address: str, network: str
    ) -> None:
        assert self.network(REMOTE_ADDR=address) == network
        settings.GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"
        told = f"10.9.8.7, {address}"
        assert self.network(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=told) == network

    @pytest.mark.parametrize(
        ("proxies", "told", "network"),
        [
            (1, "10.9.8.7, 198.51.100.4", "198.51.100.0/24"),
            (1, "198.51.100.4", "198.51.100.0/24"),
            (2, "10.9.8.7, 198.51.100.4, 192.0.2.1", "198.51.100.0/24"),
            (3, "10.9.8.7, 198.51.100.4, 192.0.2.1, 192.0.2.2", "198.51.100.0/24"),
            (2, "198.51.100.4", UNKNOWN),
            (1, None, UNKNOWN),
        ],
    )
    def test_trusted_proxies_name_the_visitor(
        self, settings: Any, proxies: int, told: str | None, network: str
    ) -> None:
        settings.GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For"
        settings.GENLOOK_TRUSTED_PROXIES = proxies
        headers = {} if told is None else {"HTTP_X_FORWARDED_FOR": told}
        assert self.network(REMOTE_ADDR="127.0.0.1", **headers) == network

    @pytest.mark.parametrize("header", visitor.PROXIED)
    @pytest.mark.parametrize("address", ["8.8.8.8", "127.0.0.1", "10.0.0.3"])
    def test_no_header_of_a_shopper_changes_her_network(self, header: str, address: str) -> None:
        plain = RequestFactory().get("/", REMOTE_ADDR=address)
        forged = RequestFactory().get("/", REMOTE_ADDR=address, headers={header: "198.51.100.4"})
        assert visitor.network_of(forged) == visitor.network_of(plain) != UNKNOWN
        assert not visitor.is_proxied(plain)
        # From the internet it may be the shopper's own; a proxy of the shop's is near.
        assert visitor.is_proxied(forged) == (address != "8.8.8.8")

    def test_who_told_us_of_the_proxy_is_not_warned(self, settings: Any) -> None:
        settings.GENLOOK_CLIENT_IP_HEADER = "X-Real-IP"
        request = RequestFactory().get("/", headers={"X-Real-IP": "198.51.100.4"})
        assert not visitor.is_proxied(request)
