"""Forged, faulty and oversized requests; headers of every answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from genlook_oscar.models import Photo, TryOn
from genlook_oscar.storefront.photos import PhotosView

from .conftest import HTML, JSON, Visitor, photo_file

PHOTO = uuid.UUID(int=7)
ADDRESSES = {
    "/try-on/": {"GET", "HEAD", "POST", "DELETE", "OPTIONS"},
    "/try-on/delete/": {"GET", "HEAD", "POST", "DELETE", "OPTIONS"},
    f"/try-on/{PHOTO}/": {"GET", "HEAD", "POST", "DELETE", "OPTIONS"},
    f"/try-on/{PHOTO}/image/": {"GET", "HEAD", "OPTIONS"},
    f"/try-on/{PHOTO}/more/": {"GET", "HEAD", "OPTIONS"},
    f"/try-on/{PHOTO}/notify/": {"POST", "DELETE", "OPTIONS"},
    f"/try-on/{PHOTO}/report/": {"POST", "OPTIONS"},
    f"/try-on/{PHOTO}/share/": {"POST", "DELETE", "OPTIONS"},
    "/try-on/shared/token/": {"GET", "HEAD", "OPTIONS"},
    "/try-on/shared/token/image/": {"GET", "HEAD", "OPTIONS"},
    "/try-on/photos/": {"GET", "HEAD", "POST", "OPTIONS"},
    f"/try-on/photos/{PHOTO}/": {"POST", "DELETE", "OPTIONS"},
    f"/try-on/photos/{PHOTO}/image/": {"GET", "HEAD", "OPTIONS"},
    "/try-on/new/1/": {"GET", "HEAD", "POST", "OPTIONS"},
    "/try-on/room/1/": {"GET", "HEAD", "OPTIONS"},
}


@pytest.mark.parametrize("url", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_what_cannot_be_done_is_405_with_what_can(visitor: Visitor, url: str, method: str) -> None:
    answer = visitor.client.generic(method, url, headers={"Accept": JSON})

    if method in ADDRESSES[url] and method != "POST":
        assert answer.status_code != 405
    if method not in ADDRESSES[url]:
        assert answer.status_code == 405
        assert answer.json()["code"] == "method_not_allowed"
        assert set(answer.headers["Allow"].split(", ")) == ADDRESSES[url]


@pytest.fixture
def strict(configuration: Any, on_commit: Any) -> Visitor:
    """A browser whose forms are checked for their token, as in a real shop."""
    return Visitor(on_commit, Client(enforce_csrf_checks=True))


@pytest.fixture
def token(strict: Visitor, product: Any) -> str:
    """The token that the page without script gives."""
    strict.page(reverse("genlook_oscar:new", args=[product.pk]))
    return strict.client.cookies["csrftoken"].value


def calls(product: Any) -> dict[str, Callable[..., Any]]:
    photo = str(uuid.uuid4())
    return {
        "photo": lambda one, **h: one.send(
            "post", "/try-on/photos/", {"photo": photo_file(), "consent": "1"}, headers=h
        ),
        "click": lambda one, **h: one.send(
            "post",
            "/try-on/",
            {"product": product.pk, "photo": photo},
            content_type=JSON,
            headers=h,
        ),
        "delete": lambda one, **h: one.send("delete", f"/try-on/{photo}/", headers=h),
        "delete photo": lambda one, **h: one.send("delete", f"/try-on/photos/{photo}/", headers=h),
        "form": lambda one, **h: one.send("post", f"/try-on/new/{product.pk}/", {}, headers=h),
    }


@pytest.mark.parametrize("call", ["photo", "click", "delete", "delete photo", "form"])
def test_without_the_token_nothing_is_done(
    strict: Visitor, token: str, product: Any, call: str
) -> None:
    forged = calls(product)[call]

    script = forged(strict, Accept=JSON)
    assert script.status_code == 403
    assert script.json()["code"] == "csrf_failed"
    wrong = forged(strict, **{"Accept": JSON, "X-CSRFToken": "a" * 32})
    assert wrong.json()["code"] == "csrf_failed"
    elsewhere = forged(
        strict, **{"Accept": JSON, "X-CSRFToken": token, "Origin": "https://evil.example"}
    )
    assert elsewhere.json()["code"] == "csrf_failed"
    assert not Photo.objects.exists()
    assert not TryOn.objects.exists()


@pytest.mark.parametrize("call", ["click", "photo", "form"])
def test_a_page_gets_djangos_own_refusal(
    strict: Visitor, token: str, product: Any, call: str
) -> None:
    if call == "click":
        answer = strict.submit("/try-on/", {"product": product.pk})
    else:
        answer = calls(product)[call](strict, Accept=HTML)

    assert answer.status_code == 403
    assert b"CSRF" in answer.content


def test_with_the_token_all_goes_its_way(strict: Visitor, token: str, product: Any) -> None:
    headers = {"Accept": JSON, "X-CSRFToken": token}
    upload = calls(product)["photo"](strict, **headers)
    assert upload.status_code == 201
    click = strict.send(
        "post",
        "/try-on/",
        {"product": product.pk, "photo": upload.json()["id"]},
        content_type=JSON,
        headers=headers,
    )
    assert click.status_code == 202
    form = {"_method": "delete", "csrfmiddlewaretoken": token}
    assert strict.submit(click.json()["url"], form).status_code == 303
    assert TryOn.objects.get().hidden_at


def test_the_room_brings_a_token_that_works(strict: Visitor, product: Any) -> None:
    answer = strict.page(f"/try-on/room/{product.pk}/")
    token = answer.content.decode().split('data-csrf="')[1].split('"')[0]

    upload = calls(product)["photo"](strict, **{"Accept": JSON, "X-CSRFToken": token})

    assert upload.status_code == 201


def test_a_body_that_is_too_large_is_refused_before_it_is_looked_into(
    strict: Visitor, settings: Any
) -> None:
    settings.GENLOOK_MAX_PHOTO_BYTES = 1000
    answer = strict.send("post", "/try-on/photos/", {"photo": photo_file(size=(3000, 3000))})

    # Not 403: the token, which stands in the body, was not looked for.
    assert (answer.status_code, answer.json()["code"]) == (413, "photo_too_large")


def test_a_browser_that_sends_30_mb_gets_to_read_why_not(
    live_server: Any, transactional_db: None
) -> None:
    with requests.Session() as browser:
        answer = browser.post(
            f"{live_server.url}/try-on/photos/",
            files={"photo": ("big.jpg", b"\xff\xd8\xff" + bytes(30_000_000), "image/jpeg")},
            headers={"Accept": JSON},
            timeout=30,
        )

    assert (answer.status_code, answer.json()["code"]) == (413, "photo_too_large")


@pytest.mark.parametrize(("size", "left"), [(30_000_000, 0), (70_000_000, 70_000_000)])
def test_a_body_that_is_too_large_is_read_away_within_reason(
    configuration: Any, rf: RequestFactory, size: int, left: int
) -> None:
    request = rf.post("/try-on/photos/", headers={"Accept": JSON})
    body = BytesIO(bytes(size))
    request.environ |= {"CONTENT_LENGTH": str(size), "wsgi.input": body}
    request = WSGIRequest(request.environ)

    assert PhotosView.as_view()(request).status_code == 413
    assert len(body.read()) == left


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=", b"--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data"),
        ("application/octet-stream", b"\0"),
        ("text/plain", b"photo"),
    ],
)
@pytest.mark.parametrize("url", ["/try-on/", "/try-on/photos/"])
def test_a_faulty_body_is_a_fault_of_the_callers(
    visitor: Visitor, url: str, content_type: str, body: bytes
) -> None:
    answer = visitor.client.generic(
        "POST", url, body, content_type=content_type, headers={"Accept": JSON}
    )

    assert answer.status_code == 400
    assert {"code", "message", "status"} <= set(answer.json())


def test_too_many_fields_are_a_bad_request(visitor: Visitor) -> None:
    body = urlencode({f"f{number}": "" for number in range(1001)})
    answer = visitor.send(
        "post", "/try-on/", body, content_type="application/x-www-form-urlencoded"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_a_faulty_length_is_a_bad_request(visitor: Visitor) -> None:
    answer = visitor.client.post("/try-on/photos/", CONTENT_LENGTH="many")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("accept", [JSON, HTML, "*/*", "image/*"])
def test_nothing_personal_is_cached_or_indexed(visitor: Visitor, product: Any, accept: str) -> None:
    tryon = visitor.tryon(product)
    missing = f"/try-on/{uuid.uuid4()}/image/"
    for url in ("/try-on/", f"/try-on/{tryon.pk}/", "/try-on/photos/", missing):
        answer = visitor.send("get", url, headers={"Accept": accept})
        if answer.status_code == 404 and accept == HTML:
            continue  # the shop's own page
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert {"Accept", "Cookie"} <= set(answer.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (JSON, "application/json"),
        ("*/*", "application/json"),
        (None, "application/json"),
        (HTML, "text/html"),
        ("text/html", "text/html"),
        ("application/json;q=0.5, text/html", "text/html"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("nonsense", "application/json"),
    ],
)
def test_a_page_is_for_who_asks_for_one(visitor: Visitor, accept: str | None, kind: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = visitor.client.get("/try-on/", headers=headers)

    assert answer.headers["Content-Type"].split(";")[0] == kind
