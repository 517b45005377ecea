"""A real web server under guests who post bombs: no process of it is lost, and nothing is left."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from bench.storm import code_of, send_photo
from tests.conftest import wait_until
from tests.pictures.bombs import BOMBS, HEAVY
from tests.pictures.good import quarters
from tests.pictures.making import encoded
from tests.processes import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
GUESTS = 50
KINDS = {
    "sync": ("--workers", "2"),
    "gthread": ("--workers", "2", "--threads", "4"),
    "few requests each": ("--workers", "2", "--max-requests", "20"),
}


def parents() -> dict[int, int]:
    """Of each living process the one that started it."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(folder.name)] = int(parent)
    return found


def children(pid: int) -> list[int]:
    return sorted(child for child, parent in parents().items() if parent == pid)


def zombies(pids: list[int]) -> list[str]:
    """Ended processes that one of these has not taken away."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if state == "Z" and int(parent) in pids:
                found.append(folder.name)
    return found


class Server:
    """gunicorn on this test's database; `temporary` is its folder for temporary files."""

    def __init__(self, kind: str, temporary: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.temporary = temporary
        application = "django.core.wsgi:get_wsgi_application()"
        arguments = (*KINDS[kind], "--bind", self.address, "--worker-tmp-dir", "/dev/shm")
        with (temporary.parent / "gunicorn.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *arguments, application],
                cwd=ROOT,
                env=environment(TMPDIR=str(temporary)),
                stderr=log,
                start_new_session=True,
            )
        wait_until(self.listens)

    def listens(self) -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"http://{self.address}/", timeout=60).status_code < 500
        return False

    @property
    def said(self) -> str:
        return (self.temporary.parent / "gunicorn.log").read_text()

    def workers(self) -> list[int]:
        return children(self.process.pid)

    def decoders(self) -> list[int]:
        """The processes that fork those which decode."""
        return [child for worker in self.workers() for child in children(worker)]

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(60)


@pytest.fixture
def serve(configuration: Any, tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    servers: list[Server] = []
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def act(kind: str) -> Server:
        servers.append(Server(kind, temporary))
        return servers[-1]

    yield act
    for server in servers:
        server.end()


def small_photo() -> bytes:
    return encoded(quarters())


def sent(server: Server, content: bytes) -> int:
    """The status of an honest photo, sent again where there was no place."""
    status = 503
    while status == 503:
        status = send_photo(server.address, content).status_code
    return status


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_bombs_at_once(kind: str, serve: Callable[[str], Server]) -> None:
    server = serve(kind)
    assert sent(server, small_photo()) == 201
    before = server.workers()
    bombs = [make() for _, make in BOMBS.values()]
    start = threading.Barrier(GUESTS)
    codes: list[str] = []

    def guest(number: int) -> None:
        start.wait()
        try:
            codes.append(code_of(send_photo(server.address, bombs[number % len(bombs)])))
        except requests.ConnectionError as error:
            codes.append(str(error))

    threads = [threading.Thread(target=guest, args=(number,)) for number in range(GUESTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(codes) == GUESTS
    assert [code for code in codes if not code.startswith("photo_")] == []
    if kind != "few requests each":
        assert server.workers() == before
    for word in ("SIGKILL", "SIGSEGV", "TIMEOUT", "Traceback"):
        assert word not in server.said
    assert sent(server, encoded(quarters().rotate(90))) == 201
    # Nothing decodes any more, nothing waits to be taken away, no place is held, no file lies.
    wait_until(lambda: not any(children(pid) for pid in server.decoders()))
    assert zombies([*server.workers(), *server.decoders(), server.process.pid]) == []
    left = [path for path in server.temporary.iterdir() if path.is_file()]
    assert left == []
    for lock in server.temporary.glob("genlook_oscar-*/*"):
        with lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_decoder_that_is_killed_from_outside(serve: Callable[[str], Server]) -> None:
    server = serve("sync")
    assert sent(server, small_photo()) == 201
    before = server.workers()
    for _ in range(3):
        for pid in server.decoders():
            os.kill(pid, signal.SIGKILL)
        assert sent(server, small_photo()) == 201
    assert server.workers() == before


@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_a_worker_that_is_killed_while_it_decodes(
    kind: str, serve: Callable[[str], Server]
) -> None:
    server = serve(kind)
    assert sent(server, small_photo()) == 201
    costly = HEAVY["jpeg, 12 megapixels in 99 scans"]()
    killed = threading.Event()

    def post() -> None:
        while not killed.is_set():
            with suppress(requests.RequestException):
                send_photo(server.address, costly)

    thread = threading.Thread(target=post)
    thread.start()

    def decoding() -> list[tuple[int, int, int]]:
        return [
            (worker, decoder, child)
            for worker in server.workers()
            for decoder in children(worker)
            for child in children(decoder)
        ]

    worker, decoder, child = wait_until(decoding)[0]
    os.kill(worker, signal.SIGKILL)
    killed.set()
    thread.join()
    wait_until(lambda: not {decoder, child} & parents().keys())
    wait_until(lambda: len(server.workers()) == 2)
    assert worker not in server.workers()
    assert sent(server, small_photo()) == 201
