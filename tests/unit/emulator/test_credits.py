from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import requests

from .conftest import Api, refused


def test_a_credit_is_reserved_at_the_start_and_charged_at_the_end(api: Api) -> None:
    control = api.emulator.control
    api.try_on()
    assert api.credits() == 1000
    assert control.state()["reserved"] == 1
    control.advance(100)
    assert api.credits() == 999
    state = control.state()
    assert (state["reserved"], state["charged"], state["credits"]) == (0, 1, 999)
    assert state["generations"][0]["charged"] is True


def test_a_failure_costs_nothing(api: Api) -> None:
    control = api.emulator.control
    control.settings(failure_mode="untyped")
    api.try_on()
    control.advance(100)
    state = control.state()
    assert (state["credits"], state["reserved"], state["charged"]) == (1000, 0, 0)


def test_nothing_is_started_on_an_empty_balance(api: Api) -> None:
    image_id = api.image_id()
    api.emulator.control.settings(credits=0)
    refused(api.try_on(image_id), 402, "INSUFFICIENT_CREDITS")
    refused(api.try_on(image_id, path="/try-on/sync"), 402, "INSUFFICIENT_CREDITS")
    state = api.emulator.control.state()
    assert (state["generations"], state["products"]) == ([], [])
    api.emulator.control.settings(credits=1)
    assert api.try_on(image_id).status_code == 201


def test_a_reservation_that_fails_can_be_spent_again(api: Api) -> None:
    control = api.emulator.control
    control.settings(credits=1)
    control.fault("fail")
    image_id = api.image_id()
    assert api.try_on(image_id).status_code == 201
    refused(api.try_on(image_id), 402, "INSUFFICIENT_CREDITS")
    control.advance(100)
    assert api.try_on(image_id).status_code == 201


def test_a_stalled_generation_keeps_its_reservation(api: Api) -> None:
    api.emulator.control.settings(failure_mode="stall")
    generation_id = api.try_on().json()["generationId"]
    api.emulator.control.advance(7200)
    assert api.generation(generation_id)["status"] == "PROCESSING"
    assert api.emulator.control.state()["reserved"] == 1


def test_requests_at_the_same_time_cannot_overspend(api: Api, make_api: Callable[..., Api]) -> None:
    emulator = api.emulator
    emulator.control.settings(credits=7)
    image_id = api.image_id()
    api.register("SHIRT-1")

    def click(number: int) -> int:
        mine = clients[number % len(clients)]
        return mine.try_on(image_id).status_code

    clients = [make_api(emulator) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        codes = Counter(pool.map(click, range(40)))
    assert codes == {201: 7, 402: 33}
    state = emulator.control.state()
    assert (state["credits"], state["reserved"], state["charged"]) == (7, 7, 0)
    emulator.control.advance(100)
    with ThreadPoolExecutor(8) as pool:
        balances = set(pool.map(lambda client: client.credits(), clients))
    assert balances == {0}
    state = emulator.control.state()
    assert (state["credits"], state["reserved"], state["charged"]) == (0, 0, 7)


def test_each_key_has_an_account_of_its_own(api: Api, make_api: Callable[..., Api]) -> None:
    other = make_api(api.emulator, "gk_other")
    api.try_on()
    assert other.credits() == 1000
    control = api.emulator.control
    control.advance(100)
    assert control.state("gk_shop")["credits"] == 999
    assert control.state("gk_other")["credits"] == 1000
    assert control.state()["credits"] == 1999


def test_keys_are_looked_at(api: Api) -> None:
    url = api.emulator.base_url + "/account/credits"
    refused(requests.get(url, timeout=20), 401, "MISSING_API_KEY")
    for key in ("gk_invalid", "gk_invalid_1", "sk_live"):
        answer = requests.get(url, headers={"x-api-key": key}, timeout=20)
        refused(answer, 401, "INVALID_API_KEY")
    bearer = requests.get(url, headers={"Authorization": "Bearer gk_shop"}, timeout=20)
    refused(bearer, 401, "MISSING_API_KEY")
