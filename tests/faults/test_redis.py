"""The Redis broker: tasks that it loses, and clusters that die with tasks in their hands."""

import pytest

from genlook_oscar.models import TryOn
from tests import audit
from tests.conftest import wait_until
from tests.faults.conftest import COMPLETED, REDIS_URL, UNCERTAIN, statuses, wait_for_all
from tests.processes import cluster

QUEUE = "django_q:tests:q"

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]


def test_lost_tasks_and_a_lost_cluster(
    redis_queue, emulator, patient, shared_clock, unlimited, crowd
):
    there = {"GENLOOK_TEST_REDIS": REDIS_URL}
    emulator.control.settings(generation_seconds=[0.5, 1.5])
    crowd(4, **there)
    assert redis_queue.llen(QUEUE) >= 4
    # Redis comes back without what it held: nobody will ever be told of these.
    redis_queue.delete(QUEUE)
    with cluster(patience=0, **there) as first, cluster(patience=0, **there):
        wait_for_all(**there)
        assert statuses() == [COMPLETED] * 4
        clicked = crowd(8, **there)
        redis_queue.delete(QUEUE)
        wait_until(lambda: TryOn.objects.filter(status="completed").count() > 5, what="some")
        first.end()
        shared_clock.step(200)
        emulator.control.advance(200)
        wait_for_all(**there)
    assert len({row.pk for row in clicked}) == 8
    ends = statuses()
    assert set(ends) <= {COMPLETED, UNCERTAIN}
    state = emulator.control.state()
    assert audit.differences(state) == []
    known = set(TryOn.objects.values_list("generation_id", flat=True))
    sent = [row for row in emulator.control.requests() if row["endpoint"] == "/try-on"]
    unknown = [row for row in sent if row["about"] not in known]
    assert ends.count(UNCERTAIN) <= len(unknown) + 2 + 6
    assert len(state["generations"]) <= 12
