"""Real processes for tests: actors that start together, and django-q2 clusters."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that works on this test's database and emulator."""
    from django.conf import settings
    from django.db import connection

    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database_url(connection.settings_dict),
        "GENLOOK_BASE_URL": settings.GENLOOK_BASE_URL,
        "GENLOOK_API_KEY": settings.GENLOOK_API_KEY,
        "PYTHONPATH": str(ROOT),
        **more,
    }


def apart() -> dict[str, str]:
    """The environment of a process that has a project of its own and shares with the tests only
    which package they test: the one that lies here, or the one that was built."""
    theirs = ("DJANGO_SETTINGS", "DATABASE", "GENLOOK")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    return kept | {name: os.environ[name] for name in ["GENLOOK_TEST_WHEEL"] if name in os.environ}


def database_url(database: dict[str, Any]) -> str:
    """The URL of a database from Django's settings of it."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    user = quote(database.get("USER") or "")
    password = quote(database.get("PASSWORD") or "")
    host = quote(database.get("HOST") or "", safe="")
    kind = "mysql" if database["ENGINE"].endswith("mysql") else "postgres"
    port = database.get("PORT") or {"mysql": 3306, "postgres": 5432}[kind]
    return f"{kind}://{user}:{password}@{host}:{port}/{database['NAME']}"


def burst(pid: int, times: int = 20_000) -> None:
    """Send a process SIGTERM and SIGINT in turns, as fast as it goes."""
    with suppress(ProcessLookupError):
        for turn in range(times):
            os.kill(pid, (signal.SIGTERM, signal.SIGINT)[turn % 2])


class Child:
    """A process of the nursery's, used like one of `subprocess`. It leads a group of its own."""

    def __init__(self, pid: int, status: int, said: int | None, told: int | None) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._status = os.fdopen(status)
        self.stdout = None if said is None else os.fdopen(said)
        self.stdin = None if told is None else os.fdopen(told, "w")

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, negative for a signal; raises `TimeoutExpired`."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("a child of the nursery", timeout or 0)
            self.returncode = int(self._status.readline() or -signal.SIGKILL)
            self._status.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To the one process, while it is there."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def members(self) -> dict[int, int]:
        """The living processes of its group, each with the number of its threads."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                # The name, in brackets, may contain anything.
                values = (folder / "stat").read_text().rpartition(")")[2].split()
                if int(values[2]) == self.pid and values[0] != "Z":
                    found[int(folder.name)] = int(values[17])
        return found

    def end(self) -> None:
        """Kill it with its whole group, and wait for its end."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.wait()
        self.close()

    def close(self) -> None:
        """Let go of its pipes."""
        for stream in (self._status, self.stdin, self.stdout):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()


class Nursery:
    """`tests.nursery`, started when a process is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._children: list[Child] = []

    def child(self, call: str, *arguments: str, talks: bool = False, **more: str) -> Child:
        """Have `module:function` called in a process of its own. One that `talks` has pipes
        for its input and output; what the others say is kept in the file GENLOOK_TEST_LOG."""
        log = os.environ.get("GENLOOK_TEST_LOG", os.devnull)
        error = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        status, ended = os.pipe()
        heard, told = os.pipe() if talks else (os.open(os.devnull, os.O_RDONLY), None)
        said, says = os.pipe() if talks else (None, os.dup(error))
        request = {"call": call, "arguments": arguments, "environment": environment(**more)}
        theirs = [heard, says, error, ended]
        with self._lock:
            control = self._control = self._control or self._started()
            socket.send_fds(control, [json.dumps(request).encode() + b"\n"], theirs)
            pid = int(control.recv(32))
        for descriptor in theirs:
            os.close(descriptor)
        self._children.append(Child(pid, status, said, told))
        return self._children[-1]

    def close(self) -> None:
        """End it with all that it has started."""
        if self._control and self._process:
            self._control.close()
            self._process.wait()
            self._control = None
        for child in self._children:
            child.close()

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
            cwd=ROOT,
            env=environment(),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        return ours

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


_nursery = Nursery()
atexit.register(_nursery.close)


def actors(count: int, action: str, *arguments: object, **more: str) -> list[str]:
    """Let `count` processes do one action of `tests.actor` at the same moment; what each says."""
    return actors_each(action, [arguments] * count, **more)


def actors_each(action: str, wishes: Sequence[Sequence[object]], **more: str) -> list[str]:
    """The same with a process for each wish, which are the arguments of its action."""
    count = len(wishes)
    children = [
        _nursery.child("tests.actor:act", action, *map(str, wish), talks=True, **more)
        for wish in wishes
    ]
    try:
        for child in children:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin
            child.stdin.write("go\n")
            child.stdin.flush()
        codes = [child.wait(timeout=180) for child in children]
        said = [child.stdout.read().strip() for child in children if child.stdout]
    finally:
        for child in children:
            child.end()
    assert codes == [0] * count
    return said


def run(*arguments: str, **more: str) -> tuple[int, str]:
    """The exit code and the output of a management command in a process of its own."""
    child = _nursery.child("tests.nursery:command", *arguments, talks=True, **more)
    try:
        assert child.stdout
        said = child.stdout.read()
        return child.wait(timeout=180), said
    finally:
        child.end()


@contextmanager
def cluster(patience: float = 15, **more: str) -> Iterator[Child]:
    """A real `qcluster` on this test's database and emulator, ended with all its processes:
    at once, or after `patience` seconds for what they hold."""
    child = _nursery.child("tests.nursery:command", "qcluster", **more)
    try:
        yield child
    finally:
        if patience:
            # To the one process first: it ends its workers when they have done what they hold.
            child.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                child.wait(timeout=patience)
        child.end()


@contextmanager
def shop(**more: str) -> Iterator[int]:
    """The shop behind a real server, on this test's database and emulator: its port."""
    server = _nursery.child("tests.serving:serve", talks=True, **more)
    try:
        assert server.stdout
        yield int(server.stdout.readline())
    finally:
        server.end()
