"""Real processes for tests: actors that start together, and django-q2 clusters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
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


def database_url(database: dict[str, Any]) -> str:
    """The URL of a database from Django's settings of it."""
    if database["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{database['NAME']}"
    user = quote(database.get("USER") or "")
    password = quote(database.get("PASSWORD") or "")
    host = quote(database.get("HOST") or "", safe="")
    port = database.get("PORT") or 5432
    return f"postgres://{user}:{password}@{host}:{port}/{database['NAME']}"


def actors(count: int, action: str, *arguments: str) -> list[str]:
    """Let `count` processes do one action of `tests.actor` at the same moment; what each says."""
    command = [sys.executable, "-m", "tests.actor", action, *map(str, arguments)]
    processes = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0].strip() for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert all(process.returncode == 0 for process in processes)
    return said


@contextmanager
def cluster(patience: float = 15, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real `qcluster` on this test's database and emulator, ended with all its processes:
    at once, or after `patience` seconds for what they hold."""
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "qcluster"],
        cwd=ROOT,
        env=environment(**more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _end(process, patience)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    if patience:
        # To the one process first: it ends its workers when they have done what they hold.
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
