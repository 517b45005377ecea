"""Try-ons on a django-q2 cluster of their own: neither kind of work waits behind the other."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule, Task
from django_q.tasks import async_task

from genlook_oscar.engine.health import health
from genlook_oscar.engine.queue import SWEEP_NAME, ensure_schedules
from genlook_oscar.models import Account, TryOn
from tests.conftest import wait_until
from tests.processes import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SETTINGS = "tests.settings_clusters"


@pytest.fixture
def due(settings):
    """The sweep, and a chore of the shop's own, both due."""
    settings.GENLOOK_Q_CLUSTER = "tryons"
    ensure_schedules()
    Schedule.objects.create(
        name="chore", func="tests.chores.where", schedule_type=Schedule.MINUTES, minutes=1
    )
    Schedule.objects.update(next_run=timezone.now() - timedelta(minutes=1))


def completed(tryon):
    tryon.refresh_from_db()
    return tryon.status == TryOn.Status.COMPLETED


def test_each_cluster_does_its_own(emulator, due, click):
    tryon = click()
    async_task("tests.chores.where", task_name="one")
    with cluster(DJANGO_SETTINGS_MODULE=SETTINGS):
        one = wait_until(lambda: Task.objects.filter(name="one").first(), what="the shop's task")
        assert (one.success, one.result) == (True, "")
        waiting = {row.func() for row in OrmQ.objects.filter(key="tryons")}
        assert "genlook_oscar.tasks.submit" in waiting
        tryon.refresh_from_db()
        assert tryon.status == TryOn.Status.QUEUED
        with cluster(DJANGO_SETTINGS_MODULE=SETTINGS, Q_CLUSTER_NAME="tryons"):
            wait_until(lambda: completed(tryon), what="the try-on")
            # django-q2 looks at its schedule half a minute after its start.
            wait_until(lambda: Account.load().swept_at, timeout=60, what="the sweep")
            chore = wait_until(
                lambda: Task.objects.filter(group="chore").first(), timeout=60, what="the chore"
            )
            assert (chore.success, chore.result) == (True, "")
            sweep = wait_until(lambda: Task.objects.filter(group=SWEEP_NAME).first())
            assert sweep.cluster == "tryons"
            assert chore.cluster != "tryons"
    assert health().schedule == "ok"


def test_tryons_leave_the_shops_tasks_alone(emulator, due, click):
    async_task("tests.chores.where", task_name="one")
    with cluster(DJANGO_SETTINGS_MODULE=SETTINGS, Q_CLUSTER_NAME="tryons"):
        tryon = click()
        wait_until(lambda: completed(tryon), what="the try-on")
    assert OrmQ.objects.exclude(key="tryons").count() == 1
    assert not Task.objects.filter(name="one").exists()
