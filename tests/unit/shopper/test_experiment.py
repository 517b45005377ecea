from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from genlook_oscar.shopper.experiment import SESSION_KEY, in_control, visitor_key

KEYS = [f"visitor {number}" for number in range(20_000)]


@pytest.mark.parametrize("percent", [0, 1, 10, 50, 100])
def test_the_control_group_is_as_large_as_was_asked(percent: int) -> None:
    share = 100 * sum(in_control(key, percent) for key in KEYS) / len(KEYS)
    # The keys are fixed, so this is no matter of luck; a fair hash is within this of its share.
    assert abs(share - percent) < 1


def test_a_larger_share_keeps_those_who_were_in_it() -> None:
    small = {key for key in KEYS if in_control(key, 5)}
    assert small
    assert all(in_control(key, 20) for key in small)


def test_nobody_without_a_key_is_in_it() -> None:
    assert not in_control("", 100)


def request(user: Any = None, agent: str = "Mozilla/5.0 (X11) Firefox/140.0") -> Any:
    made = RequestFactory().get("/", headers={"user-agent": agent} if agent else {})
    made.session = {}
    made.user = user or AnonymousUser()
    return made


class Customer:
    pk = 7
    is_authenticated = True


@pytest.mark.django_db
def test_a_guest_gets_a_key_only_when_asked_for_and_keeps_it() -> None:
    guest = request()
    assert visitor_key(guest) == ""
    assert guest.session == {}
    key = visitor_key(guest, make=True)
    assert key
    assert visitor_key(guest) == visitor_key(guest, make=True) == key


@pytest.mark.django_db
def test_signing_in_changes_nothing_in_this_session() -> None:
    guest = request()
    key = visitor_key(guest, make=True)
    guest.user = Customer()
    assert visitor_key(guest) == key
    assert visitor_key(request(Customer())) == "customer:7"


@pytest.mark.parametrize("agent", ["", "Googlebot/2.1", "curl/8.5", "python-requests/2.32"])
def test_programs_get_no_key(agent: str) -> None:
    robot = request(agent=agent)
    assert visitor_key(robot, make=True) == ""
    assert SESSION_KEY not in robot.session


def test_without_a_request_or_a_session_there_is_none() -> None:
    bare = RequestFactory().get("/")
    assert visitor_key(None, make=True) == visitor_key(bare, make=True) == ""
