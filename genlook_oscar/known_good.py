"""Settings of others that try-ons are known to run well with. README and docs write them out,
the hints of the system checks quote them, the demo shop and the tests run with them.

A project's settings may import from here: nothing is read from them.
"""

from typing import Any

Q_CLUSTER: dict[str, Any] = {
    "name": "shop",
    "orm": "default",
    "workers": 4,
    "queue_limit": 4,
    "bulk": 1,
    "poll": 0.05,
    "timeout": 90,
    "retry": 600,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": 100,
    "catch_up": False,
    "ALT_CLUSTERS": {"tryons": {}},
}
"""For one machine, with a second cluster like the first, which is for try-ons alone. Why each
of them: docs/operations.md."""

GENLOOK_Q_CLUSTER = "tryons"
"""Beside it: try-ons never wait behind the shop's other tasks, nor those behind try-ons."""

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
"""For `DATABASES["default"]["OPTIONS"]` where web server and workers share an SQLite file."""


def line(name: str, value: object) -> str:
    """A setting as a line of Python with double quotes, as the documents write it."""
    return f"{name} = {value!r}".replace("'", '"')
