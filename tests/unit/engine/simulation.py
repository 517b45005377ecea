"""Processes that die or stand still between any two steps, in a time of their own.

A step is a statement to the database, or a request before or after it has travelled: between
two of them nothing happens that another process could see.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any

import requests
from django.db import connection
from django.utils.module_loading import import_string

from genlook_oscar import clock
from genlook_oscar.engine import watching, workers
from genlook_oscar.engine.hands import OwnHands

logger = logging.getLogger(__name__)

READS, WRITES = ("SELECT",), ("INSERT", "UPDATE", "DELETE")
KINDS = {
    "any": ("read", "write", "request"),
    "effect": ("write", "request"),
    "request": ("request",),
}
"""Which steps count. What others can see changes by an effect only."""


class Crash(BaseException):
    """The process is gone: nothing of it runs any more, no `finally` either."""


class Process:
    """Runs code of ours as a process to which something happens at one of its steps."""

    def __init__(self) -> None:
        self._kind = "any"
        self._left: int | None = None
        self._happens: Callable[[], None] | None = None
        self._dead = False
        self._runs = False

    def run(
        self,
        work: Callable[[], Any],
        kind: str,
        at: int,
        happens: Callable[[], None] | None = None,
    ) -> bool:
        """Do `work`. At its step number `at`, of those that count as `kind`, it dies, or
        stands still while something `happens`. Returns whether there was such a step."""
        self._kind, self._left, self._happens = kind, at, happens
        self._dead, self._runs = False, True
        try:
            work()
            return self._left is None
        except Crash:
            return True
        finally:
            self._left, self._runs, self._dead = None, False, False

    def unharmed(self, work: Callable[[], Any]) -> None:
        """Do `work` with nothing happening to it."""
        self._runs = False
        try:
            work()
        finally:
            self._runs = True

    def step(self, kind: str) -> None:
        """Something happens here, or nothing does."""
        if not self._runs:
            return
        if self._dead:
            raise Crash
        if self._left is None or kind not in KINDS[self._kind]:
            return
        if self._left > 0:
            self._left -= 1
        elif self._happens is None:
            self._left, self._dead = None, True
            raise Crash
        elif not connection.in_atomic_block:
            # Others do not see into a transaction, and one connection has only one.
            self._left, happens = None, self._happens
            self.unharmed(happens)

    def statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """A step before each statement that reads or writes."""
        if sql.startswith(WRITES):
            self.step("write")
        elif sql.startswith(READS):
            self.step("read")
        return execute(sql, params, many, context)

    def request(self, session: Any, *args: Any, **kwargs: Any) -> Any:
        """A step before each request, and one when it has been carried out."""
        self.step("request")
        answer = _request(session, *args, **kwargs)
        self.step("request")
        return answer


_request = requests.Session.request


class Time:
    """The shop's clock and Genlook's, which stand still unless they are moved."""

    def __init__(self) -> None:
        self.real = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
        self.error = timedelta(0)

    def now(self) -> datetime:
        """The shop's time; a little later each time, as it is in truth."""
        self.real += timedelta(microseconds=10)
        return self.real + self.error

    def passes(self, seconds: float) -> None:
        self.real += timedelta(seconds=seconds)

    def jumps(self, seconds: float) -> None:
        """Somebody sets the shop's clock."""
        self.error += timedelta(seconds=seconds)

    def genlooks(self) -> float:
        return self.real.timestamp()


class OneHand(OwnHands):
    """The watcher's hands, without threads."""

    def __enter__(self) -> OneHand:
        return self

    def __exit__(self, *error: object) -> None: ...

    def give(self, job: Callable[[], Any], tryon: object = "") -> None:
        try:
            job()
        except Exception:
            logger.exception("A job of the watcher failed.")


@contextmanager
def simulated(monkeypatch: Any, emulator: Any, time: Time, process: Process) -> Iterator[None]:
    """Let all code run in `time`, and count the steps of `process`."""
    with ExitStack() as stack:
        patch = stack.enter_context(monkeypatch.context())
        patch.setattr(clock, "timezone", SimpleNamespace(now=time.now))
        patch.setattr(clock, "ticks", time.genlooks)
        # A watcher looks once a second, so that a turn is not hundreds of rounds.
        patch.setattr(clock, "sleep", lambda seconds: time.passes(max(seconds, 1.0)))
        patch.setattr(watching, "Hands", lambda count: OneHand())
        patch.setattr(emulator._world.clock, "now", time.genlooks)
        patch.setattr(
            requests.Session, "request", lambda *args, **kwargs: process.request(*args, **kwargs)
        )
        # The broker closes connections that are over their age; here all share one.
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", None)
        connection.close()
        stack.enter_context(connection.execute_wrapper(process.statement))
        yield


class Queue:
    """The tasks in django-q2's own broker, of which any may come twice, late or never."""

    def _rows(self) -> Any:
        from django_q.models import OrmQ

        return OrmQ.objects.order_by("pk")

    def __len__(self) -> int:
        return int(self._rows().count())

    def take(self, place: int, keep: bool = False) -> Callable[[], Any] | None:
        """The task at `place` (counted round) as a function; it stays with `keep`."""
        from django_q.signing import SignedPackage

        rows = list(self._rows())
        if not rows:
            return None
        row = rows[place % len(rows)]
        task = SignedPackage.loads(row.payload)
        if not keep:
            row.delete()

        def run() -> Any:
            workers.sign()
            return import_string(task["func"])(*task["args"], **task["kwargs"])

        return run
