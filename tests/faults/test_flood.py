"""A long queue of the shop's other tasks: where the documents' settings are followed, try-ons do
not notice; where they are not, shoppers are told no lies and workers are not called dead."""

from datetime import timedelta
from functools import partial

import pytest
from django_q.models import OrmQ
from django_q.tasks import async_task

from genlook_oscar.engine import progress
from genlook_oscar.engine.monitoring import watched
from genlook_oscar.models import Account, TryOn
from tests.conftest import wait_until
from tests.faults.conftest import COMPLETED, REDIS_URL, statuses, wait_for_all
from tests.processes import actors, cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OTHERS = 2000
SOON = timedelta(seconds=3)


def sent(tryon):
    tryon.refresh_from_db()
    return tryon.sent_at


@pytest.mark.parametrize(
    "heading",
    ["One machine", pytest.param("With the Redis broker", marks=pytest.mark.redis)],
)
def test_two_thousand_other_tasks(heading, emulator, crowd, request):
    there = {"DJANGO_SETTINGS_MODULE": "tests.settings_documented"}
    there["GENLOOK_TEST_DOCUMENTED"] = heading
    queue = None
    if "Redis" in heading:
        queue = request.getfixturevalue("redis_queue")
        there["GENLOOK_TEST_REDIS"] = REDIS_URL

    def left():
        return queue.llen("django_q:shop:q") if queue else OrmQ.objects.filter(key="shop").count()

    actors(1, "schedule", **there)
    actors(1, "flood", str(OTHERS), "0.5", **there)
    with (
        cluster(patience=0, **there),
        cluster(patience=0, Q_CLUSTER_NAME="tryons", **there),
    ):
        wait_until(lambda: left() < OTHERS, what="the other tasks to begin")
        wait_until(lambda: Account.load().alive_at, what="a sign of life")
        # Workers that have just started have everything to load.
        crowd(1, **there)
        wait_for_all(**there)
        clicked = []
        for number in range(1, 6):
            [tryon] = crowd(1, **there)
            wait_until(partial(sent, tryon), what=f"try-on {number} to be sent")
            clicked.append(tryon)
        assert left() > OTHERS / 2
        wait_for_all(**there)
    assert statuses() == [COMPLETED] * 6
    waited = [row.sent_at - row.created_at for row in clicked]
    print("from the click to Genlook:", *(f"{one.total_seconds():.2f} s" for one in waited))  # noqa: T201
    assert max(waited) <= SOON


def test_one_cluster_for_everything(emulator, configuration, click, on_commit):
    """Against the documents: the try-on waits, but its shopper is told the truth of it."""
    for _ in range(200):
        async_task("tests.chores.nap", 0.5, save=False)
    tryon = click()
    with cluster(patience=0):
        told = wait_until(
            lambda: (told := progress.of(tryon)).expected_seconds is None and told,
            what="the promise to end",
        )
        tryon.refresh_from_db()
        assert (tryon.status, told.stopped) == (TryOn.Status.QUEUED, False)
        codes = wait_until(
            lambda: (
                (codes := [finding.code for finding in watched().findings])
                and "too_few_workers" in codes
                and codes
            ),
            what="the finding",
        )
        assert "workers_frozen" not in codes
        assert Account.load().stopped_since is None
