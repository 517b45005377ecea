"""Workers killed in the middle of each stage: whatever they held is found and brought to its
end, and where a request may have arrived, the books say so and nobody repeats it."""

import pytest

from genlook_oscar.models import TryOn
from tests import audit
from tests.conftest import wait_until
from tests.faults.conftest import COMPLETED, UNCERTAIN, statuses, wait_for_all
from tests.processes import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def hold(emulator):
    """Have the emulator hold one request of a kind."""

    def act(method, path, when="before"):
        emulator.control.fault("hold", method=method, path=path, when=when)

    return act


def held(emulator):
    return [fault["hits"] for fault in emulator.control.state()["faults"]]


def test_killed_at_each_stage(emulator, patient, shared_clock, unlimited, crowd, hold, monkeypatch):
    monkeypatch.setenv("GENLOOK_READ_TIMEOUT", "60")
    emulator.control.settings(generation_seconds=0.2)
    hold("GET", "/results/")
    with cluster(patience=0) as first:
        downloading = crowd(1)[0]
        wait_until(lambda: held(emulator) == [1], what="a download on its way")
        emulator.control.settings(generation_seconds=600)
        generating = crowd(1)[0]
        wait_until(lambda: status(generating) == "generating", what="a generation")
        hold("POST", "/images/upload")
        uploading = crowd(1)[0]
        wait_until(lambda: held(emulator) == [1, 1], what="a photo on its way")
        hold("POST", "/try-on", "before")
        crowd(1)
        wait_until(lambda: held(emulator) == [1, 1, 1], what="a try-on on its way")
        hold("POST", "/try-on", "after")
        crowd(1)
        wait_until(lambda: held(emulator) == [1, 1, 1, 1], what="another one")
        first.end()
    emulator.control.clear_faults()
    emulator.control.settings(generation_seconds=0)
    # All leases of the dead are over, and the generation is ready.
    shared_clock.step(1000)
    emulator.control.advance(1000)
    with cluster(patience=0):
        wait_for_all()
    assert statuses() == [COMPLETED] * 3 + [UNCERTAIN] * 2
    for tryon in (downloading, generating, uploading):
        assert status(tryon) == "completed"
    state = emulator.control.state()
    assert audit.differences(state) == []
    # The try-on that was held before it was carried out has arrived all the same, later.
    wait_until(lambda: audit.charged(emulator.control.state()) == (5, 3, 2), what="the charges")
    assert emulator.control.state()["requests"]["POST /try-on"] == 5


def test_one_of_two_clusters_is_killed(emulator, patient, shared_clock, unlimited, crowd):
    emulator.control.settings(generation_seconds=[0.5, 1.5])
    with cluster(patience=0) as first, cluster(patience=0):
        crowd(16)
        wait_until(lambda: TryOn.objects.filter(status="completed").count() >= 3, what="a few")
        first.end()
        shared_clock.step(200)
        emulator.control.advance(200)
        wait_for_all()
    state = emulator.control.state()
    assert audit.differences(state) == []
    # Only what was on its way in that moment can be uncertain: the rest is completed.
    known = set(TryOn.objects.values_list("generation_id", flat=True))
    sent = [row for row in emulator.control.requests() if row["endpoint"] == "/try-on"]
    spoilt = [row for row in sent if row["about"] not in known]
    uncertain = statuses().count(UNCERTAIN)
    assert uncertain + statuses().count(COMPLETED) == 16
    assert uncertain <= len(spoilt) + 2 + 6  # each worker and hand may have been about to send


def status(tryon):
    tryon.refresh_from_db()
    return tryon.status
