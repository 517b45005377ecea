"""Processes of a measurement: started, looked at, ended with all their children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parents[1]
TICKS = os.sysconf("SC_CLK_TCK")


class Memory(NamedTuple):
    """Memory of a process in MB: all that it can see (`rss`), which tells whether it grows,
    and its share of it (`pss`), of which the sum over processes is what they take together.
    The shares move without anything growing when a page stops being shared."""

    rss: float
    pss: float


class Tree:
    """A process started here and all it has started, which share its session."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def members(self) -> dict[int, list[str]]:
        """Of each living member, by its id, the fields of /proc/<id>/stat after its name."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(") ")[2].split()
                if int(fields[3]) == self.process.pid and fields[0] != "Z":
                    found[int(entry.name)] = fields
        return found

    def cpu_seconds(self) -> float:
        """Processor time of all members, those included that have ended since."""
        return sum(sum(map(int, f[11:15])) for f in self.members().values()) / TICKS

    def memory(self) -> list[Memory]:
        """What each member takes."""
        found = []
        for pid in self.members():
            with suppress(OSError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                sizes = {line.split()[0]: line.split()[1] for line in lines[1:]}
                found.append(Memory(int(sizes["Rss:"]) / 1024, int(sizes["Pss:"]) / 1024))
        return found


def end_orderly() -> None:
    """Have SIGTERM end this process by way of everybody's `finally`, which further ones do
    not interrupt."""

    def end(number: int, frame: object) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)


@contextmanager
def running(
    *command: str, say: bool = False, nice: int = 0, environment: Mapping[str, str] = {}
) -> Iterator[Tree]:
    """Run a Python module with its arguments; with `say`, what it prints can be read; with
    `nice`, after the others wherever processors are scarce."""
    process = subprocess.Popen(
        ["nice", "-n", str(nice), sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE if say else subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    tree = Tree(process)
    # Linux may weigh whole sessions against each other, and then this counts instead.
    with suppress(OSError):
        Path(f"/proc/{process.pid}/autogroup").write_text(str(nice))
    try:
        yield tree
    finally:
        # To the one process first: it ends its children when they have done what they hold.
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        for pid in tree.members():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        if process.stdout:
            process.stdout.close()


def until(condition: Callable[[], Any], timeout: float, what: str, every: float = 0.05) -> Any:
    """Wait for a condition, or give up on the measurement."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"gave up after {timeout:.0f} s: {what}")
        time.sleep(every)
    return value
