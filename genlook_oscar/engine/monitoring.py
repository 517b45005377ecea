"""The health as monitoring asks for it: the watchdog stands outside of what it watches."""

from ..causes.workers import IDLE
from . import telling, workers
from .health import Health, health


def watched(*, aside: bool = True) -> Health:
    """The health, and what is done by whoever asks when nobody else is there: workers that
    stand still are found out and told of, and what is over its time is ended. `aside` as in
    `telling.tell_workers`."""
    workers.look_after(aside=aside)
    found = health()
    for finding in found.findings:
        if finding.code in IDLE:
            telling.tell_workers(finding, aside=aside)
    return found
