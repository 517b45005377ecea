"""What try-ons stand on goes away and comes back: the database, Genlook, the time."""

import pytest
from django.db import connection, transaction

from genlook_oscar.engine.tryons import Refused
from genlook_oscar.models import Account, TryOn
from tests import audit
from tests.conftest import wait_until
from tests.faults.conftest import COMPLETED, UNCERTAIN, statuses, wait_for_all
from tests.processes import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def completed():
    return TryOn.objects.filter(status=TryOn.Status.COMPLETED).count()


def cut_connections():
    """End all connections to this test's database but our own; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def test_the_database_cuts_all_connections(emulator, patient, shared_clock, unlimited, crowd):
    emulator.control.settings(generation_seconds=[0.5, 1.5])
    with cluster(patience=0), cluster(patience=0):
        crowd(12)
        wait_until(completed, what="some to be completed")
        for _ in range(3):
            wait_until(cut_connections, what="connections to cut")
        # What their processes could not write down any more is found by its lease.
        shared_clock.step(200)
        emulator.control.advance(200)
        wait_for_all()
        before = statuses()
        assert set(before) <= {COMPLETED, UNCERTAIN}
        # One is uncertain only if it was sent, and its acceptance could not be written down.
        assert before.count(UNCERTAIN) <= len(unknown(emulator))
        # The same clusters, and nobody has looked after them.
        crowd(4)
        wait_for_all()
        assert statuses().count(COMPLETED) == before.count(COMPLETED) + 4
    assert audit.differences(emulator.control.state()) == []


def test_genlook_goes_away_and_comes_back(emulator, patient, shared_clock, unlimited, crowd, click):
    emulator.control.settings(generation_seconds=1)
    with cluster(patience=0), cluster(patience=0):
        crowd(4)
        wait_until(completed, what="the first picture")
        try:
            # Clicked while Genlook was there, and in the queue when it was gone.
            with transaction.atomic():
                crowd(4)
                emulator.stop()
            wait_until(lambda: Account.load().circuit_reason, timeout=60, what="the circuit")
            with pytest.raises(Refused) as refused:
                click()
            assert refused.value.code == "unavailable"
        finally:
            emulator.start()
        # It is asked again after pauses that grow.
        shared_clock.step(60)
        wait_for_all()
        assert not Account.load().circuit_reason
        ends = statuses()
        assert set(ends) <= {COMPLETED, UNCERTAIN}
        # Nobody was killed: each answer that went out was understood, and what was clicked
        # after the end cannot have arrived.
        assert [row for row in unknown(emulator) if row["answered"]] == []
        assert ends.count(COMPLETED) >= 1 + 4

        # A storm of 429: all rest, and nothing is lost by it.
        emulator.control.fault(
            "error", code="RATE_LIMITED", path="/try-on", retry_after=2, for_seconds=4
        )
        crowd(4)
        wait_for_all()
        assert statuses().count(COMPLETED) == ends.count(COMPLETED) + 4
    refusals = [row for row in emulator.control.requests() if row["status"] == 429]
    # While the storm lasts, no rest begins before the one before it has ended; each can be
    # begun by all workers and hands together, once.
    assert 1 <= len(refusals) <= 3 * 4 * (2 + 6)
    state = emulator.control.state()
    assert audit.differences(state) == []
    assert state["rate_limited"] == 0


def test_the_clock_is_set_forward_and_back(emulator, patient, shared_clock, unlimited, crowd):
    emulator.control.settings(generation_seconds=2)
    with cluster(patience=0), cluster(patience=0) as second:
        crowd(4)
        wait_until(lambda: TryOn.objects.filter(status="generating").exists(), what="a generation")
        shared_clock.step(100)
        crowd(4)
        wait_until(lambda: completed() >= 1, what="a picture")
        # Who dies now leaves leases that end in what is the future after the next step.
        second.end()
        shared_clock.step(-3600)
        crowd(4)
        wait_for_all()
    ends = statuses()
    assert set(ends) <= {COMPLETED, UNCERTAIN}
    assert ends.count(UNCERTAIN) <= len(unknown(emulator)) + 2 + 6
    assert audit.differences(emulator.control.state()) == []


def unknown(emulator):
    """Requests for a try-on whose generation, if one came of it, no row knows."""
    known = set(TryOn.objects.values_list("generation_id", flat=True))
    sent = [row for row in emulator.control.requests() if row["endpoint"] == "/try-on"]
    return [row for row in sent if row["about"] not in known and row["status"] != 429]
