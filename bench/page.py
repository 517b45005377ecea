"""The product page with the button and without the package: queries, time, bytes."""

from __future__ import annotations

import gzip
import re
from typing import Any

from .case import measured
from .probe import Probe
from .stand import stand
from .table import Line, Row
from .visitor import queries, shares
from .web import web_server

TIMES = 300
WARM = 20
COUNT = {"X-Count-Queries": "1"}


def measure(times: int) -> dict[str, Any]:
    """Look at one product page by turns in two shops on one database: one has the package,
    in the other nobody has installed it."""
    with stand(cluster=False, web=True) as place, web_server(BENCH_WITHOUT="1") as plain:
        path = place.product().get_absolute_url()
        probes = {
            "with": Probe(place.web, {"Accept": "text/html"}),
            "without": Probe(plain.address, {"Accept": "text/html"}),
        }
        taken: dict[str, list[float]] = {name: [] for name in probes}
        for turn in range(-WARM, times):
            # Who is second finds the database's pages warm; so they take turns at that.
            for name in sorted(probes, reverse=turn % 2 == 0):
                milliseconds = probes[name].ask(path)[0]
                if turn >= 0:
                    taken[name].append(milliseconds)
        pages = {name: probe.ask(path, COUNT) for name, probe in probes.items()}
        bodies = {name: page[2] for name, page in pages.items()}
        return {
            "ms": {name: shares(values) for name, values in taken.items()},
            "queries": {name: queries(page[1])[0] for name, page in pages.items()},
            "bytes": {name: len(body) for name, body in bodies.items()},
            "gzip": {name: _packed(body) for name, body in bodies.items()},
            "assets": _assets(bodies["with"].decode()),
        }


def _assets(page: str) -> dict[str, int]:
    """Gzipped bytes of each of our files that the page itself asks for."""
    from pathlib import Path

    from django.contrib.staticfiles import finders

    names = sorted(set(re.findall(r'(?<=\s)(?:src|href)="/static/(genlook_oscar/[^"]+)"', page)))
    return {name: _packed(Path(str(finders.find(name))).read_bytes()) for name in names}


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 6, mtime=0))


def run(full: bool, small: bool) -> Row:
    """The row."""
    found = measured("bench.page:measure", times=40 if small else TIMES)
    ms, count = found["ms"], found["queries"]
    more = ms["with"]["p50"] - ms["without"]["p50"]
    markup = found["gzip"]["with"] - found["gzip"]["without"]
    before = markup + sum(found["assets"].values())
    without = "without the package: "
    lines = [
        Line.most(
            "queries more", count["with"] - count["without"], 1, "", f"{without}{count['without']}"
        ),
        Line.most("time more, median", more, 2.0, "ms", digits=2),
        Line.plain(
            "time, p50 / p95",
            f"{ms['with']['p50']:.1f} / {ms['with']['p95']:.1f} ms",
            f"{without}{ms['without']['p50']:.1f} / {ms['without']['p95']:.1f} ms",
        ),
        Line.plain(
            "HTML, as is / gzipped",
            f"{found['bytes']['with']} / {found['gzip']['with']} B",
            f"{without}{found['bytes']['without']} / {found['gzip']['without']} B",
        ),
        Line.most("transfer before the click, gzipped", before, 1500, "B"),
        Line.plain(
            "of it",
            f"markup {markup} B, "
            + ", ".join(
                f"{name.split('/')[-1]} {size} B" for name, size in found["assets"].items()
            ),
        ),
    ]
    return Row("page", lines, found)
