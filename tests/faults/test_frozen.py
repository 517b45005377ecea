"""A cluster that stands still while its processes are there: seen, and told from others."""

import json
import os
import signal

import pytest

from genlook_oscar import clock
from genlook_oscar.engine import account
from genlook_oscar.engine.health import health
from genlook_oscar.models import Account, TryOn
from tests.conftest import wait_until
from tests.processes import actors, cluster, run

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def codes():
    return [finding.code for finding in health().findings]


def status():
    """What the command says in a process of its own, and its exit code."""
    code, said = run("genlook_status", "--json")
    return code, [finding["code"] for finding in json.loads(said)["findings"]]


def completed(tryon):
    tryon.refresh_from_db()
    return tryon.status == TryOn.Status.COMPLETED


def test_a_frozen_cluster_is_seen_and_comes_back(emulator, configuration, click, sweep, drain):
    sweep()
    with cluster() as workers:
        # A clock ahead is no reason to call workers frozen that have done everything.
        first = click(idempotency_key="first")
        wait_until(lambda: completed(first), what="the first try-on")
        wait_until(lambda: Account.load().credits, what="the credits")
        with clock.shift(seconds=60):
            assert codes() == ["healthy"]
        assert status() == (0, ["healthy"])

        os.killpg(workers.pid, signal.SIGSTOP)
        try:
            TryOn.objects.filter(pk=first.pk).update(reuse_key="another")
            second = click(idempotency_key="second")
            assert codes() == ["healthy"]
            wait_until(lambda: "workers_frozen" in codes(), timeout=60, what="the finding")
            assert status() == (2, ["workers_frozen"])
            second.refresh_from_db()
            assert second.status == TryOn.Status.QUEUED
        finally:
            os.killpg(workers.pid, signal.SIGCONT)
        wait_until(lambda: completed(second), what="the second try-on")
        assert status() == (0, ["healthy"])
        assert emulator.control.state()["charged"] == 2

        # The same cluster, healthy again, on an account without credits, and on one that
        # others use up: told apart from a frozen one and from each other.
        emulator.control.settings(credits=0)
        account.check()
        assert status()[0] == 2
        assert "no_credits" in status()[1]
        assert "workers_frozen" not in status()[1]
        emulator.control.settings(credits=50)
        account.check()
        emulator.control.fault("error", path="/account/credits", status=429, code="RATE_LIMITED")
        account.check()
        assert status() == (1, ["rate_limited"])


def test_many_readings_at_once_book_a_drift_once(emulator, configuration):
    emulator.control.settings(credits=100)
    account.check()
    said = actors(6, "reconcile", "97")
    assert len(said) == 6
    row = Account.load()
    assert (row.drift, row.books_balance) == (3, 97)
