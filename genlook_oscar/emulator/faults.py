"""Faults that are switched on from outside, and which request meets which."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from genlook_oscar.emulator.failures import Problems

ANSWER_KINDS = (
    "error",
    "page",
    "lost_answer",
    "cut",
    "refuse",
    "garbage",
    "empty",
    "delay",
    "slow_body",
    "hold",
    "redirect",
    "change",
)
ERROR_KINDS = ("error", "page", "redirect")
"""What is answered in place of what was asked for."""
GENERATION_KINDS = ("fail", "stall")

_FIELDS: Mapping[str, tuple[type, ...]] = {
    "kind": (str,),
    "method": (str,),
    "path": (str,),
    "about": (str,),
    "key": (str,),
    "times": (int,),
    "after": (int,),
    "probability": (int, float),
    "for_seconds": (int, float),
    "status": (int,),
    "code": (str,),
    "message": (str,),
    "details": (list,),
    "retry_after": (int, float, str),
    "carried_out": (bool,),
    "seconds": (int, float),
    "when": (str,),
    "reset": (bool,),
    "error_code": (str,),
    "error_message": (str,),
    "location": (str,),
    "fields": (dict,),
}


@dataclass(eq=False)
class Fault:
    """One switched-on fault. ``times`` None is "until cleared"."""

    number: int
    kind: str
    options: Mapping[str, Any]
    method: str | None
    path: str
    about: str | None
    key: str | None
    times: int | None
    after: int
    probability: float
    until: float | None
    hits: int = field(default=0)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the fault is switched off; requests that it holds go on then."""
    dropped: bool = False
    """Switched off with the whole state: requests that it holds have nowhere to go."""

    def get(self, name: str, default: Any = None) -> Any:
        """An option that belongs to the kind."""
        value = self.options.get(name)
        return default if value is None else value


class Faults:
    """The list of faults; the first that matches a request is the one it meets."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._faults: list[Fault] = []
        self.random = random.Random()

    def add(self, options: Mapping[str, Any], now: float) -> Fault:
        """Switch a fault on; raises ``ApiError`` naming each bad field."""
        _check(options)
        for_seconds = options.get("for_seconds")
        fault = Fault(
            number=next(self._numbers),
            kind=options["kind"],
            options=dict(options),
            method=options["method"].upper() if options.get("method") else None,
            path=options.get("path") or ("/try-on" if options["kind"] in GENERATION_KINDS else "/"),
            about=options.get("about"),
            key=options.get("key"),
            times=options.get("times", None if for_seconds else 1),
            after=options.get("after") or 0,
            probability=1.0 if options.get("probability") is None else options["probability"],
            until=None if for_seconds is None else now + for_seconds,
        )
        with self._lock:
            self._faults = [*self._faults, fault]
        return fault

    def clear(self, *, drop: bool = False) -> None:
        """Switch all off; requests on hold go on, or are dropped."""
        with self._lock:
            faults, self._faults = self._faults, []
        for fault in faults:
            fault.dropped = drop
            fault.over.set()

    def take(
        self,
        kinds: tuple[str, ...],
        method: str,
        template: str,
        now: float,
        about: str | None = None,
        key: str | None = None,
    ) -> Fault | None:
        """The fault that a request meets, counted as met; None is the usual case. `about` is
        the id that its path names, `key` the API key that it carries."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults:
                if fault.kind not in kinds or not template.startswith(fault.path):
                    continue
                if fault.method is not None and fault.method != method:
                    continue
                if fault.about is not None and fault.about != about:
                    continue
                if fault.key is not None and fault.key != key:
                    continue
                if fault.until is not None and now >= fault.until:
                    continue
                if fault.times is not None and fault.hits >= fault.times:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.probability < 1 and self.random.random() >= fault.probability:
                    continue
                fault.hits += 1
                return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        """All faults with how often each was met."""
        with self._lock:
            return [{**f.options, "id": f.number, "hits": f.hits} for f in self._faults]


def _check(options: Mapping[str, Any]) -> None:
    problems = Problems()
    kinds = (*ANSWER_KINDS, *GENERATION_KINDS)
    if options.get("kind") not in kinds:
        problems.add("kind", f"One of {', '.join(kinds)}.")
    for name, value in options.items():
        if name not in _FIELDS:
            problems.add(name, f"There is no such field. Fields: {', '.join(_FIELDS)}.")
        elif value is not None and (
            not isinstance(value, _FIELDS[name])
            or (isinstance(value, bool) and bool not in _FIELDS[name])
        ):
            problems.add(name, f"{_FIELDS[name][0].__name__} is expected.")
    for name in ("times", "after", "seconds", "for_seconds"):
        value = options.get(name)
        if isinstance(value, (int, float)) and value < 0:
            problems.add(name, "A number that is not negative.")
    if options.get("when") not in (None, "before", "after"):
        problems.add("when", "before or after.")
    problems.raise_if_any()
