"""One measurement in a process of its own: `python -m bench.case bench.burst:measure '{...}'`.

A process has one Django with one database, so that several can run side by side.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from .processes import ROOT, end_orderly


class Case:
    """A measurement that runs."""

    def __init__(self, function: str, options: dict[str, Any]) -> None:
        command = [sys.executable, "-m", "bench.case", function, json.dumps(options)]
        # In a session of its own: Ctrl-C reaches us, and we end it, once and orderly.
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def result(self) -> Any:
        """Wait for it and return what it measured."""
        said, _ = self._process.communicate()
        if self._process.returncode:
            raise SystemExit(f"a measurement failed with {self._process.returncode}")
        return json.loads(said.splitlines()[-1])

    def end(self) -> None:
        """Stop it, if it still runs, and wait until it has put away what it started."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=60)
        self._process.kill()
        self._process.wait()


@contextmanager
def begun(function: str, **options: Any) -> Iterator[Case]:
    """Begin a measurement, `module:function`, with its keyword arguments."""
    case = Case(function, options)
    try:
        yield case
    finally:
        case.end()


def measured(function: str, **options: Any) -> Any:
    """Make one measurement and return its result."""
    with begun(function, **options) as case:
        return case.result()


def main() -> None:
    """Do what the command line names; the last line printed is the result as JSON."""
    end_orderly()
    module, _, name = sys.argv[1].partition(":")
    result = getattr(import_module(module), name)(**json.loads(sys.argv[2]))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
