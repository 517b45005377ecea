"""The emulator's own clock: real time plus an offset that a switch moves."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone


class Clock:
    """Seconds since the epoch; goes on by itself and can be moved forward.

    It runs on the monotonic clock, so a step of the machine's clock does not disturb it.
    """

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._moved = threading.Condition()
        self._stopped = False

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.monotonic() + self._offset

    def advance(self, seconds: float) -> float:
        """Move forward by ``seconds`` (not negative) and return the new time."""
        if seconds < 0:
            raise ValueError("The clock only moves forward.")
        with self._moved:
            self._offset += seconds
            self._moved.notify_all()
            return self.now()

    def wait_until(self, when: float) -> bool:
        """Wait until this clock shows ``when``; False when stopped before."""
        with self._moved:
            while not self._stopped:
                left = when - self.now()
                if left <= 0:
                    return True
                self._moved.wait(min(left, 3600))
            return False

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of real time; ends early when the emulator stops."""
        end = time.monotonic() + seconds
        with self._moved:
            while not self._stopped and (left := end - time.monotonic()) > 0:
                self._moved.wait(left)

    def wait_for(self, event: threading.Event) -> bool:
        """Wait until `event` is set; False when stopped before."""
        while not self._stopped:
            if event.wait(0.02):
                return True
        return False

    def stop(self) -> None:
        """End every wait."""
        with self._moved:
            self._stopped = True
            self._moved.notify_all()

    def resume(self) -> None:
        """Let waits happen again after ``stop``."""
        self._stopped = False


def timestamp(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds, as Genlook writes it."""
    moment = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
