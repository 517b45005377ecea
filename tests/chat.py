"""A chat's incoming webhook, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Chat(ThreadingHTTPServer):
    """Keeps what it is told in `heard`. `status` is what it answers; `strict` ones take the field
    `text` and no other, as Google's does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.status = 200
        self.strict = False
        self.location = ""

    @property
    def url(self) -> str:
        """Its address, which nobody else may know."""
        return f"http://127.0.0.1:{self.server_port}/hooks/T-hidden?token=hidden-too"


class _Handler(BaseHTTPRequestHandler):
    server: Chat

    def do_POST(self) -> None:
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.paths.append(self.path)
        refused = self.server.strict and set(told) != {"text"}
        status = 400 if refused else self.server.status
        if status == 200:
            self.server.heard.append(told)
        self.send_response(status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def chat() -> Iterator[Chat]:
    """One that runs until the end of the block."""
    server = Chat()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
