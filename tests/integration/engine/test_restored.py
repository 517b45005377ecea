"""A database brought back from a backup: what it remembers happened long ago."""

import pytest

from genlook_oscar.engine import submitting
from genlook_oscar.models import TryOn

pytestmark = pytest.mark.django_db


def test_what_waited_then_is_not_sent_again(emulator, click, drain, pass_time, sweep):
    waited = click()
    pass_time(days=1)
    # The task stands in the restored queue, and workers come to it before any sweep.
    drain()
    assert emulator.control.state()["requests"] == {}
    sweep()
    drain()
    waited.refresh_from_db()
    assert waited.status == TryOn.Status.FAILED
    assert waited.charge == TryOn.Charge.NONE
    assert "POST /try-on" not in emulator.control.state()["requests"]


def test_what_was_being_sent_then_is_not_sent_again(emulator, click, drain, pass_time, sweep):
    sending = click()
    assert TryOn.objects.claim(sending.pk, submitting.lease_seconds())
    pass_time(days=1)
    drain()
    sweep()
    drain()
    sending.refresh_from_db()
    assert sending.status == TryOn.Status.FAILED
    assert "POST /try-on" not in emulator.control.state()["requests"]


def test_what_was_being_made_then_is_fetched(emulator, click, drain, pass_time, sweep, on_commit):
    made = click()
    with on_commit():
        submitting.submit(str(made.pk))
    pass_time(hours=6)
    drain()
    pass_time(minutes=1)
    sweep()
    drain()
    made.refresh_from_db()
    assert made.status == TryOn.Status.COMPLETED
    assert made.charge == TryOn.Charge.SETTLED
    assert emulator.control.state()["requests"]["POST /try-on"] == 1


def test_a_cluster_that_wakes_after_the_deadline_sends_nothing(emulator, click, pass_time):
    tryon = click()
    pass_time(seconds=301)
    submitting.submit(str(tryon.pk))
    tryon.refresh_from_db()
    assert tryon.status == TryOn.Status.QUEUED
    assert emulator.control.state()["requests"] == {}
