"""What pictures cost: each case of the corpus, and bombs at once beside a reader of pages."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from .case import measured
from .decoded import apart
from .storm import AGAIN_SECONDS, GUESTS
from .table import Line, Row, percentile

ROUNDS = 12
SECONDS = 2.0
"""Within which each bomb is answered."""
PHOTO_SECONDS = 5.0
"""Within which an honest photo is in."""
TIMES = 3
"""So many times as long as alone pages may take beside bombs, at their 95th percentile."""
SERVERS: dict[str, dict[str, Any]] = {
    "gunicorn, 2 processes": {"threads": 0, "photos_apart": False},
    "gunicorn, 2 processes of 4 threads": {"threads": 4, "photos_apart": False},
    "the same, with a web server for photos": {"threads": 4, "photos_apart": True},
}


def costs(small: bool) -> list[dict[str, Any]]:
    """Each case, decoded in a process of its own: answer, megabytes, processor seconds."""
    from tests.pictures.bombs import BOMBS as bombs
    from tests.pictures.bombs import HEAVY

    found = []
    makers = {name: make for name, (_, make) in bombs.items()} | HEAVY
    names = list(makers)[:4] if small else list(makers)
    with tempfile.TemporaryDirectory(prefix="genlook-bench-") as scratch:
        path = Path(scratch) / "picture"
        for name in names:
            path.write_bytes(makers[name]())
            expected = bombs[name][0] if name in bombs else ""
            found.append({"name": name, "expected": expected, **apart(path)})
    return found


def lines_of(server: str, found: dict[str, Any]) -> list[Line]:
    """What one web server did."""
    lines = []
    once = f"beside {GUESTS} bombs at once"
    again = f"beside {GUESTS} guests who post again and again for {AGAIN_SECONDS} s"
    for key, when in (("once", once), ("again", again)):
        part = found[key]
        aim = round(TIMES * part["alone"]["p95"], 1)
        alone = "{p50:.1f} / {p95:.1f} ms".format(**part["alone"])
        lines += [
            Line.plain(f"{server}: pages read alone, p50 / p95", alone),
            Line.spread(
                f"{server}: {part['beside']['pages']} pages read {when}",
                {"ours": part["beside"]},
                "ms",
                (None, aim),
            ),
            Line.plain("the slowest of them", f"{part['beside']['most']:.0f} ms"),
            refused(part["answers"]),
            Line.most(
                "longest answer to a bomb",
                max(seconds for _, seconds in part["answers"]),
                SECONDS,
                "s",
                digits=2,
            ),
            photos(part["photos"]),
        ]
    before, after = found["workers"]
    lines.append(
        Line(
            f"{server}: lost of the web server",
            "none",
            str(len(set(before) - set(after))),
            "",
            before == after,
        )
    )
    return lines


def refused(answers: list[tuple[str, float]]) -> Line:
    """How many bombs were refused, by code."""
    codes = Counter(code for code, _ in answers)
    good = sum(n for code, n in codes.items() if "photo_" in code)
    busy = codes["503 photo_busy"]
    text = f"{good} of {len(answers)}, {busy} of them as `photo_busy`"
    return Line("bombs refused with a code", "all", text, "", good == len(answers))


def photos(sent: list[tuple[float | None, int]]) -> Line:
    """How long an honest photo took."""
    taken = [seconds for seconds, _ in sent if seconds is not None] or [0.0]
    times = max((times for _, times in sent), default=0)
    whole = sum(seconds is not None for seconds, _ in sent)
    return Line(
        f"{len(sent)} photos of 12 megapixels beside them are in, half of them / all",
        f"all, <= {PHOTO_SECONDS:g} s",
        f"{percentile(taken, 0.5):.1f} / {max(taken):.1f} s, sent {times} times at most",
        "",
        whole == len(sent) > 0 and max(taken) <= PHOTO_SECONDS,
    )


def run(full: bool, small: bool) -> Row:
    """The row."""
    from genlook_oscar.pictures import MEMORY

    budget = MEMORY / 1024**2
    found: dict[str, Any] = {}
    lines: list[Line] = []
    for server, settings in SERVERS.items():
        found[server] = measured(
            "bench.storm:storms",
            **settings,
            rounds=1 if small else ROUNDS,
            seconds=1 if small else AGAIN_SECONDS,
        )
        lines += lines_of(server, found[server])
    found["costs"] = costs(small)
    for case in found["costs"]:
        said = f"{case['answer']}; header {case['header'] * 1000:.0f} ms"
        if case["memory"]:
            said += f"; {case['memory']:.0f} MB, {case['processor']:.2f} s"
        right = case["answer"].startswith(case["expected"]) and case["memory"] <= budget
        aim_text = case["expected"] or f"<= {budget:.0f} MB"
        lines.append(
            Line(f"{case['name']} ({case['bytes'] / 1e6:.1f} MB)", aim_text, said, "", right)
        )
    return Row("pictures", lines, found)
