"""This side of the process that decodes: started at need, one for each process of the shop."""

import atexit
import multiprocessing.spawn
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import wire
from .bounds import Patience
from .header import Part
from .refusals import Busy, Refused

ATTEMPTS = 3
"""How often a process that has just ended itself is replaced."""
PASSED_ON = (
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "TMPDIR",
)
"""What the process learns of the environment. Keys and passwords are none of its business."""


_START = """
import sys
sys.path += sys.argv[1:]
from genlook_oscar.pictures.__main__ import main
main()
"""
"""What the process runs. The shop's folders come last: one of a project's files may be called as a
module of Python's own is, which the shop had loaded before it looked there."""


class _Decoder:
    """The process, as one process of the shop knows it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def hand_over(self, job: socket.socket) -> None:
        """Have a picture decoded that comes over `job`. Raises `OSError` when that fails."""
        with self._lock:
            if self._control is None:
                self._start()
            assert self._control is not None
            socket.send_fds(self._control, [b"+"], [job.fileno()])

    def end(self) -> None:
        """Let the process go; the next picture starts another."""
        with self._lock:
            if self._control is not None:
                self._control.close()
            if self._process is not None:
                # It ends as soon as it sees that nobody is there.
                self._process.wait()
            self._control = self._process = None

    def _start(self) -> None:
        control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [_python(), "-c", _START, *map(os.path.abspath, sys.path)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                # Whoever stops the shop with Ctrl-C means the shop.
                start_new_session=True,
            )
        self._control = control


_decoder = _Decoder()


def _after_fork() -> None:
    # Another process of the shop has another; the parent's is the parent's.
    global _decoder
    _decoder = _Decoder()


os.register_at_fork(after_in_child=_after_fork)
atexit.register(lambda: _decoder.end())


def ask(
    task: dict[str, Any],
    body: Sequence[Part],
    more: Sequence[bytes],
    patience: Patience,
    until: float,
) -> tuple[dict[str, Any], bytes]:
    """Have a task done (`decoding.Task`, without its seconds), by somebody who holds a place
    `until` then; what it tells, and its bytes.

    Raises `Refused` for what cannot be decoded within the bounds, `Busy` when there was no
    time for it.
    """
    with _job() as job:
        left = until - time.monotonic()
        task = {**task, "seconds": left, "processor": patience.processor}
        # The process is ended at that moment by the system; this is only for the case that the
        # system has no time for anything.
        job.settimeout(max(left, 0) + 1)
        try:
            wire.send(job, {"task": task, "more": [part.hex() for part in more]}, body)
            told, out = wire.receive(job)
        except (OSError, EOFError):
            if time.monotonic() >= until - 0.05:
                raise Busy from None
            raise Refused("too_complex") from None
    if "refused" in told:
        raise Refused(told["refused"])
    return told, out.getvalue()


def _job() -> socket.socket:
    """A connection to a process that waits for its task."""
    for _ in range(ATTEMPTS):
        ours, theirs = socket.socketpair()
        decoder = _decoder
        with suppress(OSError), theirs:
            decoder.hand_over(theirs)
            theirs.close()
            ours.settimeout(30)
            if ours.recv(1):
                return ours
        ours.close()
        decoder.end()
    raise Busy


def _python() -> str:
    """The interpreter. Where Python is part of a server, `multiprocessing.set_executable` tells
    which it is, or it lies where it is installed."""
    told = os.fsdecode(multiprocessing.spawn.get_executable() or sys.executable)
    if "python" in Path(told).name.lower():
        return told
    return str(Path(sys.exec_prefix) / "bin" / "python3")


def _environment() -> dict[str, str]:
    known = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    # Each further arena of glibc would take address space that the bound of memory counts.
    return {**known, "MALLOC_ARENA_MAX": "1", "PYTHONDONTWRITEBYTECODE": "1"}
