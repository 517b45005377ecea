"""Keeping signed addresses out of urllib3's log.

At DEBUG urllib3 writes the path and query of every request. The query of a result picture's
address opens the picture to whoever reads it.
"""

from __future__ import annotations

import logging
import re

from .deadline import in_exchange

_QUERY = re.compile(r"\?\S*")


class _WithoutQuery(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
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
