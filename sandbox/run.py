"""Prepare the demo shop and run it: web, workers and, without an API key, the emulator.

Ctrl-C or SIGTERM ends all of it; so does the end of any one of them, with an exit code
other than 0. See `settings.py` for the variables it listens to; besides those:

    PORT           where the shop answers, 8000 unless set
    HOST           address to listen on, 127.0.0.1 unless set
    EMULATOR_PORT  where the emulator answers; a free one unless set
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
GRACE_SECONDS = 5
DEMO_KEY = "gk_demo_sandbox"

BANNER = """
  Atelier Oscar        {shop}/
  Django admin         {shop}/admin/
  Shop dashboard       {shop}/dashboard/
  Wagtail              {shop}/cms-admin/
  Genlook              {genlook}

  Logins: admin@example.com and shopper@example.com, password genlook-demo
  Ctrl-C ends it.
"""


class Processes:
    """The processes of the shop. Each leads a group of its own, so that what it started can
    be ended even when it died without doing so: a qcluster whose first process is killed
    leaves workers behind that go on working.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        # A signal may arrive while the one before it is being handled. `SimpleQueue.put` can be
        # interrupted by itself; a `threading.Event` waits for itself for ever.
        self.wishes_to_stop: queue.SimpleQueue[int] = queue.SimpleQueue()

    def listen(self) -> None:
        """Take SIGTERM, Ctrl-C and the end of the terminal as the wish to stop."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            # nohup: whoever wants the shop to outlive the terminal has said so.
            if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self.hear)

    def hear(self, number: int, frame: object) -> None:
        # Once is enough; Python's own end would let a later one through.
        signal.signal(number, signal.SIG_IGN)
        self.wishes_to_stop.put(number)

    def start(self, name: str, *command: str, **more: str) -> None:
        """Start a command, with something more in its environment."""
        self.running[name] = subprocess.Popen(
            command, cwd=HERE.parent, env=self.environment | more, start_new_session=True
        )

    def wait(self) -> tuple[str, int] | None:
        """Wait until one ends, and return its name and code; None when asked to stop."""
        parent = os.getppid()
        while not self.is_asked_to_stop(0.1):
            for name, process in self.running.items():
                if process.poll() is not None:
                    return name, process.returncode
            if os.environ.get("MAKELEVEL") and os.getppid() != parent:
                return None  # make was killed: nobody is left who could stop us
        return None

    def is_asked_to_stop(self, within: float) -> bool:
        """Wait for the wish to stop, `within` seconds at most."""
        try:
            self.wishes_to_stop.get(timeout=within)
        except queue.Empty:
            return False
        return True

    def end(self) -> None:
        """Ask each to end, give them a moment, and kill what is left of each group."""
        for process in self.running.values():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        patience = time.monotonic() + GRACE_SECONDS
        for process in self.running.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(patience - time.monotonic(), 0))
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def processes(environment: dict[str, str]) -> Iterator[Processes]:
    """Processes that are all gone at the end, whatever happens in between."""
    group = Processes(environment)
    try:
        yield group
    finally:
        group.end()


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def announce(shop: str, genlook: str) -> None:
    """Print the addresses once the shop answers; asking for its front page warms it up."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        try:
            with opener.open(f"{shop}/", timeout=30):
                break
        except OSError:
            time.sleep(0.1)
    print(BANNER.format(shop=shop, genlook=genlook), flush=True)


def main() -> int:
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    data = Path(os.environ.get("SANDBOX_DATA") or HERE / "var").resolve()
    if not is_free(host, port):
        print(f"Port {port} is taken. Choose another one: PORT={port + 1} make sandbox")
        return 1
    environment = dict(os.environ)
    environment.update(
        DJANGO_SETTINGS_MODULE="sandbox.settings",
        PORT=str(port),
        PYTHONPATH=os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")]),
        PYTHONUNBUFFERED="1",
        SANDBOX_DATA=str(data),
    )
    python, manage = sys.executable, str(HERE / "manage.py")
    emulator_port = 0
    if environment.get("GENLOOK_API_KEY"):
        genlook = environment.get("GENLOOK_BASE_URL") or "the production service"
    else:
        emulator_port = int(os.environ.get("EMULATOR_PORT") or 0) or free_port()
        genlook = f"http://127.0.0.1:{emulator_port}/tryon/v1"
        environment.update(GENLOOK_API_KEY=DEMO_KEY, GENLOOK_BASE_URL=genlook)
        genlook += " (emulator)"

    with processes(environment) as group:
        group.listen()
        group.start("preparation", python, manage, "prepare")
        ended = group.wait()
        if ended is None:
            return 0
        if ended[1] != 0:
            print("The shop could not be prepared; the reason stands above.")
            return 1
        del group.running["preparation"]

        if emulator_port:
            emulator = (python, "-m", "genlook_oscar.emulator", "--port", str(emulator_port))
            group.start("emulator", *emulator)
        # As in any shop: try-ons have workers of their own, and other tasks have theirs.
        group.start("try-ons", python, manage, "qcluster", Q_CLUSTER_NAME="tryons")
        group.start("workers", python, manage, "qcluster")
        web = ("--bind", f"{host}:{port}", "--threads", "8", "--graceful-timeout", "3")
        gunicorn = (python, "-m", "gunicorn", "sandbox.wsgi", "--no-control-socket")
        group.start("web", *gunicorn, "--log-level", "warning", *web)
        shown = "127.0.0.1" if host in ("0.0.0.0", "") else host
        shop = f"http://{shown}:{port}"
        threading.Thread(target=announce, args=(shop, genlook), daemon=True).start()
        ended = group.wait()
        if ended is None:
            print("Stopping the shop…", flush=True)
            return 0
        name, code = ended
        print(f"The process '{name}' ended with code {code}, so the shop stops.", flush=True)
        return 1


if __name__ == "__main__":
    sys.exit(main())
