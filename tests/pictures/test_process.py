"""The process that decodes: its bounds, who may wait for it, and what becomes of it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from genlook_oscar import pictures
from genlook_oscar.pictures import places, process
from tests.processes import ROOT

from .good import quarters
from .making import encoded, noise

pytestmark = pytest.mark.anydb
MAX_PIXELS = 64_000_000


def rebuilt(content: bytes, patience: pictures.Patience = pictures.WORKER) -> pictures.Picture:
    return pictures.rebuild(content, long_side=1600, max_pixels=MAX_PIXELS, patience=patience)


@pytest.fixture
def photo() -> bytes:
    return encoded(quarters())


@pytest.fixture
def costly() -> bytes:
    """A file that takes far more than a tenth of a second."""
    return encoded(noise((4000, 3000)), "PNG", compress_level=1)


@pytest.fixture(autouse=True)
def places_of_our_own(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests decode beside these.
    folder = tmp_path_factory.mktemp("places")
    monkeypatch.setattr(places, "_folder", lambda: folder)


class TestBounds:
    def test_time_of_the_processor(self, photo: bytes, costly: bytes) -> None:
        patience = pictures.Patience(processor=0.05, seconds=60, asked=False)
        with pytest.raises(pictures.Refused) as caught:
            rebuilt(costly, patience)
        assert caught.value.code == "too_complex"
        assert rebuilt(photo).width == 400

    def test_time_by_the_clock_says_nothing_of_the_file(self, costly: bytes) -> None:
        patience = pictures.Patience(processor=60, seconds=0.1, asked=False)
        with pytest.raises(pictures.Busy):
            rebuilt(costly, patience)

    def test_a_worker_has_all_of_its_time(self) -> None:
        script = """
from genlook_oscar.pictures import limits
import resource, signal
limits.at_first(20)
limits.from_now(60, 10)
print(resource.getrlimit(resource.RLIMIT_CPU)[0], *(
    round(signal.getitimer(timer)[0]) for timer in (signal.ITIMER_REAL, signal.ITIMER_PROF)
))
"""
        said = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert said.stdout.split() == ["12", "60", "10"]

    def test_memory(self) -> None:
        # A JPEG is let in by its header; what its decoder is then denied must be an answer.
        script = """
from genlook_oscar.pictures import bounds, limits, decoding
import resource
limits.MEMORY = 60 << 20
limits.from_now(60, 60)
try:
    blocks = [bytearray(1 << 20) for _ in range(200)]
except MemoryError:
    print("denied")
print(resource.getrlimit(resource.RLIMIT_CORE)[0], resource.getrlimit(resource.RLIMIT_FSIZE)[0])
"""
        said = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert said.stdout.split() == ["denied", "0", "0"]


class TestPlaces:
    @pytest.fixture
    def held(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
        """Hold one more place, as another process of the shop would."""
        crowd = dict.fromkeys((True, False), threading.BoundedSemaphore(100))
        monkeypatch.setattr(places, "_crowd", crowd)
        with ExitStack() as stack:
            yield lambda patience, **quick: stack.enter_context(places.place(patience, **quick))

    def test_who_finds_no_place_in_time_is_told_so(self, photo: bytes, held: Callable) -> None:
        assert rebuilt(photo, pictures.Patience(processor=60, seconds=60, asked=True))
        for _ in range(places.PLACES):
            held(pictures.SOMEONE_WAITS)
        assert_full(pictures.SOMEONE_WAITS)
        with pytest.raises(pictures.Busy):
            rebuilt(photo, pictures.Patience(processor=60, seconds=0.05, asked=True))

    def test_people_and_workers_do_not_take_each_others(self, photo: bytes, held: Callable) -> None:
        for _ in range(places.PLACES):
            held(pictures.SOMEONE_WAITS)
        assert rebuilt(photo, pictures.WORKER)

    def test_where_nothing_else_could_be_answered_what_takes_long_does_not_wait(
        self, held: Callable
    ) -> None:
        at_once = pictures.Patience(processor=60, seconds=60, asked=True, waits=False)
        for _ in range(places.PLACES):
            held(pictures.SOMEONE_WAITS)
        begun = time.monotonic()
        with pytest.raises(pictures.Busy):
            held(at_once, quick=False)
        assert time.monotonic() - begun < 30
        # An ordinary photo has its turn soon, and so it waits.
        soon = pictures.Patience(processor=60, seconds=0.5, asked=True, waits=False)
        with pytest.raises(pictures.Busy):
            held(soon)
        assert time.monotonic() - begun > 0.5

    def test_what_is_slow_keeps_nothing_quick_out(self, photo: bytes, held: Callable) -> None:
        at_once = pictures.Patience(processor=60, seconds=60, asked=True, waits=False)
        held(at_once, quick=False)
        with pytest.raises(pictures.Busy):
            held(at_once, quick=False)
        assert rebuilt(photo, at_once)

    def test_one_process_is_busy_with_so_many(self, photo: bytes) -> None:
        # Whoever waits holds a thread, and there must be some left for pages.
        long = pictures.Patience(processor=60, seconds=60, asked=True)
        with ExitStack() as holding:
            for quick, most in places.OF_A_PROCESS.items():
                for _ in range(most):
                    holding.enter_context(places._inside(long, quick))
                with pytest.raises(pictures.Busy), places.place(long, quick=quick):
                    pass
            assert rebuilt(photo, pictures.WORKER)
        assert rebuilt(photo, long)

    def test_who_waits_has_the_next_place(self, photo: bytes, held: Callable) -> None:
        long = pictures.Patience(processor=60, seconds=60, asked=True)
        tried = threading.Event()
        done: list[pictures.Picture] = []

        class Noting:
            """Time, which notes that somebody waits for a place."""

            monotonic = staticmethod(time.monotonic)

            @staticmethod
            def sleep(seconds: float) -> None:
                tried.set()
                time.sleep(seconds)

        with pytest.MonkeyPatch.context() as patched, ExitStack() as holding:
            patched.setattr(places, "time", Noting)
            for _ in range(places.PLACES):
                holding.enter_context(places.place(long))
            thread = threading.Thread(target=lambda: done.append(rebuilt(photo, long)))
            thread.start()
            assert tried.wait(60)
            assert not done
            holding.close()
            thread.join()
        assert done

    def test_a_place_is_free_again_when_its_holder_is_gone(self, photo: bytes) -> None:
        folder = places._folder()
        script = f"""
import sys, time
from pathlib import Path
from genlook_oscar.pictures import places, SOMEONE_WAITS
places._folder = lambda: Path({str(folder)!r})
held = [places.place(SOMEONE_WAITS) for _ in range(places.PLACES)]
for place in held:
    place.__enter__()
print("held", flush=True)
sys.stdin.read()
"""
        with subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            assert_full(pictures.SOMEONE_WAITS)
            holder.kill()
            holder.wait()
            assert rebuilt(photo, pictures.Patience(processor=60, seconds=60, asked=True))

    def test_without_a_folder_each_process_keeps_the_bound(
        self, photo: bytes, held: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(places, "_folder", lambda: None)
        patience = pictures.Patience(processor=60, seconds=60, asked=True)
        for _ in range(places.PLACES):
            held(patience)
        assert_full(patience)
        assert rebuilt(photo, pictures.WORKER)


class TestLife:
    def test_it_is_started_anew_when_it_was_killed(self, photo: bytes) -> None:
        first = rebuilt(photo)
        running = process._decoder._process
        assert running is not None
        running.send_signal(signal.SIGKILL)
        running.wait()
        assert rebuilt(photo) == first

    def test_one_process_serves_many_threads(self, photo: bytes) -> None:
        found: list[pictures.Picture] = []
        threads = [threading.Thread(target=lambda: found.append(rebuilt(photo))) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 12
        assert len({picture.content for picture in found}) == 1

    @pytest.mark.parametrize("method", ["fork", "spawn"])
    def test_a_daemonic_process_decodes_too(self, photo: bytes, method: str) -> None:
        # As django-q2's workers are, which may have no children of multiprocessing's.
        expected = rebuilt(photo)
        context = multiprocessing.get_context(method)
        ours, theirs = context.Pipe()
        worker = context.Process(target=_worker, args=(theirs, photo), daemon=True)
        worker.start()
        theirs.close()
        assert ours.recv() == expected.content
        worker.join()
        assert worker.exitcode == 0

    def test_it_ends_with_the_process_that_started_it(self) -> None:
        script = f"""
from genlook_oscar import pictures
from genlook_oscar.pictures import process
pictures.rebuild({encoded(quarters())!r}, long_side=9, max_pixels=10**7)
print(process._decoder._process.pid, flush=True)
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""
        said = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
        )
        pid = int(said.stdout)
        until = time.monotonic() + 30
        while _runs(pid):
            assert time.monotonic() < until, "it still runs"
            time.sleep(0.01)

    def test_nothing_is_warned_of_or_left_open(self, photo: bytes) -> None:
        script = f"""
from genlook_oscar import pictures
pictures.rebuild({photo!r}, long_side=9, max_pixels=10**7)
"""
        said = subprocess.run(
            [sys.executable, "-X", "dev", "-W", "error", "-c", script],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stderr == ""

    def test_a_file_of_the_projects_called_as_one_of_pythons(
        self, photo: bytes, tmp_path: Path
    ) -> None:
        (tmp_path / "enum.py").write_text("raise SystemExit")
        script = f"""
import sys
from genlook_oscar import pictures
sys.path.insert(0, {str(tmp_path)!r})
pictures.rebuild({photo!r}, long_side=9, max_pixels=10**7)
"""
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)

    def test_it_knows_nothing_of_the_projects_environment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GENLOOK_API_KEY", "gk_secret")
        assert "gk_secret" not in str(process._environment())


def assert_full(patience: pictures.Patience) -> None:
    """No place is to be had."""
    with pytest.raises(pictures.Busy), places.place(replace(patience, seconds=0.05)):
        pass


def _worker(pipe: object, photo: bytes) -> None:
    pipe.send(rebuilt(photo).content)  # type: ignore[attr-defined]


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        with open(f"/proc/{pid}/stat") as file:
            # Nobody may have taken it away yet.
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return sys.platform != "linux"
