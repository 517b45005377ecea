"""The project of the measurements: the tests' shop without Wagtail, connections kept open."""

import os
import warnings

os.environ.setdefault("GENLOOK_TEST_WAGTAIL", "0")
os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, INSTALLED_APPS, MIDDLEWARE, Q_CLUSTER


class NoMigrations:
    """Makes tables from the models at once: a measurement needs no history."""

    def __contains__(self, app: str) -> bool:
        return True

    def __getitem__(self, app: str) -> None:
        return None


# The shop as it would be had nobody installed the package, for the product page's row.
WITHOUT = os.environ.get("BENCH_WITHOUT") == "1"
WORKERS = int(os.environ.get("BENCH_WORKERS", "2"))
# The longest task; the documented flow holds a worker for a whole generation, and longer
# when it is told to wait.
TASK_SECONDS = int(os.environ.get("BENCH_TASK_SECONDS", "60"))

# Haystack's `simple` engine says at each product that it indexes nothing.
warnings.filterwarnings("ignore", "update is not implemented in this backend")

ROOT_URLCONF = "bench.urls"
MIGRATION_MODULES = NoMigrations()
DATABASES["default"]["CONN_MAX_AGE"] = 600
# Several measurements may run at once, each in a database of its own.
DATABASES["default"]["TEST"] = {"NAME": f"genlook_bench_{os.getpid()}"}
if WITHOUT:
    INSTALLED_APPS = [app for app in INSTALLED_APPS if not app.startswith("genlook_oscar")]
MIDDLEWARE = ["bench.middleware.count_queries", *MIDDLEWARE]
Q_CLUSTER = Q_CLUSTER | {
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "timeout": TASK_SECONDS,
    "retry": TASK_SECONDS * 4,
    "log_level": "WARNING",
}
GENLOOK_REQUESTS_PER_MINUTE = int(os.environ.get("BENCH_RATE", "100"))
GENLOOK_DEADLINE_SECONDS = 3600
GENLOOK_PHOTO_SECONDS = 1.9
