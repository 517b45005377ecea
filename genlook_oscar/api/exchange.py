"""One request and what came of it, as plain data: nothing is raised here.

requests' exceptions and responses hold the request, hence the key. They live and end in this
module; what leaves it can be logged, chained and pickled.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests
import urllib3.exceptions

from .. import logs
from .deadline import within
from .key import ApiKey
from .multipart import Body, Payload
from .transport import Timeouts, Transport

log = logs.logger(__name__)

# What requests, urllib3 and http.client raise between them; requests' own are OSError.
_FAILURES = (OSError, UnicodeError, urllib3.exceptions.HTTPError, http.client.HTTPException)

# The headers of an answer that anybody here needs; the others stay out of reach.
_HEADERS = ("Content-Type", "Date", "Location", "Retry-After")

# An address, of the service or of a proxy, that is none.
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError,
    UnicodeError,
)

# urllib3 1 and 2 differ in whether a refused connection is a kind of timeout.
_REFUSED = urllib3.exceptions.NewConnectionError


@dataclass(frozen=True)
class Call:
    """One call of an endpoint.

    `endpoint` is its template, for the log; `path` what is really asked for, below the base URL
    and encoded. `repeatable`: doing it twice is the same as doing it once. `slow`: Genlook holds
    the connection while it generates. `refers`: the body names things that Genlook may not know.
    """

    method: str
    endpoint: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    payload: Payload | None = None
    repeatable: bool = False
    slow: bool = False
    refers: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"

    @property
    def changes_something(self) -> bool:
        return self.method != "GET"

    @property
    def names_one(self) -> bool:
        """Whether the path names one thing of many."""
        return self.path != self.endpoint


@dataclass(frozen=True)
class NoAnswer:
    """No status line came. `sent` is False when the request certainly did not arrive whole."""

    code: str
    sent: bool


@dataclass(frozen=True)
class Answer:
    """A status line came. `trouble` says why the body is not whole, "" when it is."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(default=b"", repr=False)
    trouble: str = ""


def exchange(
    transport: Transport,
    url: str,
    call: Call,
    timeouts: Timeouts,
    *,
    key: ApiKey | None,
    max_bytes: int,
    headers: Mapping[str, str] | None = None,
) -> Answer | NoAnswer:
    """Send `call` to `url` and read at most `max_bytes` of the answer's body.

    Without `key` none is sent. Ends within `timeouts.total` seconds, to which a slow call adds
    `timeouts.sync`; looking up a host's name and connecting to it come on top.
    """
    body = Body(call.payload.content) if call.payload else None
    type_header = {"Content-Type": call.payload.content_type} if call.payload else {}
    read = timeouts.sync if call.slow else timeouts.read
    started = time.monotonic()
    outcome: Answer | NoAnswer
    with within(timeouts.total + (timeouts.sync if call.slow else 0)) as end:
        try:
            response = transport.request(
                call.method,
                url,
                params=call.query or None,
                data=body,
                headers={**type_header, **(headers or {}), **(key.headers() if key else {})},
                timeout=(timeouts.connect, read),
                allow_redirects=False,
                stream=True,
            )
        except _FAILURES as error:
            outcome = _no_answer(error, body)
        else:
            outcome = _read(response, max_bytes, end)
    log.debug(
        "%s: %s in %.2f s",
        str(call),  # the call itself holds the body, and a log record its arguments
        outcome.status if isinstance(outcome, Answer) else outcome.code,
        time.monotonic() - started,
    )
    return outcome


def _read(response: requests.Response, max_bytes: int, end: float) -> Answer:
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    chunks: list[bytes] = []
    size = 0
    trouble = ""
    try:
        for chunk in response.iter_content(65536):
            size += len(chunk)
            if size > max_bytes:
                trouble = "ANSWER_TOO_LARGE"
                break
            if time.monotonic() > end:
                trouble = "ANSWER_TOO_SLOW"
                break
            chunks.append(chunk)
        else:
            trouble = "ANSWER_CUT" if _fell_short(response, size) else ""
    except _FAILURES as error:
        trouble = "ANSWER_TOO_SLOW" if _timed_out(error) else "ANSWER_CUT"
    finally:
        response.close()
    return Answer(response.status_code, headers, b"".join(chunks), trouble)


def _fell_short(response: requests.Response, size: int) -> bool:
    """Whether fewer bytes came than were announced, which urllib3 1 does not mind."""
    announced = response.headers.get("Content-Length", "")
    packed = "Content-Encoding" in response.headers or "Transfer-Encoding" in response.headers
    return not packed and announced.isascii() and announced.isdigit() and size < int(announced[:20])


def _no_answer(error: Exception, body: Body | None) -> NoAnswer:
    if isinstance(error, _NO_ADDRESS):
        return NoAnswer("INVALID_URL", sent=False)
    sent = not _never_connected(error) and (body is None or body.handed_over)
    if isinstance(error, requests.exceptions.SSLError):
        return NoAnswer("TLS_FAILED", sent)
    if _timed_out(error) and not isinstance(_reason(error), _REFUSED):
        return NoAnswer("TIMEOUT", sent)
    return NoAnswer("CONNECTION_LOST" if sent else "NO_CONNECTION", sent)


def _never_connected(error: Exception) -> bool:
    """Whether the exception alone proves it, also for a transport that reads bodies early."""
    return isinstance(
        _reason(error),
        (
            requests.exceptions.ConnectTimeout,
            requests.exceptions.ProxyError,
            urllib3.exceptions.NewConnectionError,
            urllib3.exceptions.ConnectTimeoutError,
        ),
    )


def _timed_out(error: Exception) -> bool:
    return isinstance(
        _reason(error),
        (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError),
    )


def _reason(error: Exception) -> object:
    """Return what lies beneath requests' ConnectionError, which wraps nearly everything."""
    if type(error) is not requests.exceptions.ConnectionError or not error.args:
        return error
    inner = error.args[0]
    return getattr(inner, "reason", None) or inner
