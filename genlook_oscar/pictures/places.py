"""How many pictures are decoded at once on this host, by all processes of the shop together.

A place is a lock on a file: it is free again when its holder is gone, however that came.
"""

import fcntl
import hashlib
import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from .bounds import Patience
from .refusals import Busy

PLACES = 2
"""For what people wait for, and as many again for workers. So all decoding together needs at most
four times `bounds.MEMORY` on a host. Chosen here for the two processors of a small one."""
WAITING = 8
"""How many people's pictures may wait; more would not have their turn in time and only hold
threads that could answer other requests. Chosen here."""
AGAIN = 0.01
"""Seconds until it is tried again."""

_here = {asked: threading.BoundedSemaphore(PLACES) for asked in (True, False)}


@contextmanager
def place(patience: Patience, until: float) -> Iterator[None]:
    """Hold a place to decode; `until` is a moment of `time.monotonic`. Raises `Busy`."""
    name = "asked" if patience.asked else "work"
    with _first(name, PLACES, 0) as held:
        if held:
            yield
            return
    with _first(f"{name}-waiting", WAITING if patience.asked else 0, 0) as waits:
        if patience.asked and not waits:
            raise Busy
        with _first(name, PLACES, until) as held:
            if not held:
                raise Busy
            yield


@contextmanager
def _first(name: str, count: int, until: float) -> Iterator[bool]:
    """Hold the first lock that is free of `count`, waiting `until` then; whether one is held."""
    folder = _folder()
    if folder is None:
        yield from _without_files(name, until)
        return
    while True:
        for number in range(count):
            file = os.open(
                folder / f"{name}-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(file)
                continue
            try:
                yield True
            finally:
                # By name: a process forked meanwhile has the same lock.
                fcntl.flock(file, fcntl.LOCK_UN)
                os.close(file)
            return
        if time.monotonic() >= until:
            yield False
            return
        time.sleep(AGAIN)


def _without_files(name: str, until: float) -> Iterator[bool]:
    """Where no folder can be had, the bound is one of each process."""
    if name.endswith("-waiting"):
        yield True
        return
    semaphore = _here[name == "asked"]
    held = semaphore.acquire(timeout=max(0, until - time.monotonic()))
    try:
        yield held
    finally:
        if held:
            semaphore.release()


@cache
def _folder() -> Path | None:
    """The folder of the locks: this user's and this installation's, nobody else's."""
    whose = hashlib.sha256(f"{os.getuid()} {__file__}".encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"genlook_oscar-{whose}"
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        ours = found.st_uid == os.getuid() and not found.st_mode & 0o077
        if stat.S_ISDIR(found.st_mode) and ours and os.access(folder, os.W_OK):
            return folder
    return None
