"""The one clock of the project, so that days can pass in tests."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.utils import timezone

_offset = timedelta(0)


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now() + _offset


def ticks() -> float:
    """Seconds that really pass, from any beginning: for a process's own patience, which a
    clock that is set must not change."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait `seconds` of real time; nothing for zero or less."""
    if seconds > 0:
        time.sleep(seconds)


@contextmanager
def shift(**delta: float) -> Iterator[None]:
    """Move the clock by a `timedelta(**delta)` inside the block, for tests. Blocks nest."""
    global _offset
    before = _offset
    _offset += timedelta(**delta)
    try:
        yield
    finally:
        _offset = before
