"""Fetching a result picture from a host that is not Genlook's API."""

from __future__ import annotations

import contextlib
import io
import socket
import time
from typing import Any, ClassVar

import pytest
import requests

from genlook_oscar.api import (
    NotFound,
    Rejected,
    Timeouts,
    Unavailable,
    UnreadableAnswer,
)

from .conftest import KEY
from .service import answer, cut, no_answer, silence, trickle

PICTURE = b"\xff\xd8 result"


@pytest.fixture
def url(service):
    return service.url.replace("/tryon/v1", "/results/r.jpg?X-Signature=abc%2Fdef")


def test_picture_and_its_type(client, service, url):
    service.play(answer(200, PICTURE, Content_Type="Image/JPEG; charset=x"), answer(200, PICTURE))
    download = client.download(url, max_bytes=len(PICTURE))
    assert (download.content, download.content_type) == (PICTURE, "image/jpeg")
    assert client.download(url, max_bytes=100).content_type == ""
    assert service.seen[0].path == "/results/r.jpg?X-Signature=abc%2Fdef"
    assert "result" not in repr(download)


def test_key_is_never_sent_to_the_pictures_host(client, service, url):
    service.play(answer(302, {}, Location="/elsewhere.jpg"), answer(200, PICTURE))
    assert client.download(url, max_bytes=100).content == PICTURE
    assert len(service.seen) == 2
    for seen in service.seen:
        assert "x-api-key" not in seen.headers
        assert "authorization" not in seen.headers
        assert KEY not in str(seen.headers)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/results/r.jpg",
        "//127.0.0.1/r.jpg",
        "ftp://127.0.0.1/r.jpg",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "http:///r.jpg",
        "http://[::1/r.jpg",
        "https://" + "a" * 64 + ".example/r.jpg",
    ],
)
def test_address_that_is_not_http_is_refused(client, service, address):
    with pytest.raises(Rejected) as caught:
        client.download(address, max_bytes=100)
    assert caught.value.code == "RESULT_URL_REFUSED"
    assert not service.seen


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/x", "", "http://[x"])
def test_redirect_elsewhere_than_http_is_refused(client, service, url, location):
    service.play(answer(302, {}, Location=location))
    with pytest.raises(Rejected) as caught:
        client.download(url, max_bytes=100)
    assert caught.value.status == 302


def test_redirect_from_https_to_http_is_refused(make_client):
    class Transport:
        asked: ClassVar[list[str]] = []

        def request(self, method: str, url: str, **options: Any) -> requests.Response:
            self.asked.append(url)
            response = requests.Response()
            response.status_code = 302
            response.headers["Location"] = "http://storage.example/r.jpg"
            response.raw = io.BytesIO()
            return response

    with pytest.raises(Rejected) as caught:
        make_client(transport=Transport()).download("https://s.example/r.jpg", max_bytes=100)
    assert caught.value.status == 302
    assert Transport.asked == ["https://s.example/r.jpg"]


def test_redirects_in_circles_end(client, service, url):
    service.play(*[answer(307, {}, Location=url)] * 20)
    with pytest.raises(Rejected):
        client.download(url, max_bytes=100)
    assert len(service.seen) == 4


def test_picture_larger_than_allowed_is_refused(client, service, url):
    service.play(answer(200, b"x" * 101))
    with pytest.raises(Rejected) as caught:
        client.download(url, max_bytes=100)
    assert caught.value.code == "RESULT_REFUSED"


def test_endless_picture_is_not_read_to_its_end(client, service, url):
    sent = 0

    def endless(handler):
        nonlocal sent
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not handler.server.service.over.is_set():
                sent += handler.connection.send(b"x" * 100_000)
        except OSError:
            handler.close_connection = True

    service.play(endless)
    with pytest.raises(Rejected):
        client.download(url, max_bytes=1_000_000)
    assert sent < 30_000_000  # what the buffers of two sockets may hold on top


def test_slow_picture_ends_with_the_time_of_the_exchange(make_client, service, url):
    client = make_client(timeouts=Timeouts(connect=1.0, read=0.2, total=0.5))
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"
    service.play(trickle(b"x" * 10_000, 0.05, start=start))
    started = time.monotonic()
    with pytest.raises(UnreadableAnswer) as caught:
        client.download(url, max_bytes=100_000)
    assert time.monotonic() - started < 5.0
    assert caught.value.code == "ANSWER_TOO_SLOW"


def test_slow_picture_ends_also_over_a_plain_session(make_client, service, url):
    chunk = b"1\r\nx\r\n"

    def chunks(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(200):
                handler.wfile.write(chunk)
                handler.wfile.flush()
                handler.server.service.over.wait(0.05)

    service.play(chunks)
    with requests.Session() as session:
        client = make_client(transport=session, timeouts=Timeouts(connect=1.0, read=0.2, total=0.5))
        started = time.monotonic()
        with pytest.raises(UnreadableAnswer) as caught:
            client.download(url, max_bytes=100_000)
    assert time.monotonic() - started < 5.0
    assert caught.value.code == "ANSWER_TOO_SLOW"


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410])
def test_address_that_is_over_says_nothing_about_key_or_credits(client, service, url, status):
    service.play(answer(status, b"<Error><Code>ExpiredToken</Code></Error>"))
    with pytest.raises(NotFound) as caught:
        client.download(url, max_bytes=100)
    assert (caught.value.code, caught.value.status) == ("RESULT_GONE", status)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_host_in_trouble_may_be_asked_again(client, service, url, status):
    service.play(answer(status, b"", Retry_After="4"))
    with pytest.raises(Unavailable) as caught:
        client.download(url, max_bytes=100)
    assert type(caught.value) is Unavailable
    assert (caught.value.code, caught.value.retry_after) == (f"HTTP_{status}", 4.0)
    assert caught.value.carried_out is False


@pytest.mark.parametrize(
    ("step", "expected", "code"),
    [
        (no_answer, Unavailable, "CONNECTION_LOST"),
        (answer(200, b""), UnreadableAnswer, "ANSWER_EMPTY"),
        (answer(204), UnreadableAnswer, "ANSWER_EMPTY"),
        (cut(200, PICTURE), UnreadableAnswer, "ANSWER_CUT"),
        (answer(200, b"abc", Content_Encoding="gzip"), UnreadableAnswer, "ANSWER_CUT"),
    ],
)
def test_picture_that_does_not_come_whole_may_be_asked_for_again(
    client, service, url, step, expected, code
):
    service.play(step)
    with pytest.raises(Unavailable) as caught:
        client.download(url, max_bytes=100)
    assert type(caught.value) is expected
    assert caught.value.code == code
    assert caught.value.carried_out is False


def test_silent_host_times_out(hasty, service, url):
    service.play(silence)
    with pytest.raises(Unavailable) as caught:
        hasty.download(url, max_bytes=100)
    assert (caught.value.code, caught.value.carried_out) == ("TIMEOUT", False)


def test_cut_picture_is_fetched_again(patient, service, url, waits):
    service.play(cut(200, PICTURE), answer(503, b"", Retry_After="2"), answer(200, PICTURE))
    assert patient.download(url, max_bytes=100).content == PICTURE
    assert waits == [0.5, 2.0]


PUBLIC, PRIVATE = "93.184.216.34", "10.1.2.3"


@pytest.fixture
def names(monkeypatch):
    """What the names of hosts stand for; localhost stays what it is."""
    known = {"genlook.example": [PUBLIC], "inside.example": [PRIVATE], "both.example": []}
    known["both.example"] = [PUBLIC, PRIVATE]
    real = socket.getaddrinfo

    def look_up(host, port, *args, **kwargs):
        if host not in known:
            return real(host, port, *args, **kwargs)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port or 0)) for ip in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.2",
        "localhost",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "2130706433",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fd00::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
        "inside.example",
        "both.example",
    ],
)
@pytest.mark.parametrize("how", ["named", "redirect"])
def test_picture_in_a_private_network_is_refused(client, service, url, names, how, address):
    target = f"http://{address}:{service.server.server_address[1]}/r.jpg"
    service.play(answer(302, {}, Location=target), answer(200, PICTURE))
    with pytest.raises(Rejected) as caught:
        client.download(target if how == "named" else url, max_bytes=100)
    assert caught.value.code == "RESULT_URL_REFUSED"
    assert len(service.seen) == (how == "redirect")


def test_name_that_leads_inside_only_when_it_is_connected_to_is_refused(
    client, service, names, monkeypatch
):
    """The second look-up of the same name may bring another address."""
    monkeypatch.setattr("genlook_oscar.api.download.is_public", lambda address: True)
    target = f"http://localhost:{service.server.server_address[1]}/r.jpg"
    service.play(answer(200, PICTURE))
    with pytest.raises(Rejected) as caught:
        client.download(target, max_bytes=100)
    assert caught.value.code == "RESULT_URL_REFUSED"
    assert not service.seen


def test_private_host_that_is_configured_is_fetched_from(make_client, service):
    target = f"http://localhost:{service.server.server_address[1]}/r.jpg"
    service.play(answer(200, PICTURE))
    client = make_client(result_hosts=["localhost"])
    assert client.download(target, max_bytes=100).content == PICTURE


def test_all_steps_share_the_time_of_one_exchange(make_client, service, url):
    def late_redirect(handler):
        handler.server.service.over.wait(0.3)
        answer(302, {}, Location=url)(handler)

    service.play(*[late_redirect] * 4)
    client = make_client(timeouts=Timeouts(connect=1.0, read=1.0, total=0.5))
    with pytest.raises(Unavailable) as caught:
        client.download(url, max_bytes=100)
    assert caught.value.code == "TIMEOUT"
    assert len(service.seen) == 2
