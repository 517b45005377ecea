"""The project of the measurements: the tests' shop without Wagtail, connections kept open."""

import os

os.environ.setdefault("GENLOOK_TEST_WAGTAIL", "0")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS, Q_CLUSTER


class NoMigrations:
    """Makes tables from the models at once: a measurement needs no history."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


MIGRATION_MODULES = NoMigrations()
DATABASES["default"]["CONN_MAX_AGE"] = 600
INSTALLED_APPS = [*INSTALLED_APPS, "bench"]
Q_CLUSTER = Q_CLUSTER | {
    "workers": int(os.environ.get("BENCH_WORKERS", "2")),
    "queue_limit": int(os.environ.get("BENCH_WORKERS", "2")),
    "log_level": "WARNING",
}
GENLOOK_REQUESTS_PER_MINUTE = int(os.environ.get("BENCH_RATE", "100"))
GENLOOK_DEADLINE_SECONDS = 900
