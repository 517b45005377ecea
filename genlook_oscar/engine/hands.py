"""A few threads that work for the watcher, so that one slow answer holds up no other."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.db import close_old_connections, connections

from .. import logs, shops

logger = logs.logger(__name__)

Job = Callable[[], Any]


class Hands:
    """`count` threads that do what `give` hands them; leaving the block waits for the jobs.

    A thread of one's own is needed because Django closes the database connections of
    requests and tasks only: each of these closes its own at its end.
    """

    def __init__(self, count: int) -> None:
        self._jobs: queue.SimpleQueue[tuple[Job, str] | None] = queue.SimpleQueue()
        self._busy = 0
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]

    def __enter__(self) -> "Hands":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    @property
    def free(self) -> int:
        """How many jobs could begin at once."""
        return max(len(self._threads) - self._busy, 0)

    def give(self, job: Job, tryon: object = "") -> None:
        """Have a job about a try-on (its primary key) done; what it raises is logged."""
        with self._lock:
            self._busy += 1
        self._jobs.put((shops.bound(job), str(tryon)))

    def _work(self) -> None:
        try:
            while (given := self._jobs.get()) is not None:
                with logs.about(tryon_id=given[1]):
                    self._do(given[0])
        finally:
            connections.close_all()

    def _do(self, job: Job) -> None:
        try:
            job()
        except Exception:
            logger.exception("A job of the watcher failed; the next round repeats it.")
            # After a restart of the database the next job needs a new connection.
            close_old_connections()
        finally:
            with self._lock:
                self._busy -= 1


class OwnHands:
    """The same, done at once by the caller: for one round without threads."""

    free = 1_000

    def give(self, job: Job, tryon: object = "") -> None:
        """Do the job now."""
        job()
