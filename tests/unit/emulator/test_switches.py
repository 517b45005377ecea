from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
import requests

from genlook_oscar.emulator import Control, Emulator
from genlook_oscar.emulator.failures import ApiError
from sandbox.run import is_free
from tests.processes import burst

from .conftest import SHIRT, Api, refused


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return emulator.control


def test_the_state_shows_everything(api: Api, control: Control) -> None:
    image_id = api.image_id(externalUserId="u", keepForDays="3")
    api.try_on(image_id, externalUserId="u", output={"watermark": False, "keepForDays": 1})
    state = control.state()
    assert (state["credits"], state["reserved"], state["charged"]) == (1000, 1, 0)
    (image,), (product,), (generation,) = state["images"], state["products"], state["generations"]
    assert image["imageId"] == image_id
    assert product["externalId"] == "SHIRT-1"
    assert product["validForDays"] == 15
    expected = {
        "status": "PENDING",
        "externalId": "SHIRT-1",
        "shape": "inline",
        "externalUserId": "u",
        "charged": False,
        "watermark": False,
        "keepForDays": 1,
    }
    assert {name: generation[name] for name in expected} == expected
    assert state["requests"] == {"POST /images/upload": 1, "POST /try-on": 1}
    assert state["rate_limited"] == 0


def test_the_log_shows_each_request_in_order(api: Api, control: Control) -> None:
    api.credits()
    control.fault("refuse")
    with pytest.raises(requests.ConnectionError):
        api.get("/products")
    requests.post(api.emulator.base_url + "/try-on", timeout=20)
    log = control.requests()
    assert [(e["method"], e["endpoint"], e["status"], e["fault"]) for e in log] == [
        ("GET", "/account/credits", 200, None),
        ("GET", "/products", None, "refuse"),
        ("POST", "/try-on", 401, None),
    ]
    assert "gk_shop" not in str(log)


def test_the_clock_moves_only_forward(control: Control) -> None:
    before = datetime.fromisoformat(control.state()["now"][:-1])
    control.advance(3600)
    after = datetime.fromisoformat(control.state()["now"][:-1])
    assert 3600 <= (after - before).total_seconds() < 3660
    for wrong in (-1, "1", None, True):
        with pytest.raises(ValueError, match="advance"):
            control.advance(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "setting",
    [
        {"nonsense": 1},
        {"generation_seconds": [2, 1]},
        {"generation_seconds": "8-12"},
        {"latency_seconds": -1},
        {"credits": -1},
        {"credits": None},
        {"requests_per_minute": "many"},
        {"failure_mode": "sometimes"},
        {"sync_failure": "maybe"},
        {"post_status": 202},
        {"retention_days": 2},
        {"draw": 1},
        {"result_picture": "no base64!"},
        {"result_picture": ""},
        {"result_picture": 5},
        {"retry_after": 0},
        {"logo": ""},
        {"image_id_style": "long"},
    ],
)
def test_a_setting_that_makes_no_sense_is_named(control: Control, setting: dict[str, Any]) -> None:
    (name,) = setting
    with pytest.raises(ValueError, match=name):
        control.settings(**setting)
    with pytest.raises(ApiError) as refusal:
        Emulator(**setting)
    assert [detail["path"] for detail in refusal.value.details] == [name]


@pytest.mark.parametrize(
    ("kind", "options", "named"),
    [
        ("boom", {}, "kind"),
        ("error", {"colour": "red"}, "colour"),
        ("error", {"times": "three"}, "times"),
        ("error", {"times": -1}, "times"),
        ("error", {"status": True}, "status"),
        ("delay", {"when": "never"}, "when"),
        ("delay", {"seconds": -1}, "seconds"),
    ],
)
def test_a_fault_that_makes_no_sense_is_named(
    control: Control, kind: str, options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        control.fault(kind, **options)
    assert control.state()["faults"] == []


def test_an_unknown_switch_is_refused(emulator: Emulator) -> None:
    refused(requests.post(emulator.root_url + "/_emulator/boom", timeout=20), 404, "NOT_FOUND")
    answer = requests.post(emulator.root_url + "/_emulator/settings", data="[", timeout=20)
    refused(answer, 400, "VALIDATION_FAILED")


def test_a_reset_forgets_everything(api: Api, control: Control) -> None:
    image_id = api.image_id()
    generation_id = api.try_on(image_id).json()["generationId"]
    control.settings(credits=5, generation_seconds=1)
    control.fault("error")
    control.reset()
    state = control.state()
    assert (state["credits"], state["settings"]["generation_seconds"]) == (1000, [100, 100])
    assert (state["images"], state["products"], state["generations"]) == ([], [], [])
    assert (state["requests"], state["faults"]) == ({}, [])
    refused(api.get(f"/generations/{generation_id}"), 404, "GENERATION_NOT_FOUND")


def test_products_and_images_can_be_forgotten(api: Api, control: Control) -> None:
    image_id = api.image_id()
    api.try_on(image_id)
    control.forget(products=True)
    refused(api.reference("SHIRT-1", image_id), 404, "PRODUCT_NOT_FOUND")
    assert api.try_on(image_id).status_code == 201
    control.forget(images=True)
    refused(api.reference("SHIRT-1", image_id), 404, "IMAGE_NOT_FOUND")


def test_generations_take_as_long_as_they_are_told_to(api: Api, control: Control) -> None:
    control.settings(generation_seconds=[20, 30])
    image_id = api.image_id()
    started = [api.try_on(image_id).json()["generationId"] for _ in range(5)]
    control.advance(19)
    assert "COMPLETED" not in {api.generation(g)["status"] for g in started}
    control.advance(12)
    assert {api.generation(g)["status"] for g in started} == {"COMPLETED"}


def test_emulators_beside_each_other_share_nothing(
    make_emulator: Callable[..., Emulator], make_api: Callable[..., Api]
) -> None:
    one, two = make_api(make_emulator()), make_api(make_emulator())
    one.register("a")
    one.emulator.control.advance(99)
    assert two.get("/products").json()["items"] == []
    assert one.emulator.control.state()["now"] > two.emulator.control.state()["now"]


def test_unknown_paths_and_methods_are_refused_in_the_one_shape(api: Api) -> None:
    for method, path in (
        ("GET", "/nothing"),
        ("PATCH", "/products/a"),
        ("PUT", "/products"),
        ("GET", "/try-on"),
        ("GET", "/generations/a/b"),
    ):
        refused(api.call(method, path), 404, "NOT_FOUND")
    refused(requests.get(api.emulator.root_url, timeout=20), 404, "NOT_FOUND")


def test_bodies_of_unknown_length_are_refused(api: Api) -> None:
    answer = api.post("/try-on", data=iter([b"{", b"}"]))
    refused(answer, 411, "LENGTH_REQUIRED")


def test_a_connection_serves_many_requests(api: Api, control: Control) -> None:
    for _ in range(20):
        api.credits()
    adapter = api.session.get_adapter(api.emulator.root_url)
    pools = adapter.poolmanager.pools  # type: ignore[attr-defined]
    pool = pools[next(iter(pools.keys()))]
    assert (pool.num_connections, pool.num_requests) == (1, 20)


def test_holds_a_thousand_generations_in_flight(
    make_emulator: Callable[..., Emulator], make_api: Callable[..., Api]
) -> None:
    emulator = make_emulator(generation_seconds=[8, 12], draw=False, credits=2000)
    clients = [make_api(emulator) for _ in range(4)]
    image_id = clients[0].image_id()
    front = {"externalId": "a", "images": [{"source": {"fileKey": "front"}}]}
    clients[0].send("/products", front, {"front": SHIRT})
    person = {"image": {"source": {"id": image_id}}}
    data = {"products": [{"externalId": "a"}], "person": person}

    def start(number: int) -> str:
        return str(clients[number % 4].send("/try-on", data).json()["generationId"])

    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(start, range(1000)))
    assert len(set(started)) == 1000
    assert emulator.control.state()["reserved"] == 1000
    emulator.control.advance(12)
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda n: clients[n % 4].generation(started[n]), range(1000)))
    assert {generation["status"] for generation in ended} == {"COMPLETED"}
    state = emulator.control.state()
    assert (state["credits"], state["reserved"], state["charged"]) == (1000, 0, 1000)


class TestCommand:
    @staticmethod
    def run(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "genlook_oscar.emulator", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def test_says_in_one_line_where_it_listens_and_ends_on_sigterm(self) -> None:
        options = ["--port", "0", "--generation-seconds", "1-2", "--credits", "3", "--rate", "0"]
        with self.run(*options) as process:
            watchdog = threading.Timer(30, process.kill)
            watchdog.start()
            assert process.stdout is not None
            base_url = process.stdout.readline().split()[-1]
            assert base_url.endswith("/tryon/v1")
            answer = requests.get(
                f"{base_url}/account/credits", headers={"x-api-key": "gk_a"}, timeout=20
            )
            assert answer.json() == {"creditBalance": 3}
            state = Control(base_url.removesuffix("/tryon/v1")).state()
            assert state["settings"]["generation_seconds"] == [1, 2]
            assert state["settings"]["requests_per_minute"] is None
            process.terminate()
            out, err = process.communicate(timeout=20)
            watchdog.cancel()
        assert (process.returncode, out, err) == (0, "", "")

    def test_any_number_of_signals_ends_it_and_frees_its_port(self) -> None:
        for _attempt in range(3):
            with self.run("--port", "0") as process:
                try:
                    assert process.stdout is not None
                    port = int(process.stdout.readline().split(":")[2].split("/")[0])
                    burst(process.pid)
                    assert process.wait(timeout=20) == 0
                    assert is_free("127.0.0.1", port)
                finally:
                    process.kill()

    def test_says_what_is_wrong(self, emulator: Emulator) -> None:
        taken = emulator.root_url.rpartition(":")[2]
        for options, words in (
            (["--port", taken], "cannot listen"),
            (["--port", "0", "--generation-seconds", "soon"], "generation_seconds"),
        ):
            with self.run(*options) as process:
                _, err = process.communicate(timeout=20)
            assert process.returncode == 2
            assert words in err
            assert "Traceback" not in err
