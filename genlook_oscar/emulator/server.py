"""The HTTP server: reads requests, meets faults, sends answers."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from genlook_oscar.emulator import choices, dispatch, switchboard
from genlook_oscar.emulator.answers import Answer, Request
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import ANSWER_KINDS, ERROR_KINDS, Fault
from genlook_oscar.emulator.world import World

MAX_BODY_BYTES = 64 * 1024 * 1024
GRACE_SECONDS = 5
"""How long a stop waits for the threads of all connections together; chosen here."""


class Server(ThreadingHTTPServer):
    """One listening socket and a thread for each connection."""

    daemon_threads = True
    request_queue_size = 512
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], world: World) -> None:
        self.world = world
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._connections_lock = threading.Lock()
        super().__init__(address, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Noted before its thread runs, so that no connection outlives a stop."""
        arguments = (request, client_address)
        thread = threading.Thread(target=self.process_request_thread, args=arguments, daemon=True)
        with self._connections_lock:
            self._connections[request] = thread
        thread.start()

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, from its first request to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                self._connections.pop(request, None)

    def cut_connections(self) -> None:
        """End all connections and wait a moment for their threads."""
        with self._connections_lock:
            open_now = dict(self._connections)
        for connection in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        patience = time.monotonic() + GRACE_SECONDS
        for thread in open_now.values():
            thread.join(max(patience - time.monotonic(), 0))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are no news; anything else is."""
        if not isinstance(sys.exc_info()[1], OSError):
            traceback.print_exc()


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "GenlookEmulator"
    sys_version = ""
    timeout = 300
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True
    _entry: dict[str, Any] | None = None

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the log is asked for by HTTP."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_GET

    def _serve(self) -> None:
        world = self.server.world
        self._entry = None
        parts = urlsplit(self.path)
        path = parts.path
        if path.startswith("/_emulator/"):
            body = self._body()
            if body is not None:
                request = self._request("", {}, parts.query, body)
                self._send(dispatch.guarded(lambda: switchboard.handle(world, request, path)))
            return
        target = dispatch.target_of(self.command, path)
        template = target.template
        now = world.clock.now()
        key = self.headers.get("x-api-key")
        fault = world.faults.take(ANSWER_KINDS, self.command, template, now, target.about, key)
        entry = self._log(target, fault, key)
        if fault is not None and fault.kind == "refuse":
            return self._hang_up(reset=True)
        body = self._body()
        if body is None:
            return
        request = self._request(template, target.params, parts.query, body)
        least, most = world.settings.latency_seconds
        seconds = world.random.uniform(least, most)
        if fault is not None and fault.kind == "delay" and fault.get("when") != "after":
            seconds += fault.get("seconds", 1.0)
        if seconds:
            world.clock.sleep(seconds)
        if not self._held(fault, "before"):
            return self._hang_up(reset=True)
        error = fault if fault is not None and fault.kind in ERROR_KINDS else None
        if error is not None and not error.get("carried_out"):
            answer = dispatch.error_of(error)
        else:
            answer = dispatch.guarded(lambda: dispatch.carried_out(world, request, target))
        if error is not None and error.get("carried_out"):
            answer = dispatch.error_of(error)
        entry["status"] = answer.status
        entry["about"] = entry["about"] or dispatch.made(answer)
        if not self._held(fault, "after"):
            return self._hang_up(reset=True)
        self._entry = entry
        self._answer(answer, fault)

    def _held(self, fault: Fault | None, when: str) -> bool:
        """Wait for the end of a fault that holds requests; False when there is none to wait for."""
        if fault is None or fault.kind != "hold" or (fault.get("when") or "before") != when:
            return True
        return self.server.world.clock.wait_for(fault.over) and not fault.dropped

    def _answer(self, answer: Answer, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else ""
        if fault is None or kind in (*ERROR_KINDS, "refuse", "hold"):
            self._send(answer)
        elif kind == "delay":
            if fault.get("when") == "after":
                self.server.world.clock.sleep(fault.get("seconds", 1.0))
            self._send(answer)
        elif kind == "lost_answer":
            self._hang_up(reset=fault.get("reset", False))
        elif kind == "empty":
            self._send(Answer(fault.get("status", answer.status), b"", answer.content_type))
        elif kind == "garbage":
            self._send(dispatch.page(fault.get("status", answer.status), "It works!"))
        elif kind == "change":
            self._send(dispatch.changed_by(fault, answer))
        elif kind == "cut":
            self._send(answer, upto=max(1, len(answer.body) // 2))
            self._hang_up(reset=fault.get("reset", False))
        elif kind == "slow_body":
            self._send(answer, seconds=fault.get("seconds", 5.0))

    def _send(
        self, answer: Answer, *, upto: int | None = None, seconds: float | None = None
    ) -> None:
        self.send_response(answer.status)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = b"" if self.command == "HEAD" or answer.status == 204 else answer.body
        if seconds is None:
            self._write(body[:upto], last=upto is None)
            return
        size = max(1, -(-len(body) // 20))
        starts = range(0, max(1, len(body)), size)
        for start in starts:
            self._write(body[start : start + size], last=start == starts[-1])
            self.server.world.clock.sleep(seconds / len(starts))

    def _write(self, content: bytes, *, last: bool) -> None:
        """Send a part of an answer, and note when the last of it has gone out."""
        if last and self._entry is not None:
            # Before, because whoever has the answer may look at the log at once.
            self._entry["answered"] = self.server.world.clock.now()
        try:
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            if self._entry is not None:
                self._entry["answered"] = None
            raise

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        try:
            self.wfile.flush()
            if reset:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
        except OSError:
            pass

    def _body(self) -> bytes | None:
        """The whole body; None when there can be none and an answer was sent."""
        text = self.headers.get("Content-Length") or "0"
        problem: ApiError | None = None
        if self.headers.get("Transfer-Encoding") or not (text.isascii() and text.isdigit()):
            problem = ApiError("LENGTH_REQUIRED", "Content-Length is needed.", status=411)
        elif int(text) > MAX_BODY_BYTES:
            problem = ApiError(choices.FILE_TOO_LARGE[0])
        if problem is None:
            return self.rfile.read(int(text))
        self.close_connection = True
        self._send(dispatch.error_answer(problem))
        return None

    def _request(self, template: str, params: dict[str, str], query: str, body: bytes) -> Request:
        host, port = self.server.server_address[:2]
        return Request(
            method=self.command,
            template=template,
            params=params,
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            root_url=f"http://{self.headers.get('Host') or f'{host!s}:{port}'}",
        )

    def _log(self, target: dispatch.Target, fault: Fault | None, key: str | None) -> dict[str, Any]:
        world = self.server.world
        now = world.clock.now()
        entry: dict[str, Any] = {
            "at": timestamp(now),
            "time": now,
            "method": self.command,
            "endpoint": target.template,
            "about": target.about,
            "status": None,
            "answered": None,
            "fault": fault.kind if fault is not None else None,
            "key_sent": key is not None,
        }
        with world.lock:
            account = world.known_account(key)
            entry["account"] = account.number if account else None
            world.requests.append(entry)
            world.counts[f"{self.command} {target.template}"] += 1
        return entry
