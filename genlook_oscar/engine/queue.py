"""The port to django-q2: hand a task over, and see that the sweep is scheduled.

Nothing here is trusted to be done: a task may run twice, late, or never. The rows are
the truth, and the sweep repairs what a lost task leaves.
"""

import logging
from typing import Any

from django.apps import apps
from django.db import connections, transaction

from ..conf import conf
from ..models import Account

logger = logging.getLogger(__name__)

SWEEP_NAME = "genlook_oscar: sweep"
ASK_AGAIN_SECONDS = 5.0
"""A watcher that was asked for and has not started within this time is asked for again."""


def enqueue(task: str, *keys: str | int) -> None:
    """Hand `genlook_oscar.tasks.<task>` with primary `keys` to django-q2 after the commit.

    A broker that is down raises nothing here: the row waits for the sweep.
    """
    transaction.on_commit(lambda: _send(task, keys))


def _send(task: str, keys: tuple[str | int, ...]) -> None:
    from django_q.tasks import async_task

    options: dict[str, Any] = {"save": False, "task_name": f"genlook {task}"}
    if conf.cluster:
        options["cluster"] = conf.cluster
    try:
        async_task(f"genlook_oscar.tasks.{task}", *map(str, keys), q_options=options)
    except Exception:
        logger.exception("The task %s could not be enqueued; the sweep will repair it.", task)


def ensure_watcher() -> None:
    """Enqueue a watcher unless one holds the lease or was just asked for."""
    if Account.ask_for_watcher(ASK_AGAIN_SECONDS):
        enqueue("watch")


def ensure_schedules(using: str = "default", **kwargs: Any) -> None:
    """Make or mend the django-q2 schedule of the sweep; runs after each `migrate`."""
    if not apps.is_installed("django_q"):
        return
    from django_q.models import Schedule

    if Schedule._meta.db_table not in connections[using].introspection.table_names():
        return
    Schedule.objects.using(using).update_or_create(
        name=SWEEP_NAME,
        defaults={
            "func": "genlook_oscar.tasks.sweep",
            "schedule_type": Schedule.MINUTES,
            "minutes": 1,
            "repeats": -1,
            "cluster": conf.cluster or None,
        },
    )
