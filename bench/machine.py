"""The machine that figures come from, and whether it had nothing else to do."""

from __future__ import annotations

import os
import platform
import time
from datetime import datetime, timezone
from pathlib import Path

QUIET_LOAD = 1.5
LOOK_SECONDS = 3.0


def wait_until_quiet(most: float) -> None:
    """Wait for a load below `QUIET_LOAD`, at most so many seconds."""
    end = time.monotonic() + most
    while os.getloadavg()[0] >= QUIET_LOAD and time.monotonic() < end:
        time.sleep(5)


def circumstances() -> str:
    """Day, machine and versions, and how busy the machine is right now, in a sentence."""
    import django
    import django_q

    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    version = ".".join(map(str, django_q.VERSION))
    return (
        f"{datetime.now(timezone.utc):%Y-%m-%d}, {os.cpu_count()} cores ({model}), "
        f"Python {platform.python_version()}, Django {django.__version__}, django-q2 {version}; "
        f"{_busy():.0%} of the machine in use before the start."
    )


def _busy() -> float:
    """The share of all cores' time that is spent on something, over a few seconds."""
    before = _times()
    time.sleep(LOOK_SECONDS)
    spent = [after - earlier for after, earlier in zip(_times(), before, strict=True)]
    return 1 - (spent[3] + spent[4]) / sum(spent)


def _times() -> list[int]:
    return [int(value) for value in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
