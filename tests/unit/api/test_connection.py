"""What is known of a request when no answer came, and how long anything may take."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from genlook_oscar.api import (
    Client,
    ConfigurationProblem,
    GenlookError,
    ImageFile,
    ProductUpsert,
    Timeouts,
    Unavailable,
    UnreadableAnswer,
)

from .samples import BY_REFERENCE, PHOTO
from .service import answer, before_body, no_answer, raw, reset, silence, trickle

ASK = {
    "upload": lambda client: client.upload_image(PHOTO),
    "try-on": lambda client: client.create_try_on(BY_REFERENCE),
    "sync try-on": lambda client: client.create_try_on_sync(BY_REFERENCE),
    "upsert": lambda client: client.upsert_product(ProductUpsert("S")),
    "delete": lambda client: client.delete_product("S"),
    "erase": lambda client: client.erase_customer("u-1"),
    "generation": lambda client: client.generation("cm8"),
    "credits": lambda client: client.credits(),
}
READS = ("generation", "credits")
LARGE = ImageFile(b"\0" * 20_000_000, "large.jpg", "image/jpeg")
GENERATION = {"generationId": "cm8"}


def failure(client: Client, name: str = "try-on") -> GenlookError:
    with pytest.raises(GenlookError) as caught:
        ASK[name](client)
    return caught.value


@contextlib.contextmanager
def listening(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """Accept connections on a port and do as `behave` does with each."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, contextlib.suppress(OSError):
                        behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize("name", ASK)
def test_refused_connection_has_carried_out_nothing(make_client, closed_port, name):
    error = failure(make_client(f"http://127.0.0.1:{closed_port}/tryon/v1"), name)
    assert type(error) is Unavailable
    assert (error.code, error.status, error.carried_out) == ("NO_CONNECTION", None, False)


@pytest.mark.parametrize("name", ASK)
def test_unknown_host_has_carried_out_nothing(make_client, monkeypatch, name):
    def no_such_host(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_host)
    error = failure(make_client("http://api.nowhere.invalid/tryon/v1"), name)
    assert (error.code, error.carried_out) == ("NO_CONNECTION", False)


@pytest.mark.parametrize("name", ["try-on", "delete", "credits"])
def test_connection_that_is_never_accepted_has_carried_out_nothing(make_client, name):
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # fill the queue of connections that wait to be accepted
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        client = make_client(
            f"http://127.0.0.1:{server.getsockname()[1]}/tryon/v1",
            timeouts=Timeouts(connect=0.2, read=0.2, total=1.0),
        )
        error = failure(client, name)
    assert (error.code, error.carried_out) == ("TIMEOUT", False)


@pytest.mark.parametrize("name", ["try-on", "upload"])
@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (lambda connection: connection.sendall(b"HTTP/1.1 400 No\r\n\r\n"), "TLS_FAILED"),
        (lambda connection: None, "NO_CONNECTION"),
        (lambda connection: connection.recv(1), "NO_CONNECTION"),
        (lambda connection: time.sleep(0.6), "TIMEOUT"),
    ],
    ids=["not TLS", "reset", "closed", "silent"],
)
def test_failed_tls_handshake_has_carried_out_nothing(make_client, name, behave, code):
    with listening(behave) as port:
        client = make_client(
            f"https://127.0.0.1:{port}/tryon/v1",
            timeouts=Timeouts(connect=0.3, read=0.3, total=1.0),
        )
        error = failure(client, name)
    assert type(error) is Unavailable
    assert error.carried_out is False
    assert error.code in {code, "TLS_FAILED"}  # how a handshake ends differs between OpenSSLs


@pytest.mark.parametrize("name", ["try-on", "credits"])
def test_dead_proxy_has_carried_out_nothing(make_client, monkeypatch, closed_port, name):
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    monkeypatch.setenv("no_proxy", "")
    error = failure(make_client("http://api.nowhere.invalid/tryon/v1"), name)
    assert (error.code, error.carried_out) == ("NO_CONNECTION", False)


@pytest.mark.parametrize("name", ASK)
@pytest.mark.parametrize(
    ("step", "code"),
    [
        (no_answer, "CONNECTION_LOST"),
        (reset, "CONNECTION_LOST"),
        (raw(b"SSH-2.0-OpenSSH\r\n"), "CONNECTION_LOST"),
        (raw(b"HTTP/1.1 2"), "CONNECTION_LOST"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 70_000), "CONNECTION_LOST"),
    ],
    ids=["closed", "reset", "not HTTP", "cut status", "endless header"],
)
def test_lost_answer_may_have_been_carried_out(client, service, name, step, code):
    service.play(step)
    error = failure(client, name)
    assert type(error) is Unavailable
    assert (error.code, error.status) == (code, None)
    assert error.carried_out is (name not in READS)
    assert len(service.seen) == 1


@pytest.mark.parametrize("name", ASK)
def test_answer_that_never_comes_may_have_been_carried_out(hasty, service, name):
    service.play(silence)
    error = failure(hasty, name)
    assert type(error) is Unavailable
    assert (error.code, error.carried_out) == ("TIMEOUT", name not in READS)


@pytest.mark.parametrize("step", [no_answer, silence], ids=["closed", "silent"])
def test_body_that_was_never_taken_whole_has_carried_out_nothing(make_client, service, step):
    client = make_client(timeouts=Timeouts(connect=0.5, read=0.5, total=5.0))
    service.play(before_body(step))
    with pytest.raises(Unavailable) as caught:
        client.upload_image(LARGE)
    assert caught.value.carried_out is False


def test_try_on_never_goes_over_a_kept_connection(client, service):
    credits = answer(200, {"creditBalance": 1})
    made = answer(201, GENERATION)
    service.play(credits, credits, made, credits, made, made)
    client.credits()
    client.credits()
    client.create_try_on(BY_REFERENCE)
    client.credits()
    client.create_try_on(BY_REFERENCE)
    client.create_try_on(BY_REFERENCE)
    peers = [seen.peer for seen in service.seen]
    assert peers[0] == peers[1] == peers[3]  # what may be repeated shares a connection
    assert len({peers[2], peers[4], peers[5], peers[0]}) == 4
    assert [seen.headers["connection"] for seen in service.seen if seen.method == "POST"] == [
        "close"
    ] * 3


def test_kept_connection_that_the_server_drops_costs_no_try_on(client, service):
    service.play(answer(200, {"creditBalance": 1}), no_answer, answer(201, GENERATION))
    client.credits()
    failure(client, "credits")
    assert client.create_try_on(BY_REFERENCE).generation_id == "cm8"


def test_sync_try_on_waits_longer_than_the_others(make_client, service):
    client = make_client(timeouts=Timeouts(connect=5.0, read=0.2, total=0.3, sync=10.0))

    def later(handler):
        handler.server.service.over.wait(0.5)
        answer(200, GENERATION)(handler)

    service.play(later, later)
    assert client.create_try_on_sync(BY_REFERENCE).generation_id == "cm8"
    assert failure(client, "try-on").code == "TIMEOUT"


TRICKLES = {
    "status line": b"",
    "headers": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n",
    "chunked body": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\n",
}


@pytest.mark.parametrize("name", ["try-on", "credits"])
@pytest.mark.parametrize("place", TRICKLES)
def test_server_that_trickles_cannot_hold_the_caller(make_client, service, place, name):
    client = make_client(timeouts=Timeouts(connect=1.0, read=0.2, total=0.5))
    service.play(trickle(b"H" * 10_000, 0.05, start=TRICKLES[place]))
    started = time.monotonic()
    error = failure(client, name)
    assert time.monotonic() - started < 5.0
    assert error.carried_out is (name == "try-on")
    if "body" in place:
        assert type(error) is UnreadableAnswer
        assert error.code == "ANSWER_TOO_SLOW"
    else:
        assert (type(error), error.code) == (Unavailable, "TIMEOUT")


def test_server_that_takes_a_body_slowly_cannot_hold_the_caller(make_client, service):
    def sip(handler):
        with contextlib.suppress(OSError):
            while not handler.server.service.over.wait(0.05):
                handler.connection.recv(65536)

    client = make_client(timeouts=Timeouts(connect=0.4, read=0.2, total=0.6))
    service.play(before_body(sip))
    started = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        client.upload_image(LARGE)
    assert time.monotonic() - started < 5.0
    assert caught.value.carried_out is False


@pytest.mark.parametrize("name", ["try-on", "credits"])
def test_host_that_cannot_be_one_is_a_configuration_problem(make_client, name):
    error = failure(make_client("http://" + "a" * 64 + ".example/tryon/v1"), name)
    assert type(error) is ConfigurationProblem
    assert (error.code, error.carried_out) == ("INVALID_BASE_URL", False)


def test_threads_with_a_client_each_do_not_meet(make_client, service):
    def echo(handler):
        name = handler.path.rpartition("/")[2]
        answer(200, {"externalId": name})(handler)

    service.play(*[echo] * 80)
    wrong = []

    def ask(number: int) -> None:
        client = make_client(timeouts=Timeouts(connect=5.0, read=5.0))
        for turn in range(10):
            name = f"{number}-{turn}"
            if client.product(name).external_id != name:
                wrong.append(name)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(service.seen) == 80
