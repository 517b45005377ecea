"""The watcher: who replaces it, and what holds up nobody."""

import threading

import pytest
from django.db import connection

from genlook_oscar.engine import progress, sweeping, watching, workers
from genlook_oscar.engine.timing import LATE
from genlook_oscar.models import Account, TryOn
from tests.conftest import wait_until

Status = TryOn.Status


def a_status_call(tryon, click, make_product):
    progress.of(tryon)


def a_task(tryon, click, make_product):
    """The task of another shopper's click, which the queue holds already."""
    click(product=make_product("Felt hat", "#335533"))


def a_sweep(tryon, click, make_product):
    sweeping.sweep()


@pytest.mark.django_db
@pytest.mark.parametrize("notices", [a_status_call, a_task, a_sweep])
def test_a_dead_watcher_is_replaced_when_its_lease_is_over(
    emulator, click, drain, pass_time, on_commit, make_product, notices
):
    from django_q.models import OrmQ

    from genlook_oscar.engine import submitting

    tryon = click()
    workers.sign()
    with on_commit():
        submitting.submit(str(tryon.pk))
    OrmQ.objects.all().delete()
    assert Account.take_watch(watching.LEASE_SECONDS)
    with on_commit():
        notices(tryon, click, make_product)
    OrmQ.objects.all().delete()
    tryon.refresh_from_db()
    assert tryon.status == Status.GENERATING, "nobody may take over before"
    pass_time(seconds=watching.LEASE_SECONDS + 0.1)
    with on_commit():
        notices(tryon, click, make_product)
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED


@pytest.mark.django_db(transaction=True)
def test_a_download_that_hangs_holds_up_no_other(emulator, click, make_product):
    from genlook_oscar.engine import submitting

    rows = [click(product=make_product(f"Item {number}")) for number in range(3)]
    for row in rows:
        submitting.submit(str(row.pk))
    emulator.control.fault("hold", path="/results/", times=1)

    def turn():
        try:
            watching.watch()
        finally:
            connection.close()

    completed = TryOn.objects.filter(status=Status.COMPLETED)
    watcher = threading.Thread(target=turn)
    watcher.start()
    try:
        wait_until(lambda: completed.count() == 2, timeout=40, what="the two others")
        assert completed.count() == 2
    finally:
        emulator.control.clear_faults()
        watcher.join(60)
    assert completed.count() == 3


@pytest.mark.django_db
def test_a_late_picture_is_asked_for_once_a_minute_for_a_day(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault("stall", times=None)
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "too_slow")
    polls = tryon.polls
    for _ in range(10):
        pass_time(seconds=61)
        sweep()
        drain()
    tryon.refresh_from_db()
    assert 8 <= tryon.polls - polls <= 11
    pass_time(seconds=LATE.total_seconds())
    sweep()
    assert drain() <= 5, "nobody asks any more"
    tryon.refresh_from_db()
    assert tryon.charge == TryOn.Charge.UNCERTAIN


@pytest.mark.django_db
def test_a_photo_past_its_days_at_genlook_is_sent_again_unnoticed(
    emulator, click, drain, pass_time, make_product
):
    click()
    drain()
    emulator.control.advance(2 * 86_400)
    pass_time(days=2)
    tryon = click(product=make_product("Felt hat", "#335533"))
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    requests = emulator.control.state()["requests"]
    assert (requests["POST /images/upload"], requests["POST /try-on"]) == (2, 2)
