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
four times `bounds.MEMORY` on a host. Chosen here for the two processors of a small one. What is
slow (`bounds.is_quick`) has only the last of them, so that it keeps no ordinary photo out."""
OF_A_PROCESS = {True: 8, False: 2}
"""People's pictures that one process may be busy with, decoding or waiting, quick ones and slow
ones: each holds a thread that could answer other requests. Chosen here: eight quick ones have all
had their turn after two seconds, two slow ones leave half of a small web server's threads."""
AGAIN = 0.01
"""Seconds until it is tried again."""

_here = {asked: threading.BoundedSemaphore(PLACES) for asked in (True, False)}
_crowd = {quick: threading.BoundedSemaphore(most) for quick, most in OF_A_PROCESS.items()}


@contextmanager
def place(patience: Patience, *, quick: bool = True) -> Iterator[float]:
    """Hold a place to decode; yields the moment of `time.monotonic` at which all must be done.
    Raises `Busy`, for what is not quick at once where `patience` does not wait."""
    now = time.monotonic()
    until = now + patience.seconds
    with _inside(patience, quick):
        name = "asked" if patience.asked else "work"
        first = max(PLACES - 1, 0) if patience.asked and not quick else 0
        waits = patience.waits or quick
        with _first(name, range(first, PLACES), until if waits else now) as held:
            if not held:
                raise Busy
            yield until


@contextmanager
def _inside(patience: Patience, quick: bool) -> Iterator[None]:
    """Be one of those that this process may be busy with. Raises `Busy`."""
    if not patience.asked:
        yield
        return
    if not _crowd[quick].acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _crowd[quick].release()


@contextmanager
def _first(name: str, numbers: range, until: float) -> Iterator[bool]:
    """Hold the first lock that is free of `numbers`, waiting `until` then; whether one is held."""
    folder = _folder()
    if folder is None:
        yield from _without_files(name, until)
        return
    while True:
        for number in numbers:
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
