"""``python -m genlook_oscar.emulator --port N``."""

from __future__ import annotations

import argparse
import signal
import sys
from queue import SimpleQueue

from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.service import Emulator


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m genlook_oscar.emulator")
    parser.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--generation-seconds", default="8-12", help="a number, or the least and most: 8-12"
    )
    parser.add_argument("--credits", type=int, default=1000, help="of each new account")
    parser.add_argument("--rate", type=int, default=100, help="requests a minute; 0: no limit")
    parser.add_argument("--logo", help="the account's logo, as a text")
    parser.add_argument("--no-draw", action="store_true", help="results are one tiny picture")
    options = parser.parse_args(arguments)
    try:
        emulator = Emulator(
            port=options.port,
            host=options.host,
            generation_seconds=_seconds(options.generation_seconds),
            credits=options.credits,
            requests_per_minute=options.rate or None,
            logo=options.logo,
            draw=not options.no_draw,
        ).start()
    except ApiError as error:
        parser.error("; ".join(f"{d['path']}: {d['message']}" for d in error.details))
    except OSError as error:
        parser.error(f"cannot listen on {options.host}:{options.port}: {error.strerror}")
    # Of all that could tell the main thread, this alone may be interrupted by itself.
    wishes_to_stop: SimpleQueue[int] = SimpleQueue()

    def hear(number: int, frame: object) -> None:
        # Once is enough; Python's own end would let a later one through.
        signal.signal(number, signal.SIG_IGN)
        wishes_to_stop.put(number)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, hear)
    print(f"Genlook emulator listens on {emulator.base_url}", flush=True)
    wishes_to_stop.get()
    emulator.close()
    return 0


def _seconds(text: str) -> object:
    try:
        ends = [float(end) for end in text.split("-")]
    except ValueError:
        return text
    return ends[0] if len(ends) == 1 else ends


if __name__ == "__main__":
    sys.exit(main())
