"""What is sent again, when, and what never is."""

from __future__ import annotations

import time

import pytest

from genlook_oscar.api import (
    Client,
    GenlookError,
    ImageFile,
    ProductUnknown,
    ProductUpsert,
    RateLimited,
    Rejected,
    RetryPolicy,
    Timeouts,
    Unavailable,
    UnreadableAnswer,
)
from genlook_oscar.api.retry import wait_before

from .conftest import HASTY
from .samples import BY_REFERENCE, PHOTO
from .service import answer, before_body, cut, no_answer, reset, silence

COSTS = {
    "try-on": lambda client: client.create_try_on(BY_REFERENCE),
    "sync try-on": lambda client: client.create_try_on_sync(BY_REFERENCE),
    "upload": lambda client: client.upload_image(PHOTO),
}
HARMLESS = {
    "upsert": lambda client: client.upsert_product(ProductUpsert("S")),
    "delete": lambda client: client.delete_product("S"),
    "erase": lambda client: client.erase_customer("u-1"),
    "generation": lambda client: client.generation("cm8"),
    "list": lambda client: client.list_products(),
    "product": lambda client: client.product("S"),
    "credits": lambda client: client.credits(),
    "download": lambda client: client.download(client_url(client), max_bytes=1000),
}
GOOD = answer(
    200,
    {
        "generationId": "cm8",
        "imageId": "i",
        "externalId": "S",
        "items": [],
        "status": "PENDING",
        "creditBalance": 1,
    },
)
UNCERTAIN = {
    "lost": no_answer,
    "reset": reset,
    "500": answer(500, {}),
    "502 not JSON": answer(502, b"<html>"),
    "503 that names a time": answer(503, {}, Retry_After="1"),
    "408": answer(408, {}),
}


def client_url(client: Client) -> str:
    return repr(client).split()[1].rstrip(">") + "/picture.jpg"


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("step", UNCERTAIN)
def test_what_costs_is_never_repeated_when_it_may_have_been_carried_out(
    patient, service, waits, name, step
):
    service.play(UNCERTAIN[step], GOOD)
    with pytest.raises(Unavailable) as caught:
        COSTS[name](patient)
    assert caught.value.carried_out is True
    assert len(service.seen) == 1
    assert waits == []


@pytest.mark.parametrize("name", COSTS)
def test_what_costs_is_never_repeated_when_no_answer_came_in_time(make_client, service, name):
    client = make_client(timeouts=HASTY, retry=RetryPolicy(sleep=lambda seconds: None))
    service.play(silence, GOOD)
    with pytest.raises(Unavailable) as caught:
        COSTS[name](client)
    assert (caught.value.code, caught.value.carried_out) == ("TIMEOUT", True)
    assert list(service.steps) in ([GOOD], [silence, GOOD])  # the server may not even be awake


def test_what_is_harmless_twice_is_repeated_when_no_answer_came_in_time(make_client, service):
    client = make_client(
        timeouts=Timeouts(connect=5.0, read=1.0, total=5.0),
        retry=RetryPolicy(sleep=lambda seconds: None),
    )
    service.play(silence, GOOD)
    assert client.credits() == 1


@pytest.mark.parametrize("name", COSTS)
@pytest.mark.parametrize("step", [answer(200, b""), answer(201, b"x"), cut(200, b'{"gen')])
def test_what_costs_is_never_repeated_after_a_yes(patient, service, name, step):
    service.play(step, GOOD)
    with pytest.raises(UnreadableAnswer) as caught:
        COSTS[name](patient)
    assert caught.value.carried_out is True
    assert len(service.seen) == 1


@pytest.mark.parametrize("name", HARMLESS)
@pytest.mark.parametrize("step", UNCERTAIN)
def test_what_is_harmless_twice_is_repeated(patient, service, waits, name, step):
    service.play(UNCERTAIN[step], UNCERTAIN[step], GOOD)
    HARMLESS[name](patient)
    assert len(service.seen) == 3
    assert len(waits) == 2


@pytest.mark.parametrize("name", ["generation", "list", "product", "credits", "upsert"])
def test_harmless_request_is_repeated_after_an_unreadable_answer(patient, service, name):
    service.play(cut(200, b"{"), answer(200, b""), GOOD)
    HARMLESS[name](patient)
    assert len(service.seen) == 3


@pytest.mark.parametrize("name", [*COSTS, *sorted(HARMLESS.keys() - {"download"})])
def test_rate_limit_is_waited_for_whatever_the_request(patient, service, waits, name):
    service.play(answer(429, {"code": "RATE_LIMITED"}, Retry_After="7"), answer(429, {}), GOOD)
    (COSTS | HARMLESS)[name](patient)
    assert waits == [7.0, 1.0]
    bodies = {seen.body for seen in service.seen}
    assert len(service.seen) == 3
    assert len(bodies) == 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 410, 413, 422, 302])
@pytest.mark.parametrize("name", [*COSTS, *sorted(HARMLESS.keys() - {"download"})])
def test_refusal_is_final(patient, service, name, status):
    service.play(answer(status, {"code": "SOMETHING_NEW", "status": status}), GOOD)
    with pytest.raises(GenlookError):
        (COSTS | HARMLESS)[name](patient)
    assert len(service.seen) == 1


def test_body_that_did_not_arrive_whole_is_sent_again(patient, service):
    service.play(before_body(no_answer), GOOD)
    large = ImageFile(b"\0" * 20_000_000, "large.jpg", "image/jpeg")
    assert patient.upload_image(large).image_id == "i"
    assert len(service.seen) == 2
    assert service.seen[1].form["file"][1] == large.content


def test_gives_up_after_the_last_attempt(patient, service, waits):
    service.play(*[answer(503, {"code": f"C{number}"}) for number in range(5)])
    with pytest.raises(Unavailable) as caught:
        patient.credits()
    assert caught.value.code == "C2"
    assert waits == [0.5, 1.0]


def test_longer_wait_than_the_policy_allows_goes_to_the_caller(patient, service, waits):
    service.play(answer(429, {}, Retry_After="31"), GOOD)
    with pytest.raises(RateLimited) as caught:
        patient.credits()
    assert caught.value.retry_after == 31.0
    assert waits == []


def test_without_a_policy_nothing_is_repeated(client, service):
    service.play(answer(429, {}, Retry_After="0"), GOOD)
    with pytest.raises(RateLimited):
        client.credits()
    assert len(service.seen) == 1


def test_last_error_remembers_that_an_earlier_attempt_may_have_been_carried_out(patient, service):
    service.play(no_answer, answer(400, {"code": "VALIDATION_FAILED"}))
    with pytest.raises(Rejected) as caught:
        patient.upsert_product(ProductUpsert("S"))
    assert caught.value.carried_out is True


def test_product_deleted_by_an_attempt_whose_answer_was_lost_is_deleted(patient, service):
    unknown = answer(404, {"code": "PRODUCT_NOT_FOUND"})
    service.play(no_answer, unknown, unknown)
    patient.delete_product("S")
    with pytest.raises(ProductUnknown):
        patient.delete_product("S")


def test_wait_doubles_up_to_a_bound_with_a_random_part():
    error = Unavailable()
    calm = RetryPolicy(attempts=99, spread=lambda: 0.0)
    hasty = RetryPolicy(attempts=99, spread=lambda: 1.0)
    waits = [wait_before(calm, error, made, True) for made in range(1, 8)]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert [wait_before(hasty, error, made, True) for made in (1, 2)] == [0.25, 0.5]
    assert 0.25 <= (wait_before(RetryPolicy(), error, 1, True) or 0) <= 0.5


def test_never_comes_back_before_retry_after():
    error = RateLimited(retry_after=3.0)
    for spread in (0.0, 0.5, 1.0):
        wait = wait_before(RetryPolicy(spread=lambda: spread), error, 1, False)  # noqa: B023
        assert wait is not None
        assert 3.0 <= wait <= 3.5


def test_default_policy_waits_in_real_time(make_client, service):
    service.play(answer(503, {}), GOOD)
    started = time.monotonic()
    make_client(retry=RetryPolicy()).credits()
    assert time.monotonic() - started >= 0.25
