"""What carries requests: anything like a `requests.Session`, and the one used by default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import requests
from requests.adapters import BaseAdapter

from genlook_oscar import __version__

from .deadline import DeadlineAdapter
from .quiet import keep_queries_out_of_logs

USER_AGENT = f"genlook-oscar/{__version__} {requests.utils.default_user_agent()}"


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect, to wait for each read, and for a whole exchange.

    `sync` replaces `read` where Genlook holds the connection while it generates: up to 90 s by
    its documentation, whose own demo gives up after 100 s. The others are chosen here.
    """

    connect: float = 5.0
    read: float = 30.0
    total: float = 60.0
    sync: float = 100.0


class Transport(Protocol):
    """The part of `requests.Session` that is used.

    A transport reads `data` only as it sends it, repeats nothing, follows no redirect when told
    so, and sends a POST on a connection of its own (see `HttpTransport`). Failures are
    `requests.RequestException`.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        timeout: Any = None,
        allow_redirects: bool = True,
        stream: bool | None = None,
    ) -> requests.Response: ...


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        adapter: BaseAdapter = DeadlineAdapter()
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.headers["User-Agent"] = USER_AGENT
        # Credentials of a .netrc are for people; with a signed address they even do harm.
        self.auth = _no_auth

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        # Even when told not to follow, requests reads a redirect's whole body and parses its
        # target. Callers here read Location themselves.
        return None


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class HttpTransport:
    """The default transport. Make one per process and thread.

    Every POST goes out on a fresh connection. On a kept one the server may just have closed its
    end: the request then fails after it was sent, exactly as one that was carried out and whose
    answer was lost, and a try-on that cost nothing would have to be booked as perhaps paid.
    Other requests can be repeated and share their connections.
    """

    def __init__(self) -> None:
        keep_queries_out_of_logs()
        self._shared = _Session()

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: Any = None,
        allow_redirects: bool = False,
        stream: bool | None = None,
    ) -> requests.Response:
        """Send one request; see `requests.Session.request`. Redirects are never followed."""
        session = self._shared
        headers = dict(headers or {})
        if method == "POST":
            session = _Session()
            headers["Connection"] = "close"
        return session.request(
            method,
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            stream=stream,
        )

    def close(self) -> None:
        """Close the connections that are kept."""
        self._shared.close()
