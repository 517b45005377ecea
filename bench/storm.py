"""Guests who post bombs, a browser that reads pages, and a shopper with an honest photo.

`python -m bench.storm ADDRESS FOLDER SECONDS` is the guests.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import requests

from .probe import Probe
from .processes import ROOT, until
from .stand import WORKERS_NICE, stand
from .visitor import shares

GUESTS = 50
PAGES = 60
"""That a browser reads one after the other before each storm, without a pause."""
AGAIN_SECONDS = 10
"""For which guests who do not give up post again and again."""
TRIES = 6
"""How often the fitting room sends a photo that finds no place (photos.js)."""


def storms(threads: int, photos_apart: bool, rounds: int, seconds: float) -> dict[str, Any]:
    """Read the shop's pages alone, and while 50 guests post a bomb each at the same moment, by
    turns; then while they post again and again for so many seconds. `threads` and
    `photos_apart` are the web server's (bench/web.py)."""
    from tests.pictures.bombs import BOMBS, HEAVY, _shaded
    from tests.pictures.making import encoded

    bombs = [make() for name, (_, make) in BOMBS.items() if "announced as" not in name]
    bombs.append(HEAVY["jpeg, 12 megapixels in 99 scans"]()[:-2000])
    photo = encoded(_shaded((4000, 3000)), "JPEG", quality=90)
    with stand(cluster=False, web=True, threads=threads, photos_apart=photos_apart) as place:
        from genlook_oscar.models import Configuration

        configuration = Configuration.load()
        configuration.lift_limits()
        configuration.save()
        paths = ["/catalogue/", place.product().get_absolute_url()]
        reader = Probe(place.web, {"Accept": "text/html"})
        for path in paths * 4:
            # Each of the web server's processes reads its code at its first page.
            requests.get(f"http://{place.web}{path}", timeout=120)
        send_photo(place.web, photo)
        assert place.server
        workers = place.server.workers()

        def read(pages: int) -> list[float]:
            return [reader.ask(paths[turn % 2])[0] for turn in range(pages)]

        def storm(lasting: float) -> dict[str, Any]:
            guests = Guests(place.web, bombs, lasting)
            until(guests.ready, 60, "the guests do not come")
            shopper = Shopper(place.web, photo, lasting)
            guests.go()
            shopper.start()
            pages = []
            while not guests.done():
                pages.append(read(1)[0])
            shopper.join()
            return {"pages": pages, "answers": guests.answers(), "photos": shopper.taken}

        read(40)
        # By turns, so that whatever else the machine does is in both.
        found = [(read(PAGES), storm(0)) for _ in range(rounds)]
        lasting = [(read(PAGES), storm(seconds)), (read(PAGES), None)]
        return {
            "once": summed([alone for alone, _ in found], [one for _, one in found]),
            "again": summed([alone for alone, _ in lasting], [one for _, one in lasting if one]),
            "workers": [workers, place.server.workers()],
        }


def summed(alone: list[list[float]], storms: list[Any]) -> dict[str, Any]:
    """What was met in all storms together."""
    pages = [taken for one in storms for taken in one["pages"]]
    return {
        "alone": shares([taken for part in alone for taken in part]),
        "beside": {**shares(pages), "most": max(pages), "pages": len(pages)},
        "answers": [answer for one in storms for answer in one["answers"]],
        "photos": [photo for one in storms for photo in one["photos"]],
    }


def send_photo(address: str, content: bytes, name: str = "me.jpg") -> requests.Response:
    """A guest's photo, sent as the fitting room does."""
    browser = requests.Session()
    token = uuid.uuid4().hex
    browser.cookies.set("csrftoken", token)
    return browser.post(
        f"http://{address}/try-on/photos/",
        data={"consent": "1"},
        files={"photo": (name, content)},
        headers={"X-CSRFToken": token, "Accept": "application/json"},
        timeout=60,
    )


def code_of(answer: requests.Response) -> str:
    """The code of a problem; empty where the answer is none of the shop's."""
    said = answer.headers["Content-Type"] == "application/json"
    return str(answer.json().get("code", "")) if said else ""


class Shopper(threading.Thread):
    """Sends an honest photo, at once and, for so many seconds, again and again, as the fitting
    room does where there is no place. `taken`: of each, its seconds and how often it was sent;
    seconds are None where it was given up."""

    def __init__(self, address: str, photo: bytes, seconds: float) -> None:
        super().__init__()
        self.address, self.photo, self.seconds = address, photo, seconds
        self.taken: list[tuple[float | None, int]] = []

    def run(self) -> None:
        end = time.monotonic() + self.seconds
        while True:
            self.taken.append(self.send())
            if time.monotonic() >= end:
                return

    def send(self) -> tuple[float | None, int]:
        begun = time.monotonic()
        for sent in range(1, TRIES + 1):
            answer = send_photo(self.address, self.photo)
            if answer.status_code == 201:
                return time.monotonic() - begun, sent
            if code_of(answer) != "photo_busy":
                raise SystemExit(f"an honest photo was refused: {answer.text}")
            time.sleep(float(answer.headers["Retry-After"]) * random.uniform(0.3, 1))
        return None, TRIES


class Guests:
    """50 guests in a process of their own, which comes after the shop's."""

    def __init__(self, address: str, files: list[bytes], seconds: float) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="genlook-bench-")
        for number, content in enumerate(files):
            (Path(self._folder.name) / f"{number:03}.bomb").write_bytes(content)
        command = [sys.executable, "-m", "bench.storm", address, self._folder.name, str(seconds)]
        self._process = subprocess.Popen(
            ["nice", "-n", str(WORKERS_NICE), *command],
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

    def done(self) -> bool:
        return len(self._lines) > 1 or self._process.poll() is not None

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def answers(self) -> list[tuple[str, float]]:
        self._thread.join()
        self._folder.cleanup()
        return json.loads(self._lines[-1])


def guests(address: str, folder: str, seconds: float) -> None:
    """Post the files of a folder by turns, 50 at once, when a line comes, and again until so
    many seconds are over; print what came back."""
    contents = [path.read_bytes() for path in sorted(Path(folder).glob("*.bomb"))]
    found: list[tuple[str, float]] = []
    start = threading.Barrier(GUESTS + 1)
    end = 0.0

    def post(number: int) -> None:
        start.wait()
        while True:
            begun = time.monotonic()
            answer = send_photo(address, contents[number % len(contents)])
            found.append((f"{answer.status_code} {code_of(answer)}", time.monotonic() - begun))
            if time.monotonic() >= end:
                return
            number += GUESTS

    threads = [threading.Thread(target=post, args=(number,)) for number in range(GUESTS)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + seconds
    start.wait()
    for thread in threads:
        thread.join()
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    guests(sys.argv[1], sys.argv[2], float(sys.argv[3]))
