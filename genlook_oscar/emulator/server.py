"""The HTTP server: reads requests, meets faults, sends answers."""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from genlook_oscar.emulator import choices, storage, switchboard
from genlook_oscar.emulator.answers import Answer, Request, json_answer
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import ANSWER_KINDS, Fault
from genlook_oscar.emulator.routes import BASE_PATH, route
from genlook_oscar.emulator.world import World

MAX_BODY_BYTES = 64 * 1024 * 1024


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

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                self._connections.pop(request, None)

    def cut_connections(self) -> None:
        """End all connections and wait for their threads."""
        with self._connections_lock:
            open_now = dict(self._connections)
        for connection in open_now:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in open_now.values():
            thread.join(5)

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
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the log is asked for by HTTP."""

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_GET

    def _serve(self) -> None:
        world = self.server.world
        parts = urlsplit(self.path)
        path = parts.path
        if path.startswith("/_emulator/"):
            body = self._body()
            if body is not None:
                request = self._request("", {}, parts.query, body)
                self._send(_guarded(lambda: switchboard.handle(world, request, path)))
            return
        matched = route(self.command, path[len(BASE_PATH) :]) if _in_base(path) else None
        if matched is not None:
            template, params, endpoint = matched
        else:
            endpoint = None
            template, params = _storage_template(path)
        fault = world.faults.take(ANSWER_KINDS, self.command, template, world.clock.now())
        entry = self._log(template, fault)
        if fault is not None and fault.kind == "refuse":
            return self._hang_up(reset=True)
        body = self._body()
        if body is None:
            return
        request = self._request(template, params, parts.query, body)
        least, most = world.settings.latency_seconds
        seconds = world.random.uniform(least, most)
        if fault is not None and fault.kind == "delay" and fault.get("when") != "after":
            seconds += fault.get("seconds", 1.0)
        if seconds:
            world.clock.sleep(seconds)
        if fault is not None and fault.kind == "error" and not fault.get("carried_out"):
            answer = _error_of(fault)
        else:
            answer = _guarded(lambda: _carried_out(world, request, endpoint, path))
        if fault is not None and fault.kind == "error" and fault.get("carried_out"):
            answer = _error_of(fault)
        entry["status"] = answer.status
        self._answer(answer, fault)

    def _answer(self, answer: Answer, fault: Fault | None) -> None:
        kind = fault.kind if fault is not None else ""
        if fault is None or kind in ("error", "refuse"):
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
            page = b"<html><body><h1>It works!</h1></body></html>"
            self._send(Answer(fault.get("status", answer.status), page, "text/html"))
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
        if self.command == "HEAD" or answer.status == 204:
            return
        if seconds is None:
            self.wfile.write(answer.body[:upto])
            return
        steps = 20
        size = max(1, -(-len(answer.body) // steps))
        for start in range(0, len(answer.body), size):
            self.wfile.write(answer.body[start : start + size])
            self.wfile.flush()
            self.server.world.clock.sleep(seconds / steps)

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
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(json_answer(411, ApiError("LENGTH_REQUIRED", status=411).body()))
            return None
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(_error_answer(ApiError(choices.FILE_TOO_LARGE[0])))
            return None
        return self.rfile.read(length)

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

    def _log(self, template: str, fault: Fault | None) -> dict[str, Any]:
        world = self.server.world
        now = world.clock.now()
        entry: dict[str, Any] = {
            "at": timestamp(now),
            "time": now,
            "method": self.command,
            "endpoint": template,
            "status": None,
            "fault": fault.kind if fault is not None else None,
            "key_sent": "x-api-key" in self.headers,
        }
        with world.lock:
            world.requests.append(entry)
            world.counts[f"{self.command} {template}"] += 1
        return entry


def _in_base(path: str) -> bool:
    return path.startswith(f"{BASE_PATH}/")


def _storage_template(path: str) -> tuple[str, dict[str, str]]:
    for kind in ("results", "previews"):
        prefix = f"/{kind}/"
        if path.startswith(prefix):
            return f"{prefix}{{id}}", {"id": unquote(path[len(prefix) :])}
    return "unknown", {}


def _carried_out(world: World, request: Request, endpoint: Any, path: str) -> Answer:
    if endpoint is not None:
        with world.lock:
            account = world.account_of(request.headers.get("x-api-key"))
            world.admit(account, world.clock.now())
        answer: Answer = endpoint(world, account, request)
        return answer
    if request.template == "unknown":
        raise ApiError(choices.NOT_FOUND[0])
    refusal = storage.refusal(world, unquote(path), request.query)
    if refusal is not None:
        return refusal
    if request.template.startswith("/results/"):
        return storage.result(world, request.params["id"])
    return storage.preview(world, request.params["id"])


def _guarded(work: Any) -> Answer:
    try:
        answer: Answer = work()
        return answer
    except ApiError as error:
        return _error_answer(error)
    except Exception:
        traceback.print_exc()
        return _error_answer(ApiError(choices.INTERNAL_ERROR[0]))


def _error_answer(error: ApiError) -> Answer:
    return json_answer(error.status, error.body(), error.headers)


def _error_of(fault: Fault) -> Answer:
    headers = {}
    if fault.get("retry_after") is not None:
        headers["Retry-After"] = str(fault.get("retry_after"))
    code = fault.get("code", choices.INTERNAL_ERROR[0])
    return _error_answer(
        ApiError(
            code,
            fault.get("message"),
            status=fault.get("status"),
            details=fault.get("details", []),
            headers=headers,
        )
    )
