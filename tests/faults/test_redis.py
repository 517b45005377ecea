"""The Redis broker: tasks that it loses, and clusters that die with tasks in their hands."""

import os

import pytest
import redis

from genlook_oscar.models import TryOn
from tests import audit
from tests.conftest import need, wait_until
from tests.faults.conftest import COMPLETED, UNCERTAIN, statuses, wait_for_all
from tests.processes import cluster

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
]

URL = os.environ.get("GENLOOK_REDIS_URL", "redis://127.0.0.1:6379/12")
QUEUE = "django_q:tests:q"


@pytest.fixture
def queue():
    """A Redis whose queue of this project is empty, before and afterwards."""
    with redis.Redis.from_url(URL) as client:
        try:
            client.delete(QUEUE)
        except redis.ConnectionError as error:
            need("redis", False, f"no Redis at {URL} (GENLOOK_REDIS_URL): {error}")
        yield client
        client.delete(QUEUE)


def test_lost_tasks_and_a_lost_cluster(
    queue, emulator, patient, shared_clock, unlimited, crowd, monkeypatch
):
    there = {"GENLOOK_TEST_REDIS": URL}
    emulator.control.settings(generation_seconds=[0.5, 1.5])
    crowd(4, **there)
    assert queue.llen(QUEUE) >= 4
    # Redis comes back without what it held: nobody will ever be told of these.
    queue.delete(QUEUE)
    with cluster(patience=0, **there) as first, cluster(patience=0, **there):
        wait_for_all(**there)
        assert statuses() == [COMPLETED] * 4
        clicked = crowd(8, **there)
        queue.delete(QUEUE)
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
