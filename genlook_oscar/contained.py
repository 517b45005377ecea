"""Nothing of ours breaks what the host is doing: a page, a sale, a product that is saved."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections

from . import logs
from .transactions import atomic

P = ParamSpec("P")
T = TypeVar("T")

proven: set[str] = set()
"""Databases in which a query under `reading` has gone well in this process."""


def contained(otherwise: T) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Have a function return `otherwise` instead of raising; what it raised is logged.

    A transaction of the host's goes on only if the queries in it stand under `undone`,
    `reading` or `atomic`.
    """

    def decorate(run: Callable[P, T]) -> Callable[P, T]:
        @wraps(run)
        def safe(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return run(*args, **kwargs)
            except Exception:
                logger = logs.logger(run.__module__)
                logger.exception("%s failed and was left out.", run.__qualname__)
                return otherwise

        return safe

    return decorate


def undone(alias: str = DEFAULT_DB_ALIAS) -> AbstractContextManager[Any]:
    """A block that is undone when it raises, inside of a transaction of the host's, at the
    cost of a savepoint; without a transaction there is none to keep whole."""
    return atomic(alias) if connections[alias].in_atomic_block else nullcontext()


@contextmanager
def reading(alias: str) -> Iterator[None]:
    """A block with a query for a page of the host's.

    Where a failed query spoils the transaction (PostgreSQL), it stands under `undone` until
    it has gone well once in this process: from then on our tables and columns are known to be
    there, and no page pays for the savepoint.
    """
    careful = alias not in proven and connections[alias].features.atomic_transactions
    with undone(alias) if careful else nullcontext():
        yield
    proven.add(alias)
