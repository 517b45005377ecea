"""Pictures that are lost from private storage, and a storage without room."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from genlook_oscar.engine import keeping, messages, tryons
from genlook_oscar.engine.health import health
from genlook_oscar.engine.timing import LATE
from genlook_oscar.models import Account, Photo, TryOn
from genlook_oscar.models.storage import PrivateFolder
from genlook_oscar.shopper.refusals import PhotoRefused

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

Status, Charge = TryOn.Status, TryOn.Charge


@pytest.fixture
def done(emulator, click, drain):
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    return tryon


def vanish(tryon):
    Path(tryon.result.path).unlink()


class TestLost:
    def test_it_is_fetched_again_while_genlook_has_it(self, emulator, done, on_commit, drain):
        days = done.expires_at
        vanish(done)
        with on_commit():
            assert keeping.lost(done)
        done.refresh_from_db()
        assert (done.status, done.charge) == (Status.FAILED, Charge.SETTLED)
        assert "has been made" in messages.told(done)
        drain()
        done.refresh_from_db()
        assert (done.status, done.charge) == (Status.COMPLETED, Charge.SETTLED)
        assert keeping.is_kept(done)
        assert done.expires_at == days, "what she was promised stays"
        assert emulator.control.state()["charged"] == 1

    def test_a_click_for_it_costs_nothing(
        self, emulator, done, shopper, product, photo, drain, on_commit
    ):
        vanish(done)
        with on_commit():
            accepted = tryons.request(shopper, product, photo)
        assert accepted.tryon.pk == done.pk
        assert not accepted.reused
        drain()
        assert emulator.control.state()["requests"]["POST /try-on"] == 1

    def test_a_new_click_is_a_new_wish_where_genlook_has_it_no_more(
        self, emulator, done, on_commit, drain, click, pass_time, sweep
    ):
        for generation in emulator._world.generations.values():
            generation.drop_images()
        vanish(done)
        with on_commit():
            keeping.lost(done)
        for _ in range(keeping.GONE_AFTER):
            drain(limit=1000)
            pass_time(seconds=61)
            sweep()
        done.refresh_from_db()
        assert not done.may_still_come
        assert "cannot be shown" in messages.told(done)
        again = click()
        drain()
        again.refresh_from_db()
        assert again.pk != done.pk
        assert again.status == Status.COMPLETED

    def test_a_picture_that_is_there_is_left_alone(self, done):
        assert not keeping.lost(done)
        done.refresh_from_db()
        assert done.status == Status.COMPLETED

    def test_a_folder_that_is_not_mounted_has_lost_nothing(self, done, monkeypatch):
        storage = done.result.storage
        monkeypatch.setattr(type(storage._wrapped), "location", "/nowhere/at/all", raising=False)
        assert keeping.is_kept(done)

    def test_it_is_not_followed_beyond_its_days(self, done, pass_time):
        vanish(done)
        pass_time(seconds=(done.expires_at - done.finished_at).total_seconds() - 3600)
        keeping.lost(done)
        done.refresh_from_db()
        assert done.late_until == done.expires_at
        assert done.late_until - done.finished_at > LATE


class TestFull:
    @pytest.fixture
    def full(self, monkeypatch):
        state = {"full": True}
        save = PrivateFolder._save

        def _save(self, name, content):
            if state["full"]:
                raise OSError(errno.ENOSPC, "No space left on device")
            return save(self, name, content)

        monkeypatch.setattr(PrivateFolder, "_save", _save)
        return state

    def codes(self):
        return [finding.code for finding in health().findings]

    def test_a_picture_waits_for_room_and_is_kept(
        self, emulator, photo, full, click, drain, pass_time, sweep
    ):
        tryon = click()
        drain(limit=2000)
        tryon.refresh_from_db()
        assert (tryon.error_code, tryon.charge) == ("result_lost", Charge.SETTLED)
        assert "has been made" in messages.told(tryon)
        assert "storage" in self.codes()
        for _ in range(10):
            pass_time(minutes=2)
            sweep()
            drain()
        full["full"] = False
        pass_time(minutes=2)
        sweep()
        drain()
        tryon.refresh_from_db()
        assert (tryon.status, tryon.charge) == (Status.COMPLETED, Charge.SETTLED)
        assert "storage" not in self.codes()
        assert emulator.control.state()["charged"] == 1

    def test_a_photo_without_room_is_refused_and_told_of(self, shopper, full, make_photo, sweep):
        Account.load()
        with pytest.raises(PhotoRefused, match="photo_not_kept"):
            make_photo("#123456")
        assert not Photo.objects.exists()
        assert "storage" in self.codes()
        full["full"] = False
        sweep()
        assert "storage" not in self.codes()
