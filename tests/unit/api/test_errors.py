"""Which error an answer becomes, over the whole catalogue and beyond it."""

from __future__ import annotations

import copy
import pickle

import pytest

from genlook_oscar.api import (
    ConfigurationProblem,
    FieldDetail,
    Forbidden,
    GenlookError,
    ImageUnknown,
    NotFound,
    NotGenlook,
    OutOfCredits,
    ProductUnknown,
    ProductUpsert,
    RateLimited,
    Rejected,
    Unavailable,
    UnreadableAnswer,
    WrongAddress,
)

from .samples import BY_REFERENCE, PHOTO
from .service import answer, cut

CATALOGUE = [
    ("MISSING_API_KEY", 401, ConfigurationProblem),
    ("INVALID_API_KEY", 401, ConfigurationProblem),
    ("FORBIDDEN", 403, Forbidden),
    ("INSUFFICIENT_CREDITS", 402, OutOfCredits),
    ("RATE_LIMITED", 429, RateLimited),
    ("PRODUCT_NOT_FOUND", 404, ProductUnknown),
    ("GENERATION_NOT_FOUND", 404, NotFound),
    ("VALIDATION_FAILED", 400, Rejected),
    ("EXTERNAL_ID_REQUIRED", 400, Rejected),
    ("PRODUCT_IMAGES_REQUIRED", 400, Rejected),
    ("CUSTOMER_IMAGE_REQUIRED", 400, Rejected),
    ("FILE_REQUIRED", 400, Rejected),
    ("MULTIPART_FILE_NOT_FOUND", 400, Rejected),
    ("INVALID_IMAGE_INPUT", 400, Rejected),
    ("INVALID_IMAGE", 400, Rejected),
    ("CUSTOMER_IMAGE_FETCH_FAILED", 400, Rejected),
    ("PRODUCT_IMAGE_FETCH_FAILED", 422, Rejected),
]

# Codes and statuses that no page names: the guesses for a photo that is gone, and the rest.
BEYOND = [
    ("IMAGE_NOT_FOUND", 404, ImageUnknown),
    ("IMAGE_NOT_FOUND", 400, ImageUnknown),
    ("IMAGE_EXPIRED", 410, ImageUnknown),
    ("CUSTOMER_IMAGE_NOT_FOUND", 404, ImageUnknown),
    ("PERSON_IMAGE_EXPIRED", 400, ImageUnknown),
    ("INVALID_IMAGE_ID", 400, ImageUnknown),
    ("PRODUCT_IMAGE_NOT_FOUND", 404, NotFound),
    ("IMAGE_NOT_FOUND_EITHER", 400, Rejected),
    ("FILE_TOO_LARGE", 413, Rejected),
    ("NO_PERSON_FOUND", 422, Rejected),
    ("QUOTA_EXCEEDED", 402, OutOfCredits),
    ("SOMETHING_NEW", 400, Rejected),
    ("SOMETHING_NEW", 401, ConfigurationProblem),
    ("SOMETHING_NEW", 402, OutOfCredits),
    ("SOMETHING_NEW", 403, ConfigurationProblem),
    ("SOMETHING_NEW", 404, NotFound),
    ("SOMETHING_NEW", 408, Unavailable),
    ("SOMETHING_NEW", 409, Rejected),
    ("SOMETHING_NEW", 410, NotFound),
    ("SOMETHING_NEW", 425, Unavailable),
    ("SOMETHING_NEW", 429, RateLimited),
    ("SOMETHING_NEW", 451, Rejected),
    ("SOMETHING_NEW", 500, Unavailable),
    ("SOMETHING_NEW", 503, Unavailable),
    # A code means the same everywhere; a server's own failure goes by its status alone.
    ("PRODUCT_NOT_FOUND", 400, ProductUnknown),
    ("INSUFFICIENT_CREDITS", 403, OutOfCredits),
    ("PRODUCT_NOT_FOUND", 502, Unavailable),
    ("RATE_LIMITED", 503, Unavailable),
]

ASK = {
    "upload": lambda client: client.upload_image(PHOTO),
    "try-on": lambda client: client.create_try_on(BY_REFERENCE),
    "sync try-on": lambda client: client.create_try_on_sync(BY_REFERENCE),
    "generation": lambda client: client.generation("cm8"),
    "upsert": lambda client: client.upsert_product(ProductUpsert("S")),
    "list": lambda client: client.list_products(),
    "product": lambda client: client.product("S"),
    "delete": lambda client: client.delete_product("S"),
    "erase": lambda client: client.erase_customer("u-1"),
    "credits": lambda client: client.credits(),
}
FIXED = ("upload", "upsert", "list", "credits")
KNOWN = [code for code, _, _ in CATALOGUE]
READS = ("generation", "list", "product", "credits")


def failure(client, name="try-on"):
    with pytest.raises(GenlookError) as caught:
        ASK[name](client)
    return caught.value


@pytest.mark.parametrize("name", ASK)
@pytest.mark.parametrize(("code", "status", "expected"), CATALOGUE + BEYOND)
def test_error_class_is_what_the_caller_can_do(client, service, name, code, status, expected):
    service.play(answer(status, {"code": code, "message": "It is so.", "status": status}))
    error = failure(client, name)
    if name in FIXED and status == 404 and expected is NotFound and code not in KNOWN:
        assert type(error) is WrongAddress
        return
    assert type(error) is expected
    assert (error.code, error.status, error.message) == (code, status, "It is so.")
    assert error.details == []
    assert error.carried_out is (expected is Unavailable and name not in READS)


def test_unreadable_answers_are_taken_for_an_outage():
    assert issubclass(UnreadableAnswer, Unavailable)


def test_validation_details(client, service):
    details = [
        {"path": "products.0.images.0.source", "message": "Required"},
        {"path": ["products", 0, "title"], "message": ["too short", "too dull"]},
        {"path": 7},
        "nonsense",
    ]
    service.play(answer(400, {"code": "VALIDATION_FAILED", "message": "No.", "details": details}))
    error = failure(client)
    assert error.details == [
        FieldDetail("products.0.images.0.source", "Required"),
        FieldDetail("products.0.title", "too short; too dull"),
        FieldDetail("", ""),
    ]
    assert str(error).startswith(
        "No. (VALIDATION_FAILED, HTTP 400); products.0.images.0.source: Required;"
    )


NO_ERROR_OF_GENLOOKS = [
    b"",
    b"<html>502</html>",
    b"[]",
    b"null",
    b'{"code": 5, "message": {"a": 1}, "details": {"x": 1}, "status": "no"}',
    b'{"code": null, "message": null, "details": null}',
    b'{"details": [null, 1, []]}',
    b'{"code": "", "status": 200}',
    b"\xff\xfe\xff",
    b"[" * 100_000,
]


@pytest.mark.parametrize("body", NO_ERROR_OF_GENLOOKS)
@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 405, 409, 410, 422, 451, 499])
@pytest.mark.parametrize("name", ["try-on", "generation"])
def test_refusal_in_another_shape_is_not_genlooks(client, service, body, status, name):
    """A proxy's page or a firewall's says nothing about a generation, a key or an account."""
    service.play(answer(status, body))
    error = failure(client, name)
    if name == "try-on" and status in (404, 405):
        assert type(error) is WrongAddress
        return
    assert type(error) is NotGenlook
    assert issubclass(NotGenlook, Unavailable)
    assert (error.code, error.status) == (f"HTTP_{status}", status)
    assert error.carried_out is False


@pytest.mark.parametrize("body", NO_ERROR_OF_GENLOOKS)
@pytest.mark.parametrize(
    ("status", "expected"),
    [(408, Unavailable), (413, Rejected), (429, RateLimited), (500, Unavailable)],
)
def test_unusable_error_body_leaves_the_status_to_decide(client, service, body, status, expected):
    service.play(answer(status, body))
    error = failure(client)
    assert type(error) is expected
    assert (error.code, error.status) == (f"HTTP_{status}", status)
    assert error.message == f"Genlook answered with HTTP {status}."
    assert error.details == []


def test_error_body_that_is_cut_off_leaves_the_status_to_decide(client, service):
    service.play(cut(402, b'{"code": "INSUFF'))
    error = failure(client)
    assert type(error) is OutOfCredits
    assert error.carried_out is False


@pytest.mark.parametrize(
    ("message", "text"), [("Unauthorized", "Unauthorized"), (["a", 1, "b"], "a; b")]
)
def test_alpha_error_body(client, service, message, text):
    service.play(answer(401, {"statusCode": 401, "message": message}))
    error = failure(client)
    assert type(error) is ConfigurationProblem
    assert (error.code, error.message) == ("HTTP_401", text)


def test_message_is_one_bounded_line_without_signed_addresses(client, service):
    message = "bad\r\n[fake log line] https://s.example/p.jpg?X-Sig=abc\tgone " + "x" * 5000
    service.play(answer(400, {"code": "INVALID_IMAGE", "message": message}))
    error = failure(client)
    assert error.message.startswith("bad [fake log line] https://s.example/p.jpg?... gone xxx")
    assert len(error.message) == 500


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("location", ["/tryon/v1/account/credits", "http://[bad", "ftp://x/", ""])
def test_redirects_are_not_followed_with_the_key(client, service, status, location):
    redirect = answer(status, b"", keep=False, Location=location)
    service.play(redirect, redirect)
    for name in ("credits", "try-on"):
        error = failure(client, name)
        assert type(error) is ConfigurationProblem
        assert error.status == status
        assert error.carried_out is (status == 303 and name == "try-on")
    assert len(service.seen) == 2


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "0"}, 0.0),
        ({"Retry_After": "1.5"}, 1.5),
        ({"Retry_After": "99999999"}, 300.0),
        ({"Retry_After": "9" * 5000}, 300.0),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "inf"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_in_seconds(client, service, header, seconds):
    service.play(*[answer(status, {}, **header) for status in (429, 503)])
    assert failure(client).retry_after == seconds
    assert failure(client).retry_after == seconds


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Wed, 21 Oct 2026 07:28:12 GMT", 12.0),
        ("Wed, 21 Oct 2026 07:27:00 GMT", 0.0),
        ("Wednesday, 21-Oct-26 07:28:12 GMT", 12.0),
        ("Wed, 21 Oct 2026 09:28:12 +0200", 12.0),
        ("Wed, 21 Oct 2026 07:28:12 -0000", 12.0),
        ("Thu, 21 Oct 2027 07:28:00 GMT", 300.0),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
    ],
)
def test_retry_after_as_a_date_counts_from_the_answers_own_date(client, service, until, seconds):
    service.play(answer(429, {}, Retry_After=until, Date="Wed, 21 Oct 2026 07:28:00 GMT"))
    assert failure(client).retry_after == seconds


def test_retry_after_as_a_date_without_one_of_the_answer_counts_from_now(client, service):
    service.play(
        answer(429, {}, Retry_After="Thu, 21 Oct 1999 07:28:00 GMT"),
        answer(429, {}, Retry_After="Thu, 21 Oct 2199 07:28:00 GMT", Date="nonsense"),
    )
    assert failure(client).retry_after == 0.0
    assert failure(client).retry_after == 300.0


def test_errors_can_be_copied_and_pickled(client, service):
    details = [{"path": "a", "message": "b"}]
    service.play(answer(429, {"code": "X", "details": details}, Retry_After="3"))
    error = failure(client)
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is RateLimited
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


BY_ID = ("generation", "product", "delete", "erase")
OURS = {"code": "NOT_FOUND", "status": 404}


@pytest.mark.parametrize("body", [OURS, {"statusCode": 404}, b"<html>404</html>"])
@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_path_that_is_not_there_is_a_wrong_address(client, service, name, body):
    service.play(answer(404, body))
    error = failure(client, name)
    assert type(error) is WrongAddress
    assert (error.code, error.status, error.carried_out) == ("WRONG_ADDRESS", 404, False)


@pytest.mark.parametrize("name", ["try-on", "sync try-on"])
def test_a_try_on_may_name_what_is_not_there(client, service, name):
    service.play(answer(404, OURS), answer(404, b"<html>404</html>"), answer(405, OURS))
    assert [type(failure(client, name)) for _ in range(3)] == [NotFound, WrongAddress, WrongAddress]


@pytest.mark.parametrize("name", BY_ID)
def test_one_thing_that_is_not_there_says_nothing_of_the_address(client, service, name):
    service.play(answer(404, OURS), answer(404, b"<html>404</html>"))
    assert [type(failure(client, name)) for _ in range(2)] == [NotFound, NotGenlook]
