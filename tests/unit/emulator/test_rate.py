from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from genlook_oscar.emulator import Emulator

from .conftest import Api, refused


@pytest.fixture
def api(make_emulator: Callable[..., Emulator], make_api: Callable[..., Api]) -> Api:
    return make_api(make_emulator(requests_per_minute=5))


def test_only_so_many_requests_fit_in_a_minute(api: Api) -> None:
    for _ in range(5):
        assert api.get("/account/credits").ok
    answer = api.get("/products")
    refused(answer, 429, "RATE_LIMITED")
    assert "Retry-After" not in answer.headers
    refused(api.upload(), 429, "RATE_LIMITED")
    assert api.emulator.control.state()["rate_limited"] == 2


def test_the_window_slides(api: Api) -> None:
    control = api.emulator.control
    for _ in range(3):
        api.get("/account/credits")
    control.advance(40)
    for _ in range(2):
        api.get("/account/credits")
    refused(api.get("/account/credits"), 429, "RATE_LIMITED")
    control.advance(21)
    codes = [api.get("/account/credits").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]


def test_refused_requests_do_not_lengthen_the_wait(api: Api) -> None:
    for _ in range(50):
        api.get("/account/credits")
    api.emulator.control.advance(61)
    assert api.get("/account/credits").ok


def test_says_when_to_come_back_if_it_is_told_to(api: Api) -> None:
    control = api.emulator.control
    control.settings(retry_after=True)
    for _ in range(5):
        api.get("/account/credits")
    control.advance(20)
    wait = int(api.get("/account/credits").headers["Retry-After"])
    assert 39 <= wait <= 41
    control.advance(wait)
    assert api.get("/account/credits").ok


def test_the_limit_is_the_accounts_and_not_the_connections(
    api: Api, make_api: Callable[..., Api]
) -> None:
    clients = [make_api(api.emulator) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        codes = Counter(
            pool.map(lambda n: clients[n % 4].get("/account/credits").status_code, range(20))
        )
    assert codes == {200: 5, 429: 15}
    assert make_api(api.emulator, "gk_other").get("/account/credits").ok


def test_pictures_and_switches_do_not_count(api: Api) -> None:
    url = api.upload().json()["imageUrl"]
    for _ in range(10):
        assert requests.get(url, timeout=20).ok
        api.emulator.control.state()
    assert api.get("/account/credits").ok


def test_the_limit_can_be_lowered_while_it_runs(api: Api) -> None:
    control = api.emulator.control
    for _ in range(4):
        api.get("/account/credits")
    control.settings(requests_per_minute=2, retry_after=True)
    answer = api.get("/account/credits")
    refused(answer, 429, "RATE_LIMITED")
    assert 59 <= int(answer.headers["Retry-After"]) <= 61
    control.settings(requests_per_minute=None)
    assert api.get("/account/credits").ok
    control.settings(requests_per_minute=0)
    refused(api.get("/account/credits"), 429, "RATE_LIMITED")
