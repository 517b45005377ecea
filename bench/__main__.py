"""`python -m bench [row ...]`: measure, and print one table in the end."""

from __future__ import annotations

import argparse
import sys

from . import (
    burst,
    click,
    idle,
    inflight,
    machine,
    page,
    pictures,
    processes,
    report,
    screen,
    status,
)
from .table import Row, as_text

ROWS = {
    "click": click.run,
    "status": status.run,
    "page": page.run,
    "screen": screen.run,
    "pictures": pictures.run,
    "burst": burst.run,
    "idle": idle.run,
    "inflight": inflight.run,
}


def main() -> int:
    """Returns 1 when an aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"{', '.join(ROWS)}; all if none")
    parser.add_argument("--full", action="store_true", help="more of it; takes an hour")
    parser.add_argument("--small", action="store_true", help="only to see that it runs")
    parser.add_argument("--write", action="store_true", help="put figures and pictures into docs/")
    parser.add_argument(
        "--wait", type=float, default=0, help="wait at most so many seconds for a quiet machine"
    )
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS]
    if unknown:
        parser.error(f"no such row: {', '.join(unknown)}; there are {', '.join(ROWS)}")
    processes.end_orderly()
    machine.wait_until_quiet(options.wait)
    rows: list[Row] = []
    for name in options.rows or ROWS:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        circumstances = machine.circumstances()
        row = ROWS[name](options.full, options.small)
        row.circumstances = circumstances
        rows.append(row)
        print(as_text([row]), file=sys.stderr, flush=True)
        if options.write:
            report.write([row])
    print("\n" + as_text(rows))
    return int(any(line.met is False for row in rows for line in row.lines))


if __name__ == "__main__":
    sys.exit(main())
