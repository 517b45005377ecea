"""The process beside one of the shop's that decodes its pictures.

It has the libraries loaded and does nothing itself: for each picture it forks a process that
has bounds, decodes this one picture and ends. So no picture can take more than its own
process, none leaves anything behind for the next, and beginning costs 2 ms and not 150.

Standard input is a socket. Over it comes, with a byte, one end of another for each picture.
"""

import gc
import os
import select
import signal
import socket
import sys
from importlib.util import find_spec

from . import decoding, limits, wire

IDLE = 60
"""Seconds without a picture after which the process ends. The next picture starts another."""
ARRIVES = 20
"""Seconds within which a picture is handed over; only a shop that has stopped needs more."""
READY = b"+"


def main() -> None:
    """Serve until the other side is gone, or nothing was asked for a while."""
    if find_spec("pillow_heif"):
        import pillow_heif  # noqa: F401
    # The system takes the finished ones away.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        while select.select([control], [], [], IDLE)[0]:
            data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
            if not data:
                return
            for descriptor in descriptors:
                if os.fork():
                    os.close(descriptor)
                else:
                    control.close()
                    _decode(descriptor)


def _decode(descriptor: int) -> None:
    """Do one task and end the process."""
    limits.at_first(ARRIVES)
    try:
        with socket.socket(fileno=descriptor) as job:
            job.sendall(READY)
            fields, content = wire.receive(job)
            task = decoding.Task(**fields["task"])
            limits.from_now(task.seconds, task.processor)
            if not task.quick:
                limits.behind()
            more = [bytes.fromhex(part) for part in fields["more"]]
            try:
                with limits.wanted(job):
                    told, out = decoding.done(task, content.getvalue(), *more)
            except MemoryError:
                wire.send(job, {"refused": "too_complex"})
            except Exception:
                # What decoders raise is not bounded by any list, and its text may quote the file.
                wire.send(job, {"refused": "damaged"})
            else:
                wire.send(job, told, [out])
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
