"""Fetching a result picture from wherever Genlook keeps it."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from .deadline import is_public, only_public
from .exchange import Answer, Call, NoAnswer, exchange
from .failures import not_downloaded
from .transport import Timeouts, Transport
from .types import Download

# A storage host may pass a picture on to another; more than a few steps are a loop. Chosen here.
MAX_STEPS = 4

_CALL = Call("GET", "result picture", "", repeatable=True)


def fetch_picture(
    transport: Transport,
    url: str,
    timeouts: Timeouts,
    max_bytes: int,
    private: Collection[str] = (),
) -> Download:
    """Fetch `url` once; see `Client.download`. The key does not get here. Hosts of `private`
    may have addresses that are not public."""
    end = time.monotonic() + timeouts.total
    for _step in range(MAX_STEPS):
        left = replace(timeouts, total=max(end - time.monotonic(), 0.0))
        outcome = _ask(transport, url, left, max_bytes, private)
        if isinstance(outcome, NoAnswer) or not 300 <= outcome.status < 400:
            break
        target = _target(url, outcome.headers.get("Location", ""))
        if target is None:
            break
        url = target
    whole = isinstance(outcome, Answer) and 200 <= outcome.status < 300 and not outcome.trouble
    if isinstance(outcome, NoAnswer) or not whole or not outcome.content:
        raise not_downloaded(outcome)
    kind = outcome.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Download(outcome.content, kind)


def _ask(
    transport: Transport, url: str, timeouts: Timeouts, max_bytes: int, private: Collection[str]
) -> Answer | NoAnswer:
    if _scheme(url) not in ("http", "https"):
        return NoAnswer("INVALID_URL", sent=False)
    # Pictures are compressed already; what would unpack to far more than it is, is a bomb.
    headers = {"Accept": "image/*", "Accept-Encoding": "identity"}
    public = urlsplit(url).hostname not in private
    if public and not _leads_outside(url):
        return NoAnswer("INVALID_URL", sent=False)
    with only_public(public):
        return exchange(
            transport, url, _CALL, timeouts, key=None, max_bytes=max_bytes, headers=headers
        )


def _leads_outside(url: str) -> bool:
    """Whether each address of the host is public. A name that only a proxy can look up is left
    to the proxy; what is connected to in the end is looked at again, see `only_public`."""
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return True
    return all(is_public(str(where[0])) for *_, where in found)


def _target(url: str, location: str) -> str | None:
    """Return where a redirect leads, or None when it must not be followed."""
    try:
        target = urljoin(url, location) if location else ""
    except ValueError:
        return None
    allowed = ("https",) if _scheme(url) == "https" else ("http", "https")
    return target if _scheme(target) in allowed else None


def _scheme(url: str) -> str:
    try:
        parts = urlsplit(url)
        return parts.scheme if parts.hostname else ""
    except ValueError:
        return ""
