"""What falls due at which time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

Task = Callable[[float], None]


class Agenda:
    """Runs what is due when it is asked to; costs O(log n) for each entry."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Task]] = []
        self._numbers = itertools.count()

    def at(self, when: float, task: Task) -> None:
        """Have ``task(when)`` run once ``when`` has come; infinity never comes."""
        if when != float("inf"):
            heapq.heappush(self._entries, (when, next(self._numbers), task))

    def run(self, now: float) -> None:
        """Run what is due, in the order of its times."""
        while self._entries and self._entries[0][0] <= now:
            when, _, task = heapq.heappop(self._entries)
            task(when)
