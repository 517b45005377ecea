"""A host whose clock stood two hours ahead is put right: what it left must not last for hours."""

import pytest

from genlook_oscar import clock
from genlook_oscar.engine import circuit, photos, progress
from genlook_oscar.engine.account import ask
from genlook_oscar.engine.health import health
from genlook_oscar.engine.pacing import Kind, acquire
from genlook_oscar.models import Account, Configuration, Erasure, Photo, TryOn

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

Status = TryOn.Status


@pytest.fixture
def ahead():
    return lambda: clock.shift(hours=2)


def test_a_watcher_of_then_is_replaced(emulator, ahead):
    Account.load()
    with ahead():
        assert Account.take_watch(12)
        assert health().watcher == "alive"
    assert health().watcher == "expired"
    assert Account.ask_for_watcher(5)
    assert Account.take_watch(12)


def test_one_asked_for_then_is_asked_for_again(emulator, click, ahead):
    tryon = click()
    with ahead():
        assert Account.ask_for_watcher(5)
    Account.objects.update(watcher_until=None)
    progress.of(tryon)
    assert not Account.ask_for_watcher(5), "the shopper's question has asked for one"


@pytest.mark.parametrize("sent", [False, True])
def test_a_dead_submission_of_then_is_put_right(emulator, click, drain, sweep, ahead, sent):
    with ahead():
        tryon = click()
        TryOn.objects.claim(tryon.pk, 60)
        if sent:
            TryOn.objects.filter(pk=tryon.pk).update(sent_at=clock.now())
    sweep()
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (
        (Status.FAILED, "uncertain") if sent else (Status.COMPLETED, "")
    )


def test_what_was_to_wait_then_waits_no_longer(emulator, click, drain, sweep, ahead):
    """Put off by a 429, its task lost, its photo's upload dead: all of it two hours ahead."""
    with ahead():
        tryon = click()
        TryOn.objects.update(not_before=clock.now(), enqueued_at=clock.now())
        Photo.objects.update(claim="dead", claimed_until=clock.now())
        Account.load()
        Account.hold(30)
    from django_q.models import OrmQ

    OrmQ.objects.all().delete()
    sweep()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED


def test_a_picture_is_asked_for_and_fetched(emulator, click, drain, sweep, ahead):
    tryon = click()
    drain()
    url = {}

    def asked(client):
        url["now"] = client.generation(tryon.generation_id).result_image_url

    tryon.refresh_from_db()
    ask(Kind.FINISH, asked, about="generation/x")
    for values in ({}, {"result_url": url["now"], "claim": "dead"}):
        with ahead():
            TryOn.objects.update(
                status=Status.GENERATING,
                next_poll_at=clock.now(),
                claimed_until=clock.now(),
                enqueued_at=clock.now(),
                **values,
            )
        sweep()
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED


def test_the_circuit_and_the_rest_end(emulator, ahead):
    with ahead():
        for _ in range(circuit.IN_A_ROW):
            circuit.failed("unavailable", circuit.witness("try-on", each=True))
        Account.hold(30)
    assert circuit.check(Account.load()) is None
    acquire(Kind.FINISH)


def test_credits_and_erasures_go_on(emulator, shopper, photo, sweep, drain, ahead):
    photos.image_id(photo, Configuration.load())
    photo.refresh_from_db()
    with ahead():
        Account.objects.update(credits_at=clock.now(), tidied_at=clock.now())
        erasure = Erasure.objects.create(external_user_id=photo.external_user_id)
        Erasure.objects.update(not_before=clock.now())
    sweep()
    drain()
    erasure.refresh_from_db()
    assert erasure.done_at
    assert Account.load().credits is not None
