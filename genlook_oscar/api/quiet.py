"""Keeping signed addresses out of urllib3's log.

At DEBUG urllib3 writes the path and query of every request. The query of a result picture's
address opens the picture to whoever reads it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .deadline import in_exchange

_QUERY = re.compile(r"\?\S*")
_unlogged: ContextVar[bool] = ContextVar("genlook_exchange_unlogged", default=False)


@contextmanager
def unlogged() -> Iterator[None]:
    """Have urllib3 log nothing of what is sent in the block: its whole address is a secret."""
    token = _unlogged.set(True)
    try:
        yield
    finally:
        _unlogged.reset(token)


class _WithoutQuery(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if _unlogged.get():
            return False
        if in_exchange() and isinstance(record.args, tuple):
            record.args = tuple(
                _QUERY.sub("?...", value) if isinstance(value, str) else value
                for value in record.args
            )
        return True


def keep_queries_out_of_logs() -> None:
    """Cut the query off what urllib3 logs of this package's own exchanges; others' stay."""
    log = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(known, _WithoutQuery) for known in log.filters):
        log.addFilter(_WithoutQuery())
