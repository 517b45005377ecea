"""What pictures cost: each case of the corpus, and 50 bombs at once beside a reader of pages."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import requests

from .case import measured
from .decoded import apart
from .probe import Probe
from .processes import ROOT
from .stand import WORKERS_NICE, stand, until
from .table import Line, Row
from .visitor import shares

BOMBS = 50
ROUNDS = 6
PAGES = 100
"""That a browser reads one after the other in each round, without a pause."""
SECONDS = 2.0
"""Within which each is answered."""


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


def storm(rounds: int) -> dict[str, Any]:
    """Read the shop's pages alone, and while 50 guests post a bomb each at the same moment."""
    from tests.pictures.bombs import BOMBS as bombs
    from tests.pictures.bombs import HEAVY

    several = [make() for name, (_, make) in bombs.items() if "announced as" not in name]
    several.append(HEAVY["jpeg, 12 megapixels in 99 scans"]()[:-2000])
    with stand(cluster=False, web=True) as place:
        from genlook_oscar.models import Configuration

        configuration = Configuration.load()
        configuration.lift_limits()
        configuration.save()
        paths = ["/catalogue/", place.product().get_absolute_url()]
        reader = Probe(place.web, {"Accept": "text/html"})

        def read(pages: int) -> list[float]:
            return [reader.ask(paths[turn % 2])[0] for turn in range(pages)]

        for path in paths * 2:
            # Each of the web server's processes reads its code at its first page.
            requests.get(f"http://{place.web}{path}", timeout=120)
        read(40)
        alone: list[float] = []
        beside: list[float] = []
        answers: list[tuple[str, float]] = []
        for _ in range(rounds):
            # By turns, so that whatever else the machine does is in both.
            alone += read(PAGES)
            guests = Guests(place.web, several)
            until(guests.ready, 60, "the guests do not come")
            beside += read(PAGES // 10)
            guests.go()
            beside += read(PAGES - PAGES // 10)
            answers += guests.answers()
        return {
            "alone": shares(alone),
            "ours": {**shares(beside), "most": max(beside)},
            "answers": answers,
        }


class Guests:
    """50 guests in a process of their own, which comes after the shop's."""

    def __init__(self, address: str, files: list[bytes]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="genlook-bench-")
        for number, content in enumerate(files):
            (Path(self._folder.name) / f"{number}.bomb").write_bytes(content)
        self._process = subprocess.Popen(
            [
                "nice",
                "-n",
                str(WORKERS_NICE),
                sys.executable,
                "-m",
                "bench.pictures",
                address,
                self._folder.name,
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout
        self._lines.extend(iter(self._process.stdout.readline, ""))

    def ready(self) -> bool:
        if self._process.poll() is not None:
            raise SystemExit("the guests gave up")
        return bool(self._lines)

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def answers(self) -> list[tuple[str, float]]:
        self._thread.join()
        self._folder.cleanup()
        return json.loads(self._lines[-1])


def guests(address: str, folder: str) -> None:
    """Post the files of a folder by turns, 50 at once, when a line comes; print what came back."""
    files = sorted(Path(folder).glob("*.bomb"))
    contents = [files[number % len(files)].read_bytes() for number in range(BOMBS)]
    found: list[tuple[str, float]] = []
    start = threading.Barrier(BOMBS + 1)

    def post(content: bytes) -> None:
        browser = requests.Session()
        token = uuid.uuid4().hex
        browser.cookies.set("csrftoken", token)
        prepared = browser.prepare_request(
            requests.Request(
                "POST",
                f"http://{address}/try-on/photos/",
                data={"consent": "1"},
                files={"photo": ("me.jpg", content)},
                headers={"X-CSRFToken": token, "Accept": "application/json"},
            )
        )
        start.wait()
        begun = time.monotonic()
        answer = browser.send(prepared, timeout=60)
        found.append((f"{answer.status_code} {answer.json()['code']}", time.monotonic() - begun))

    threads = [threading.Thread(target=post, args=(content,)) for content in contents]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    start.wait()
    for thread in threads:
        thread.join()
    print(json.dumps(found), flush=True)


def run(full: bool, small: bool) -> Row:
    """The row."""
    from genlook_oscar.pictures import MEMORY

    budget = MEMORY / 1024**2
    found = {"storm": measured("bench.pictures:storm", rounds=1 if small else ROUNDS)}
    beside = found["storm"]
    aim = 3 * beside["alone"]["p95"]
    lines = [
        Line.plain(
            "pages read alone, p50 / p95", "{p50:.1f} / {p95:.1f} ms".format(**beside["alone"])
        ),
        Line.spread(
            f"pages read beside {BOMBS} bombs",
            {"ours": beside["ours"]},
            "ms",
            (None, round(aim, 1)),
        ),
    ]
    lines.append(Line.plain("the slowest of them", f"{beside['ours']['most']:.0f} ms"))
    refused = [code for code, _ in beside["answers"] if code[:3] in ("400", "413", "429", "503")]
    count = f"{len(refused)} of {len(beside['answers'])}"
    lines.append(
        Line("bombs refused with a code", "all", count, "", len(refused) == len(beside["answers"]))
    )
    slowest = max(seconds for _, seconds in beside["answers"])
    lines.append(
        Line.most(
            "longest answer to a bomb, from all posted at once", slowest, SECONDS, "s", digits=2
        )
    )
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
    found["storm"]["answers"] and print(
        sorted({code for code, _ in found["storm"]["answers"]}), file=sys.stderr
    )
    return Row("pictures", lines, found)


if __name__ == "__main__":
    guests(*sys.argv[1:])
