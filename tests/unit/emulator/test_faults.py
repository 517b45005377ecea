from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from genlook_oscar.emulator import Control, Emulator
from genlook_oscar.emulator.failures import CATALOGUE
from tests.conftest import wait_until

from .conftest import Api, refused


@pytest.fixture
def control(emulator: Emulator) -> Control:
    return emulator.control


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_code_can_be_had_with_its_status(api: Api, control: Control, code: str) -> None:
    control.fault("error", code=code)
    refused(api.get("/account/credits"), CATALOGUE[code][0], code)
    assert api.credits() == 1000


def test_an_error_can_be_made_up(api: Api, control: Control) -> None:
    details = [{"path": "products.0.title", "message": "too long"}]
    control.fault("error", status=418, code="TEAPOT", message="I am one.", details=details)
    body = refused(api.register("a"), 418, "TEAPOT")
    assert (body["message"], body["details"]) == ("I am one.", details)


def test_a_fault_meets_only_what_it_is_meant_for(api: Api, control: Control) -> None:
    control.fault("error", code="INTERNAL_ERROR", method="post", path="/try-on", times=None)
    image_id = api.image_id()
    assert api.register("a").status_code == 201
    for path in ("/try-on", "/try-on/sync"):
        refused(api.try_on(image_id, path=path), 500, "INTERNAL_ERROR")
    control.clear_faults()
    assert api.try_on(image_id).status_code == 201


def test_a_fault_can_come_later_and_several_times(api: Api, control: Control) -> None:
    control.fault("error", status=503, times=2, after=1)
    codes = [api.get("/account/credits").status_code for _ in range(5)]
    assert codes == [200, 503, 503, 200, 200]
    (fault,) = control.state()["faults"]
    assert fault["hits"] == 2


def test_a_fault_can_last_for_a_time(api: Api, control: Control) -> None:
    control.fault("error", status=503, for_seconds=30)
    assert {api.get("/account/credits").status_code for _ in range(5)} == {503}
    control.advance(31)
    assert api.credits() == 1000


def test_a_fault_can_be_a_matter_of_luck(api: Api, control: Control) -> None:
    control.settings(seed=7)
    control.fault("error", status=503, probability=0.3, times=None)
    codes = [api.get("/account/credits").status_code for _ in range(200)]
    assert 30 < codes.count(503) < 90


@pytest.mark.parametrize("retry_after", [None, 7, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_storm_of_429(api: Api, control: Control, retry_after: int | str | None) -> None:
    control.fault("error", code="RATE_LIMITED", times=3, retry_after=retry_after)
    for _ in range(3):
        answer = api.get("/account/credits")
        refused(answer, 429, "RATE_LIMITED")
        expected = None if retry_after is None else str(retry_after)
        assert answer.headers.get("Retry-After") == expected
    assert api.credits() == 1000


@pytest.mark.parametrize("reset", [True, False])
def test_a_lost_answer_was_carried_out(api: Api, control: Control, reset: bool) -> None:
    image_id = api.image_id()
    control.fault("lost_answer", path="/try-on", reset=reset)
    with pytest.raises(requests.ConnectionError):
        api.try_on(image_id)
    assert len(control.state()["generations"]) == 1
    control.advance(100)
    assert api.credits() == 999


def test_a_late_answer_was_carried_out_before(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("delay", path="/try-on", seconds=5, when="after")
    with pytest.raises(requests.ReadTimeout):
        api.post(
            "/try-on",
            json={
                "products": [{"images": [{"source": {"url": "http://127.0.0.1:9/"}}]}],
                "person": {"image": {"source": {"id": image_id}}},
            },
            timeout=0.5,
        )
    assert len(control.state()["generations"]) == 1


def test_a_delay_comes_before_the_work(api: Api, control: Control) -> None:
    control.fault("delay", seconds=0.4)
    start = time.monotonic()
    assert api.credits() == 1000
    assert time.monotonic() - start >= 0.4


def test_an_error_may_come_though_it_was_carried_out(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("error", status=502, path="/try-on", carried_out=True)
    assert api.try_on(image_id).status_code == 502
    assert len(control.state()["generations"]) == 1
    control.fault("error", status=502, path="/try-on")
    assert api.try_on(image_id).status_code == 502
    assert len(control.state()["generations"]) == 1


def test_a_refused_connection_carries_nothing_out(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("refuse", path="/try-on")
    with pytest.raises(requests.ConnectionError):
        api.try_on(image_id)
    assert control.state()["generations"] == []


def test_a_cut_answer_breaks_off_in_the_middle(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("cut", path="/try-on")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        api.try_on(image_id)
    assert len(control.state()["generations"]) == 1


def test_garbage_and_nothing_come_with_the_status_of_success(api: Api, control: Control) -> None:
    control.fault("garbage", path="/products")
    page = api.register("a")
    assert page.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        page.json()
    control.fault("empty", path="/products")
    assert (api.register("b").status_code, control.state()["requests"]["POST /products"]) == (
        201,
        2,
    )
    control.fault("empty", status=200, path="/account")
    assert api.get("/account/credits").content == b""
    assert len(control.state()["products"]) == 2


def test_a_body_can_drip(api: Api, control: Control) -> None:
    control.fault("slow_body", seconds=0.5)
    start = time.monotonic()
    assert api.credits() == 1000
    assert time.monotonic() - start >= 0.4


@pytest.mark.parametrize("kind", ["cut", "refuse", "slow_body", "error", "garbage"])
def test_results_can_be_hit_as_well(api: Api, control: Control, kind: str) -> None:
    generation_id = api.try_on().json()["generationId"]
    control.advance(100)
    url = api.generation(generation_id)["resultImageUrl"]
    whole = requests.get(url, timeout=20).content
    control.fault(kind, path="/results/", seconds=0.2)
    try:
        hit = requests.get(url, timeout=20)
        assert kind in ("slow_body", "error", "garbage")
        assert (hit.content == whole) == (kind == "slow_body")
    except requests.RequestException:
        assert kind in ("cut", "refuse")
    assert requests.get(url, timeout=20).content == whole


@pytest.mark.parametrize("code", ["PRODUCT_IMAGE_FETCH_FAILED", "LOW_RESOLUTION", None])
def test_a_generation_can_fail_with_and_without_a_code(
    api: Api, control: Control, code: str | None
) -> None:
    control.fault("fail", error_code=code, error_message="No luck.")
    generation_id = api.try_on().json()["generationId"]
    control.advance(100)
    generation = api.generation(generation_id)
    assert generation["status"] == "FAILED"
    assert generation.get("errorCode") == code
    assert generation["errorMessage"] == "No luck."
    assert ("errorCode" in generation) == (code is not None)
    again = api.try_on().json()["generationId"]
    control.advance(100)
    assert api.generation(again)["status"] == "COMPLETED"


def test_a_generation_can_stall_once(api: Api, control: Control) -> None:
    control.fault("stall")
    stalled = api.try_on().json()["generationId"]
    fine = api.try_on().json()["generationId"]
    control.advance(3600)
    assert api.generation(stalled)["status"] == "PROCESSING"
    assert api.generation(fine)["status"] == "COMPLETED"


def test_latency_is_felt_by_every_request(api: Api, control: Control) -> None:
    control.settings(latency_seconds=[0.2, 0.3])
    start = time.monotonic()
    api.credits()
    assert time.monotonic() - start >= 0.2


def test_an_outage_keeps_port_and_state(api: Api) -> None:
    emulator = api.emulator
    generation_id = api.try_on().json()["generationId"]
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        api.credits()
    emulator.start()
    emulator.control.advance(100)
    assert api.generation(generation_id)["status"] == "COMPLETED"


def test_stopping_does_not_wait_for_slow_answers(
    make_emulator: Callable[..., Emulator],
) -> None:
    emulator = make_emulator()
    emulator.control.fault("delay", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        requests.get(emulator.base_url + "/products", timeout=0.2)
    start = time.monotonic()
    emulator.stop()
    assert time.monotonic() - start < 5


def test_a_request_on_hold_goes_on_when_faults_end(api: Api, control: Control) -> None:
    image_id = api.image_id()
    for when, charged in (("before", 0), ("after", 1)):
        control.fault("hold", path="/try-on", when=when)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(api.try_on, image_id)
            wait_until(lambda: control.state()["faults"][-1]["hits"])
            wait_until(lambda charged=charged: len(control.state()["generations"]) >= charged)
            entry = control.requests()[-1]
            assert (entry["answered"], entry["fault"]) == (None, "hold")
            control.clear_faults()
            generation_id = answer.result().json()["generationId"]
        entry = control.requests()[-1]
        assert (entry["about"], entry["status"]) == (generation_id, 201)
        assert entry["answered"] >= entry["time"]


def test_a_request_on_hold_does_not_outlive_a_reset(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("hold", path="/try-on")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(api.try_on, image_id)
        wait_until(lambda: control.state()["faults"][-1]["hits"])
        control.reset()
        with pytest.raises(requests.ConnectionError):
            answer.result()
    assert control.state()["generations"] == []


def test_the_log_says_which_answers_went_out(api: Api, control: Control) -> None:
    image_id = api.image_id()
    for kind in ("lost_answer", "cut"):
        control.fault(kind, path="/try-on", reset=True)
        with pytest.raises(requests.RequestException):
            api.try_on(image_id)
    control.fault("refuse", path="/try-on")
    with pytest.raises(requests.ConnectionError):
        api.try_on(image_id)
    control.fault("error", status=503, path="/try-on")
    api.try_on(image_id)
    control.fault("slow_body", path="/try-on", seconds=0.05)
    generation_id = api.try_on(image_id).json()["generationId"]
    api.generation(generation_id)
    upload, *tried, asked = control.requests()
    assert (upload["about"], asked["about"]) == (image_id, generation_id)
    assert [entry["answered"] is not None for entry in tried] == [False, False, False, True, True]
    made = [generation["generationId"] for generation in control.state()["generations"]]
    assert [entry["about"] for entry in tried] == [made[0], made[1], None, None, made[2]]


def test_one_id_can_be_met_alone(api: Api, control: Control) -> None:
    image_id = api.image_id()
    bad, good = (api.try_on(image_id).json()["generationId"] for _ in range(2))
    control.fault("error", path="/generations/", about=bad, times=None)
    refused(api.get(f"/generations/{bad}"), 500, "INTERNAL_ERROR")
    assert api.get(f"/generations/{good}").status_code == 200
    refused(api.get(f"/generations/{bad}"), 500, "INTERNAL_ERROR")


@pytest.mark.parametrize("status", [403, 404])
def test_a_firewall_answers_with_a_page_and_does_nothing(
    api: Api, control: Control, status: int
) -> None:
    image_id = api.image_id()
    control.fault("page", path="/try-on", status=status)
    answer = api.try_on(image_id)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert control.state()["generations"] == []


def test_a_path_that_is_none_answers_in_either_shape(api: Api, control: Control) -> None:
    url = api.emulator.root_url + "/try-on"
    answer = api.session.post(url, timeout=20)
    refused(answer, 404, "NOT_FOUND")
    control.settings(unknown_path="page")
    answer = api.session.post(url, timeout=20)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")


@pytest.mark.parametrize(
    ("foreign", "image", "product", "generation"),
    [
        ("generations", "IMAGE_NOT_FOUND", "PRODUCT_NOT_FOUND", "FORBIDDEN"),
        ("everything", "FORBIDDEN", "FORBIDDEN", "FORBIDDEN"),
        ("hidden", "IMAGE_NOT_FOUND", "PRODUCT_NOT_FOUND", "GENERATION_NOT_FOUND"),
    ],
)
def test_what_belongs_to_another_account(
    api: Api, control: Control, foreign: str, image: str, product: str, generation: str
) -> None:
    control.settings(foreign=foreign)
    image_id = api.image_id()
    generation_id = api.try_on(image_id).json()["generationId"]
    other = Api(api.emulator, "gk_other")
    assert other.get("/products/SHIRT-1").json()["code"] == product
    assert other.try_on(image_id).json()["code"] == image
    assert other.get(f"/generations/{generation_id}").json()["code"] == generation
    assert api.get(f"/generations/{generation_id}").status_code == 200


def test_something_on_the_way_leads_elsewhere(api: Api, control: Control) -> None:
    image_id = api.image_id()
    control.fault("redirect", path="/try-on", location="https://login.example/")
    body = {"image": image_id}
    answer = api.call("POST", "/try-on", json=body, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "https://login.example/"
    assert control.state()["generations"] == []


def test_fields_of_an_answer_are_changed(api: Api, control: Control) -> None:
    control.fault("change", path="/account/", fields={"creditBalance": None, "other": [1]})
    assert api.get("/account/credits").json() == {"other": [1]}
    assert api.credits() == 1000


def test_a_fault_and_a_balance_of_one_account(
    api: Api, control: Control, emulator: Emulator, make_api: Callable[..., Api]
) -> None:
    other = make_api(emulator, "gk_other")
    control.fault("error", code="INSUFFICIENT_CREDITS", key="gk_other", times=None)
    assert api.get("/account/credits").status_code == 200
    refused(other.get("/account/credits"), 402, "INSUFFICIENT_CREDITS")
    control.clear_faults()
    control.settings(api_key="gk_other", credits=7)
    assert (api.credits(), other.credits()) == (1000, 7)
    log = control.requests()
    assert len({row["account"] for row in log}) == 2
    assert "gk_other" not in str(log)
