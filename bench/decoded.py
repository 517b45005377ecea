"""What one picture costs: `python -m bench.decoded FILE ...` prints a line of JSON for each.

The process has loaded what the one has that decodes pictures for the shop, and forks another
for each file in the same way; the system then tells what that one has taken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pillow_heif  # noqa: F401

from genlook_oscar import pictures
from genlook_oscar.pictures import decoding, limits, process
from genlook_oscar.pictures.bounds import planned

from .processes import ROOT

MAX_PIXELS = 64_000_000
LONG_SIDE = 1600


def apart(path: Path) -> dict[str, Any]:
    """`cost` of a file, in a process that begins as the shop's decoder does."""
    said = subprocess.run(
        [sys.executable, "-m", "bench.decoded", str(path)],
        cwd=ROOT,
        env=process._environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def cost(path: Path) -> dict[str, Any]:
    """The answer, seconds for the header, and megabytes and processor seconds of decoding."""
    content = path.read_bytes()
    begun = time.process_time()
    found: dict[str, Any] = {"bytes": len(content), "memory": 0.0, "processor": 0.0}
    try:
        header = pictures.inspect(content)
        aim = {"aim": "jpeg", "quality": 90}
        task = planned(header, aim, LONG_SIDE, MAX_PIXELS)
    except pictures.Refused as refused:
        return found | {"answer": refused.code, "header": time.process_time() - begun}
    found["header"] = time.process_time() - begun
    body = b"".join(header.body)
    profile = header.profile
    del content, header
    read, write = os.pipe()
    patience = pictures.SOMEONE_WAITS
    pid = os.fork()
    if not pid:
        _decode({**task, "seconds": 60, "processor": patience.processor}, body, profile, write)
    os.close(write)
    with os.fdopen(read, "rb") as source:
        answer = source.read().decode()
    _, status, used = os.wait4(pid, 0)
    found["memory"] = used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
    found["processor"] = used.ru_utime + used.ru_stime
    ended = os.waitstatus_to_exitcode(status)
    return found | {"answer": answer or f"too_complex (ended by signal {-ended})"}


def _decode(task: dict[str, Any], body: bytes, profile: bytes, write: int) -> None:
    limits.from_now(task["seconds"], task["processor"])
    try:
        told, _ = decoding.done(decoding.Task(**task), body, profile, b"")
        answer = f"{told['width']} x {told['height']}"
    except MemoryError:
        answer = "too_complex"
    except Exception as error:
        answer = f"damaged ({type(error).__name__})"
    os.write(write, answer.encode())
    os._exit(0)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(json.dumps(cost(Path(name))), flush=True)
