"""A line that says how far a long command is."""

import sys
from typing import TextIO

from .. import clock

WIDTH = 30
EVERY_SECONDS = 0.2
EVERY_SECONDS_IN_A_LOG = 10.0


class Progress:
    """Writes to stderr, so that what the command answers can go elsewhere: a bar that moves
    in a terminal, a line now and then in a log."""

    def __init__(self, label: str, stream: TextIO | None = None, *, silent: bool = False) -> None:
        self.label = label
        self.stream = stream or sys.stderr
        self.silent = silent
        self._moving = self.stream.isatty()
        self._started = clock.ticks()
        self._first: int | None = None
        self._shown_at = 0.0
        self._shown = ""

    def tell(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done; a `total` of 0 is unknown."""
        if self._first is None:
            self._first = done
        now = clock.ticks()
        pause = EVERY_SECONDS if self._moving else EVERY_SECONDS_IN_A_LOG
        if not self.silent and (now - self._shown_at >= pause or (total and done >= total)):
            self._shown_at = now
            self._show(self._line(done, total, now))

    def end(self) -> None:
        """Leave the line as it is, and go to the next."""
        if self._moving and self._shown:
            self.stream.write("\n")

    def _line(self, done: int, total: int, now: float) -> str:
        seconds = max(now - self._started, 0.001)
        rate = (done - (self._first or 0)) / seconds
        if not total:
            return f"{self.label}  {done}  {rate:.0f}/s"
        share = min(done / total, 1.0)
        filled = round(share * WIDTH)
        left = (total - done) / rate if rate else 0
        bar = "#" * filled + "." * (WIDTH - filled)
        return f"{self.label}  [{bar}] {share:4.0%}  {done}/{total}  {rate:.0f}/s  {_time(left)}"

    def _show(self, line: str) -> None:
        if self._moving:
            self.stream.write("\r" + line.ljust(len(self._shown)))
        elif line != self._shown:
            self.stream.write(line + "\n")
        self._shown = line
        self.stream.flush()


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
