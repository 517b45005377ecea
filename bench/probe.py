"""One shopper's browser, as far as it matters to a clock: plain HTTP, one request at a time."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from pathlib import Path


class Probe:
    """Requests to one web server, each with the same headers, each timed as a whole."""

    def __init__(self, address: str, headers: dict[str, str]) -> None:
        self.address = address
        self.headers = {"Accept": "application/json"} | headers

    def ask(
        self, path: str, headers: Mapping[str, str] = {}, body: bytes | None = None
    ) -> tuple[float, http.client.HTTPResponse, bytes]:
        """Return the milliseconds from connecting to the last byte, the answer, its body."""
        started = time.perf_counter()
        connection = http.client.HTTPConnection(self.address, timeout=30)
        try:
            method = "GET" if body is None else "POST"
            connection.request(method, path, body, {**self.headers, **headers})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise SystemExit(f"{path} answered {answer.status}: {content[:300]!r}")
        return (time.perf_counter() - started) * 1000, answer, content


def repeated(
    address: str, paths: list[str], headers: dict[str, str], stop: str, pause: float
) -> list[list[float]]:
    """Ask for each of the paths by turns, with a pause in seconds between two turns, until the
    file `stop` exists; return the milliseconds of each path."""
    probe = Probe(address, headers)
    taken: list[list[float]] = [[] for _ in paths]
    while not Path(stop).exists():
        for path, times in zip(paths, taken, strict=True):
            times.append(round(probe.ask(path)[0], 2))
        time.sleep(pause)
    return taken
