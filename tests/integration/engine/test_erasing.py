"""What a shopper wants gone is gone at Genlook too, whatever was still on its way there."""

from __future__ import annotations

import pytest
from django.urls import reverse

from genlook_oscar.engine import books, erasing, photos, submitting, tryons
from genlook_oscar.engine.timing import LATE
from genlook_oscar.models import Erasure, Photo, Shopper, TryOn
from genlook_oscar.models.mark import mark
from genlook_oscar.shopper import consent

pytestmark = pytest.mark.django_db

Status, Charge = TryOn.Status, TryOn.Charge


def erasures(emulator):
    return emulator.control.state()["requests"].get("DELETE /customers/{externalUserId}", 0)


@pytest.fixture
def late(emulator, click, drain):
    """A try-on past its deadline, whose generation takes an hour."""
    emulator.control.settings(generation_seconds=3600)
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert tryon.may_still_come
    return tryon


@pytest.fixture
def arrives(emulator, pass_time, sweep, drain):
    """The hour is over, and the watcher asks."""

    def act():
        emulator.control.advance(3601)
        pass_time(seconds=3601)
        sweep()
        drain(limit=1000)

    return act


def test_what_is_late_is_erased_at_once_and_when_it_has_arrived(
    emulator, shopper, late, on_commit, drain, arrives
):
    with on_commit():
        erasing.erase_everything(shopper)
    drain(limit=1000)
    assert emulator.control.state()["images"] == []
    before = erasures(emulator)
    assert before == 1
    assert Erasure.objects.get().done_at is None
    asked = len(emulator.control.requests())
    arrives()
    late.refresh_from_db()
    assert (late.status, late.charge) == (Status.EXPIRED, Charge.SETTLED)
    assert not late.result
    log = emulator.control.requests()[asked:]
    told = [entry["endpoint"] for entry in log]
    assert "/results/{id}" not in told, "what nobody will see is not downloaded"
    # The last word at Genlook is the erasure, after the answer that said it was finished.
    assert told[-1] == "/customers/{externalUserId}"
    assert Erasure.objects.get().done_at


def test_a_late_try_on_that_she_takes_away_is_erased_when_it_has_arrived(
    emulator, late, on_commit, drain, arrives
):
    with on_commit():
        tryons.cancel_or_delete(late)
    drain(limit=1000)
    assert Erasure.objects.get().done_at is None
    arrives()
    assert Erasure.objects.get().done_at
    late.refresh_from_db()
    assert late.charge == Charge.SETTLED


def test_what_may_have_been_begun_is_erased_again_for_a_day(
    emulator, shopper, click, drain, on_commit, pass_time, sweep
):
    emulator.control.fault("lost_answer", method="POST", path="/try-on", times=1)
    click()
    drain()
    with on_commit():
        erasing.erase_everything(shopper)
    drain()
    row = Erasure.objects.get()
    assert row.erased_at
    assert row.done_at is None
    for _ in range(30):
        pass_time(hours=1)
        sweep()
        drain()
    row.refresh_from_db()
    assert row.done_at - row.erased_at >= LATE
    assert 20 <= erasures(emulator) <= 40
    assert books.ledger().uncertain == 1


def test_what_is_repeated_is_no_erasure_that_is_late(emulator, shopper, late, on_commit, drain):
    from genlook_oscar.engine.health import health

    with on_commit():
        erasing.erase_everything(shopper)
    drain(limit=1000)
    assert health().erasures == 0


def test_an_erasure_asked_for_again_meanwhile_is_done_again(
    emulator, shopper, photo, drain, on_commit, monkeypatch
):
    """She gives another photo and deletes it while the first erasure is on its way back."""
    with on_commit():
        photos.upload(str(photo.pk))
        photos.delete(photo)
    name = Erasure.objects.get().external_user_id
    ask = erasing.ask

    def slow(*args, **kwargs):
        answer = ask(*args, **kwargs)
        erasing.ask_for(name, [mark()])
        monkeypatch.setattr(erasing, "ask", ask)
        return answer

    monkeypatch.setattr(erasing, "ask", slow)
    drain()
    assert Erasure.objects.get().done_at
    assert erasures(emulator) == 2


def test_who_asks_too_often_waits_for_genlook_alone(
    emulator, configuration, shopper, click, make_photo, drain, on_commit, monkeypatch
):
    monkeypatch.setattr(erasing, "PER_HOUR", 1)
    click()
    drain()
    with on_commit():
        erasing.erase_everything(shopper)
    asked_for = Erasure.objects.get().not_before
    consent.record(shopper, configuration)
    waiting = click(photo=make_photo("#44aa77"))
    with on_commit():
        erasing.erase_everything(shopper)
    waiting.refresh_from_db()
    assert waiting.status == Status.CANCELLED
    # What was asked for in time does not wait with it.
    assert Erasure.objects.get().not_before == asked_for
    drain()
    assert erasures(emulator) == 1


def test_an_upload_whose_answer_is_lost_is_erased_when_she_deleted_it_meanwhile(
    emulator, shopper, photo, drain, on_commit, monkeypatch
):
    from genlook_oscar.api import Client
    from genlook_oscar.shopper import erasure

    send = Client.upload_image

    def slow(self, *args, **kwargs):
        erasure.erase_photo(Photo.objects.get(pk=photo.pk), at_genlook=False)
        return send(self, *args, **kwargs)

    monkeypatch.setattr(Client, "upload_image", slow)
    emulator.control.fault("lost_answer", path="/images/upload", times=1)
    with on_commit():
        photos.upload(str(photo.pk))
    drain()
    assert emulator.control.state()["images"] == []
    assert Erasure.objects.get().done_at


class TestAccountDeleted:
    """Deleting a customer's account goes the way of "delete everything", at once."""

    @pytest.fixture
    def user(self, django_user_model, shopper):
        row = django_user_model.objects.create_user("ada", "ada@example.com", "secret-1")
        Shopper.objects.filter(pk=shopper.pk).update(user=row)
        return row

    def test_by_the_shops_own_code(self, emulator, user, click, drain, on_commit):
        click()
        drain()
        assert emulator.control.state()["images"]
        with on_commit():
            user.delete()
        drain()
        assert emulator.control.state()["images"] == []
        assert all(row["imagesGone"] for row in emulator.control.state()["generations"])
        assert Erasure.objects.get().done_at
        assert not TryOn.objects.exists()

    def test_on_her_own_page_of_oscars(self, emulator, user, click, drain, on_commit, client):
        click()
        drain()
        client.force_login(user)
        with on_commit():
            client.post(reverse("customer:profile-delete"), {"password": "secret-1"})
        drain()
        assert not type(user).objects.filter(pk=user.pk).exists()
        assert emulator.control.state()["images"] == []
        assert Erasure.objects.get().done_at

    def test_what_is_being_made_is_erased_when_it_has_arrived(
        self, emulator, user, click, drain, on_commit, pass_time, sweep
    ):
        emulator.control.settings(generation_seconds=20)
        tryon = click()
        with on_commit():
            submitting.submit(str(tryon.pk))
        with on_commit():
            user.delete()
        drain()
        before = erasures(emulator)
        assert before >= 1
        assert Erasure.objects.get().done_at is None
        emulator.control.advance(21)
        pass_time(minutes=10)
        sweep()
        drain()
        assert erasures(emulator) > before
        pass_time(seconds=LATE.total_seconds() + 3600)
        sweep()
        drain()
        assert Erasure.objects.get().done_at
