"""The ways of running workers that docs/operations.md calls known to be good, as they stand
there: try-ons are completed by clusters that run so."""

from contextlib import ExitStack

import pytest

from tests import audit
from tests.faults.conftest import COMPLETED, REDIS_URL, statuses, wait_for_all
from tests.processes import actors, cluster, run

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("heading", "clusters"),
    [
        ("One machine", ["tryons"]),
        ("One machine", ["", "tryons"]),
        ("Several hosts on PostgreSQL", ["tryons", "tryons"]),
        pytest.param("With the Redis broker", ["tryons"], marks=pytest.mark.redis),
    ],
)
def test_tryons_are_made(heading, clusters, emulator, crowd, request):
    there = {"DJANGO_SETTINGS_MODULE": "tests.settings_documented"}
    there["GENLOOK_TEST_DOCUMENTED"] = heading
    if "Redis" in heading:
        request.getfixturevalue("redis_queue")
        there["GENLOOK_TEST_REDIS"] = REDIS_URL
    actors(1, "schedule", **there)
    code, said = run(
        "check", "--tag=genlook_oscar", "--tag=database", "--database=default", **there
    )
    assert (code, said) == (0, "System check identified no issues (0 silenced).\n")
    with ExitStack() as stack:
        for name in clusters:
            names = {"Q_CLUSTER_NAME": name} if name else {}
            stack.enter_context(cluster(patience=0, **there, **names))
        crowd(4, **there)
        wait_for_all(**there)
    assert statuses() == [COMPLETED] * 4
    assert audit.differences(emulator.control.state()) == []
