"""The bounds that the system itself keeps on the process that decodes."""

import fcntl
import os
import resource
import select
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .bounds import MEMORY

_PAGE = os.sysconf("SC_PAGE_SIZE")
BEHIND = 5
"""By how much what is slow comes after the shop's pages where processors are scarce: it then has
a third of what a page has. Chosen here."""


def at_first(seconds: float) -> None:
    """Have this process ended after so many seconds, until it is known what it may take."""
    for number in (signal.SIGALRM, signal.SIGPROF, signal.SIGXCPU, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def from_now(seconds: float, processor: float) -> None:
    """Have this process ended after so many seconds, or so many of processor time, and give it
    no memory beyond the budget.

    The timers are the kernel's: no decoder can put them off. Linux keeps the bound of memory;
    other systems know none that works, and there the budget is kept by what is let in.
    """
    at_first(max(seconds, 0.01))
    signal.setitimer(signal.ITIMER_PROF, processor)
    _bound(resource.RLIMIT_CPU, int(processor) + 2)
    _bound(resource.RLIMIT_CORE, 0)
    _bound(resource.RLIMIT_FSIZE, 0)
    statm = Path("/proc/self/statm")
    if statm.exists():
        mapped, resident = map(int, statm.read_text().split()[:2])
        _bound(resource.RLIMIT_AS, MEMORY + (mapped - resident) * _PAGE)


def behind() -> None:
    """Have this process come after others."""
    os.nice(BEHIND)


@contextmanager
def wanted(job: socket.socket) -> Iterator[None]:
    """Have this process ended, in the block, as soon as the other end of `job` is gone: nobody
    waits for it any more. Linux does that; elsewhere it ends at its time."""
    fcntl.fcntl(job, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(job, fcntl.F_GETFL)
    # SIGIO, by which a process ends that has not asked for it.
    fcntl.fcntl(job, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([job], [], [], 0)[0]:
        os._exit(0)
    try:
        yield
    finally:
        fcntl.fcntl(job, fcntl.F_SETFL, flags)


def _bound(limit: int, most: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(limit, (most, most))
