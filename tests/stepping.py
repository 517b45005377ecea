"""A clock that several processes share, and that a test sets forward and back."""

from __future__ import annotations

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path


class SharedOffset:
    """Seconds in a file, added to the time by all processes that have it for the offset of
    `genlook_oscar.clock`."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 0.0))
        with path.open("r+b") as file:
            self._bytes = mmap.mmap(file.fileno(), 0)

    def __radd__(self, moment: datetime) -> datetime:
        return moment + timedelta(seconds=struct.unpack("d", self._bytes[:])[0])

    def step(self, seconds: float) -> None:
        """Set the clock forward, or back."""
        self._bytes[:] = struct.pack("d", struct.unpack("d", self._bytes[:])[0] + seconds)
