"""The key and the shoppers' pictures are nowhere but in the requests themselves."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import socket
import traceback
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import pytest
import requests

from genlook_oscar.api import Client, ConfigurationProblem, GenlookError, RetryPolicy

from .conftest import CALM, HASTY, KEY
from .samples import BY_REFERENCE, PERSON, PHOTO
from .service import answer, cut, no_answer, raw, reset, silence

ECHO = {
    "code": f"BAD_{KEY}",
    "message": f"Key {KEY} is not known, nor https://s.example/photo.jpg?sig={KEY}",
    "details": [{"path": f"headers.{KEY}", "message": [KEY]}],
    "errorMessage": KEY,
}
ESCAPED = json.dumps(ECHO).replace("gk_", "\\u0067k\\u005f").encode()

STEPS = {
    "401 that repeats the key": answer(401, ECHO, X_Echo=KEY),
    "400 that repeats it escaped": answer(400, ESCAPED),
    "500 that repeats the key": answer(500, ECHO),
    "429": answer(429, ECHO, Retry_After="0"),
    "redirect to the key": answer(302, {}, Location=f"http://x.example/{KEY}"),
    "lost": no_answer,
    "reset": reset,
    "silent": silence,
    "not HTTP": raw(KEY.encode() + b"\r\n\r\n"),
    "bad header": raw(b"HTTP/1.1 200 OK\r\nContent-Length: " + KEY.encode() + b"\r\n\r\n"),
    "cut": cut(200, json.dumps(ECHO).encode()),
    "not JSON": answer(200, KEY.encode()),
    "incomplete": answer(200, ECHO),
    "not gzip": answer(200, KEY.encode(), Content_Encoding="gzip"),
}
ASK = {
    "try-on": lambda client: client.create_try_on(BY_REFERENCE),
    "upload": lambda client: client.upload_image(PHOTO, external_user_id="u-1"),
    "credits": lambda client: client.credits(),
    "product": lambda client: client.product("S"),
}
TESTS = str(Path(__file__).parent)
CODE = (FunctionType, MethodType, BuiltinFunctionType, ModuleType, type)


def texts(thing: Any, seen: set[int], depth: int = 0) -> list[str]:
    """Every text that can be reached from `thing` without calling code."""
    if id(thing) in seen or depth > 12 or isinstance(thing, CODE):
        return []
    seen.add(id(thing))
    if isinstance(thing, str):
        return [str(thing)]
    if isinstance(thing, (bytes, bytearray)):
        return [bytes(thing).decode("latin-1")]
    found = [repr(thing), str(thing)]
    if isinstance(thing, dict):
        parts: list[Any] = [*thing.keys(), *thing.values()]
    elif isinstance(thing, (list, tuple, set, frozenset)):
        parts = list(thing)
    else:
        parts = list(getattr(thing, "__dict__", {}).values())
        for kind in type(thing).__mro__:
            names = getattr(kind, "__slots__", ())
            names = (names,) if isinstance(names, str) else names
            parts += [getattr(thing, name, None) for name in names]
    if isinstance(thing, BaseException):
        parts += [thing.args, thing.__cause__, thing.__context__]
    for part in parts:
        found += texts(part, seen, depth + 1)
    return found


def shown_by(error: BaseException) -> str:
    """All that a log, an error page with local variables, or a pickle would hold of it."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The frames of these tests hold the server, which has seen the key.
    ours = [frame for frame in report.stack if not frame.filename.startswith(TESTS)]
    assert ours
    shown = [line for frame in ours for line in (frame.locals or {}).values()]
    return "\n".join(
        [*shown, *texts(error, set()), *report.format_exception_only(), str(pickle.dumps(error))]
    )


def assert_clean(text: str) -> None:
    for secret in (KEY, PERSON.image_id, PHOTO.content.decode("latin-1"), "sig="):
        assert secret not in text


@pytest.fixture
def eager(make_client, request):
    """A client that repeats at once and logs each time."""
    return make_client(
        timeouts=HASTY if "silent" in request.node.name else CALM,
        retry=RetryPolicy(attempts=2, sleep=lambda seconds: None),
    )


@pytest.mark.parametrize("name", ASK)
@pytest.mark.parametrize("step", STEPS)
def test_no_failure_shows_the_key(eager, service, caplog, name, step):
    caplog.set_level(logging.DEBUG)
    service.play(STEPS[step], STEPS[step])
    with pytest.raises(GenlookError) as caught:
        ASK[name](eager)
    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None
    assert_clean(shown_by(error))
    assert caplog.records
    for record in caplog.records:
        assert_clean("\n".join([record.getMessage(), *texts(vars(record), set())]))
    sent = [seen.headers["x-api-key"] for seen in service.seen]
    assert set(sent) <= {KEY}
    assert sent or step == "silent"  # the same failures, with the key really on the wire


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_failure_to_connect_shows_the_key(make_client, caplog, scheme):
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    client = make_client(f"{scheme}://127.0.0.1:{port}/tryon/v1")
    with pytest.raises(GenlookError) as caught:
        client.create_try_on(BY_REFERENCE)
    assert_clean(shown_by(caught.value))
    assert_clean("\n".join(text for record in caplog.records for text in texts(record, set())))


def test_no_download_shows_the_signed_address(client, service, caplog):
    caplog.set_level(logging.DEBUG)
    url = service.url + "/r.jpg?sig=abc"
    for step in (no_answer, answer(403, ECHO), answer(200, b""), answer(302, b"", Location="x:y")):
        service.play(step)
        with pytest.raises(GenlookError) as caught:
            client.download(url, max_bytes=10)
        assert "sig=" not in "\n".join(texts(caught.value, set()))
    service.play(answer(200, b"picture"))
    client.download(url, max_bytes=10)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {
        "genlook_oscar",
        "urllib3",
    }
    assert "sig=" not in "\n".join(
        text for record in caplog.records for text in texts(record, set())
    )


@pytest.mark.parametrize("bad", [KEY + "\r\nX: y", KEY + " z", KEY + "ü"])
def test_refused_key_is_not_repeated(bad):
    client = None
    with pytest.raises(ConfigurationProblem) as caught:
        client = Client(bad)
    assert client is None
    assert KEY not in shown_by(caught.value)


def test_refused_base_url_does_not_show_the_key():
    with pytest.raises(ConfigurationProblem) as caught:
        Client(KEY, "https://user:password@host/")
    shown = shown_by(caught.value)
    assert KEY not in shown
    assert "password@" not in "\n".join(texts(caught.value, set()))


def test_client_shows_its_key_to_nobody(client, service):
    service.play(answer(200, {"creditBalance": 1}), answer(201, {"generationId": "cm8"}))
    client.credits()
    client.create_try_on(BY_REFERENCE)
    found = texts(client, set())
    assert len(found) > 50  # it really went through the session and its adapters
    assert KEY not in "\n".join(found)
    assert KEY not in repr(client) + str(vars(client))


@pytest.mark.parametrize("take", [pickle.dumps, copy.deepcopy])
def test_client_does_not_travel(client, take):
    with pytest.raises(TypeError, match="not pickled"):
        take(client)


def test_headers_on_their_way_do_not_show_the_key_either():
    class Transport:
        def request(self, method: str, url: str, **options: Any) -> requests.Response:
            self.shown = f"{options} {options['headers']}"
            self.sent = options["headers"]["x-api-key"]
            raise requests.exceptions.ConnectTimeout("no")

    transport = Transport()
    client = Client(
        KEY, "http://host/", transport=transport, timeouts=CALM, retry=RetryPolicy.none()
    )
    with pytest.raises(GenlookError):
        client.credits()
    assert str.__eq__(transport.sent, KEY)
    assert KEY not in transport.shown
