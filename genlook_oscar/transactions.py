"""How our transactions begin, and what is done about a database that is busy.

On SQLite a transaction that reads first and then wants to write cannot wait for another
writer: "database is locked", at once. Ours take the lock at their beginning, where they can
wait, whatever the project's settings say. How the shop's own begin is the project's matter:
`known_good.SQLITE_OPTIONS`, check W003.
"""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from django.db import OperationalError, transaction
from django.db.backends.signals import connection_created

from .known_good import SQLITE_OPTIONS

Function = TypeVar("Function", bound=Callable[..., Any])
Outcome = TypeVar("Outcome")

GAVE_WAY = frozenset({"40001", "40P01", 1205, 1213})
"""How PostgreSQL (SQLSTATE) and MySQL or MariaDB (error number) tell that a transaction was undone
for another's sake: serialization failure, deadlock, a lock waited for too long."""
TRIES = 4


class _Atomic(transaction.Atomic):
    def __enter__(self) -> None:
        connection: Any = transaction.get_connection(self.using)
        if connection.vendor != "sqlite" or connection.in_atomic_block:
            return super().__enter__()
        # Connecting, which entering does otherwise, reads the mode from the settings.
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        mode = connection.transaction_mode
        connection.transaction_mode = "IMMEDIATE"
        try:
            return super().__enter__()
        finally:
            connection.transaction_mode = mode


@overload
def atomic(using: Function) -> Function: ...
@overload
def atomic(using: str | None = None) -> transaction.Atomic: ...
def atomic(using: Any = None) -> Any:
    """Django's `transaction.atomic`, as a context manager or a decorator, for all that we
    write: the outermost one holds SQLite's write lock from its beginning."""
    if callable(using):
        return _Atomic(None, True, False)(using)
    return _Atomic(using, True, False)


def in_turn(work: Callable[[], Outcome]) -> Outcome:
    """Return what `work` returns, done in a transaction of its own. Where the database undoes it
    for another's sake it is done anew, at most `TRIES` times in all: so `work` must leave nothing
    behind but rows. Inside of another transaction it is done once, since that is undone as well.
    """
    left = 1 if transaction.get_connection().in_atomic_block else TRIES
    while True:
        left -= 1
        try:
            with atomic():
                return work()
        except OperationalError as error:
            if not left or not _gave_way(error):
                raise


def _gave_way(error: OperationalError) -> bool:
    cause = error.__cause__
    told = getattr(cause, "sqlstate", None), *getattr(cause, "args", ())[:1]
    return any(code in GAVE_WAY for code in told if isinstance(code, (str, int)))


def wait_for_others(connection: Any, **kwargs: Any) -> None:
    """Let a new connection to SQLite wait for other writers as long as `known_good` says,
    where the project says nothing; Python's own five seconds are soon over when web server
    and workers write at once."""
    if connection.vendor == "sqlite" and "timeout" not in connection.settings_dict["OPTIONS"]:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {SQLITE_OPTIONS['timeout'] * 1000}")


def connect() -> None:
    """Listen to new connections; called once."""
    connection_created.connect(wait_for_others, dispatch_uid="genlook_oscar.wait_for_others")
