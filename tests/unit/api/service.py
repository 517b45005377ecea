"""A real HTTP server on a thread that plays prepared answers, good and broken."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Step = Callable[["Handler"], None]


@dataclass
class Seen:
    """A request as it came over the wire; `peer` tells connections apart."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    peer: tuple[str, int]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, tuple[dict[str, str], bytes]]:
        """The parts of a multipart body: name -> (headers, content)."""
        boundary = self.headers["content-type"].split("boundary=")[1].encode()
        parts = {}
        for chunk in self.body.split(b"--" + boundary)[1:-1]:
            head, _, content = chunk[2:-2].partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
            name = headers["Content-Disposition"].split('name="')[1].split('"')[0]
            parts[name] = (headers, content)
        return parts


@dataclass
class Service:
    """Play one step for each request; a request without a step is answered 599."""

    steps: deque[Step] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.service = self
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.002,))
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/tryon/v1"

    def play(self, *steps: Step) -> None:
        self.steps.extend(steps)

    def stop(self) -> None:
        self.over.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    service: Service

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what many of these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        service = self.server.service
        step = service.steps.popleft() if service.steps else answer(599, {})
        length = int(self.headers.get("Content-Length", 0))
        body = b"" if getattr(step, "before_body", False) else self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        service.seen.append(Seen(self.command, self.path, headers, body, self.client_address))
        step(self)

    do_POST = do_DELETE = do_GET

    def hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def raw(content: bytes, *, keep: bool = False) -> Step:
    """Send these bytes as they are, then close unless `keep`."""

    def play(handler: Handler) -> None:
        handler.wfile.write(content)
        handler.wfile.flush()
        if not keep:
            handler.hang_up()

    return play


def answer(status: int, body: Any = b"", *, keep: bool = True, **headers: str) -> Step:
    """A whole answer; anything but bytes is sent as JSON. `Retry_After="3"` names a header."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} As it is"]
    if status != 204:
        lines.append(f"Content-Length: {len(content)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + content, keep=keep)


def cut(status: int, body: bytes, missing: int = 20) -> Step:
    """An answer that promises `missing` bytes more than it brings."""
    head = f"HTTP/1.1 {status} As it is\r\nContent-Length: {len(body) + missing}\r\n\r\n"
    return raw(head.encode() + body)


def no_answer(handler: Handler) -> None:
    """Close without a word, as when the answer is lost."""
    handler.hang_up()


def reset(handler: Handler) -> None:
    """Break the connection with a reset instead of an end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True
    # The handler's files keep the socket open; only the last close sends the reset.
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


def silence(handler: Handler) -> None:
    """Never answer, as long as the test lasts."""
    handler.server.service.over.wait(30)
    handler.hang_up()


def before_body(step: Step) -> Step:
    """Play `step` without having read the request's body."""

    def play(handler: Handler) -> None:
        step(handler)

    play.before_body = True  # type: ignore[attr-defined]
    return play


def trickle(content: bytes, pause: float, *, start: bytes = b"") -> Step:
    """Send `start` at once and `content` byte by byte with pauses, each too short to time out."""

    def play(handler: Handler) -> None:
        handler.wfile.write(start)
        for byte in content:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            if handler.server.service.over.wait(pause):
                break
        handler.hang_up()

    return play
