"""The port to django-q2: hand a task over, and see that the sweep is scheduled.

Nothing here is trusted to be done: a task may run twice, late, or never. The rows are
the truth, and the sweep repairs what a lost task leaves.
"""

from typing import Any

from django.apps import apps
from django.db import connections, transaction

from .. import logs
from ..conf import conf
from ..contained import contained
from ..models import Account

logger = logs.logger(__name__)

SWEEP_NAME = "genlook_oscar: sweep"
ASK_AGAIN_SECONDS = 5.0
"""A watcher that was asked for and has not started within this time is asked for again."""


def enqueue(task: str, *keys: str | int) -> None:
    """Hand `genlook_oscar.tasks.<task>` with primary `keys` to django-q2 after the commit.

    A broker that is down raises nothing here: the row waits for the sweep.
    """
    shop = conf.shop
    transaction.on_commit(lambda: _send(task, keys, shop))


def _send(task: str, keys: tuple[str | int, ...], shop: int) -> None:
    from django_q.tasks import async_task

    options: dict[str, Any] = {"save": False, "task_name": f"genlook {task}"}
    if conf.cluster:
        options["cluster"] = conf.cluster
    of_shop = {"shop": shop} if shop else {}
    try:
        async_task(f"genlook_oscar.tasks.{task}", *map(str, keys), q_options=options, **of_shop)
    except Exception:
        logger.exception("The task %s could not be enqueued; the sweep will repair it.", task)


def ensure_watcher() -> bool:
    """Enqueue a watcher unless one holds the lease or was just asked for; whether it did."""
    asked = Account.ask_for_watcher(ASK_AGAIN_SECONDS)
    if asked:
        enqueue("watch")
    return asked


@contained(None)
def ensure_schedules(using: str = "default", **kwargs: Any) -> None:
    """Make or mend the django-q2 schedule of the sweep; runs after each `migrate`."""
    if not has_schedules(using):
        return
    from django_q.models import Schedule

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


def schedule_state() -> str:
    """How the schedule of the sweep is: ok, missing, or elsewhere (on a cluster that does not
    run try-ons)."""
    if not apps.is_installed("django_q"):
        return "missing"
    from django_q.models import Schedule

    rows = Schedule.objects.filter(name=SWEEP_NAME).exclude(repeats=0)
    clusters = [name or None for name in rows.values_list("cluster", flat=True)]
    if not clusters:
        return "missing"
    return "ok" if (conf.cluster or None) in clusters else "elsewhere"


def has_schedules(using: str = "default") -> bool:
    """Whether the database has django-q2's table of schedules."""
    if not apps.is_installed("django_q"):
        return False
    from django_q.models import Schedule

    return Schedule._meta.db_table in connections[using].introspection.table_names()
