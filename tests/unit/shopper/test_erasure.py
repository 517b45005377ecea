"""Erasing: what is said to be gone is gone, from the disk too, and Genlook is asked."""

import logging
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from genlook_oscar import clock
from genlook_oscar.models import Consent, Erasure, Photo, Shopper, TryOn
from genlook_oscar.shopper import consent, erasure, files
from genlook_oscar.shopper.adoption import adopt

from .conftest import completed, exists, make_tryon

pytestmark = pytest.mark.django_db


@pytest.fixture
def shopper():
    return Shopper.objects.create()


@pytest.fixture
def broken_storage(monkeypatch):
    """A storage that cannot delete just now."""

    def refuse(self, name):
        raise OSError("the storage is away")

    storage = type(Photo._meta.get_field("file").storage._wrapped)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "delete", refuse)
        yield


class TestPhoto:
    def test_nothing_is_left_but_its_dates(self, give, shopper, on_commit):
        photo = give(shopper)
        Photo.objects.update(
            image_id="img", image_expires_at=clock.now(), claim="c", claimed_until=clock.now()
        )
        with on_commit():
            assert erasure.erase_photo(photo)
        name = photo.file.name
        photo.refresh_from_db()
        assert not exists(name)
        assert (photo.file.name, photo.sha256, photo.image_id) == ("", None, "")
        assert photo.image_expires_at is None
        assert (photo.claim, photo.claimed_until) == ("", None)
        assert photo.erased_at
        assert photo.expires_at <= clock.now()

    def test_twice_is_once(self, give, shopper, on_commit):
        photo = give(shopper)
        with on_commit():
            erasure.erase_photo(photo)
        photo.refresh_from_db()
        first = photo.erased_at
        with clock.shift(days=1), on_commit():
            assert not erasure.erase_photo(photo)
        photo.refresh_from_db()
        assert photo.erased_at == first

    def test_the_file_stays_when_the_transaction_does_not(self, give, shopper, on_commit):
        photo = give(shopper)
        with on_commit(), transaction.atomic():
            erasure.erase_photo(photo)
            transaction.set_rollback(True)
        photo.refresh_from_db()
        assert photo.erased_at is None
        assert exists(photo.file.name)

    def test_a_file_that_is_gone_already(self, give, shopper, on_commit):
        photo = give(shopper)
        os.unlink(photo.file.path)
        with on_commit():
            assert erasure.erase_photo(photo)
        photo.refresh_from_db()
        assert photo.file.name == ""

    def test_a_deletion_that_fails_is_due_again(self, give, shopper, on_commit, request, caplog):
        photo = give(shopper)
        name = photo.file.name
        request.getfixturevalue("broken_storage")
        with caplog.at_level(logging.ERROR), on_commit():
            assert erasure.erase_photo(photo)
        assert "could not be deleted" in caplog.text
        photo.refresh_from_db()
        assert photo.erased_at
        assert exists(name)
        assert list(erasure.due_photos(clock.now())) == [photo]

    def test_and_is_made_good_by_erasing_again(self, give, shopper, on_commit, monkeypatch):
        photo = give(shopper)
        name = photo.file.name
        with monkeypatch.context() as patch, on_commit():
            patch.setattr(files, "_storage", lambda: None)
            erasure.erase_photo(photo)
        with on_commit():
            erasure.erase_photo(photo)
        assert not exists(name)
        assert not erasure.due_photos(clock.now()).exists()

    def test_only_when_due(self, give, shopper, on_commit):
        photo = give(shopper)
        with on_commit():
            assert not erasure.erase_photo(photo, due_at=clock.now())
            assert exists(photo.file.name)
            assert erasure.erase_photo(photo, due_at=photo.expires_at)
        assert not exists(photo.file.name)

    def test_one_that_was_given_again_meanwhile_is_not_due(self, give, shopper):
        photo = give(shopper)
        due_at = photo.expires_at
        with clock.shift(days=3):
            give(shopper)
        assert not erasure.erase_photo(photo, due_at=due_at)

    def test_genlook_is_asked_under_the_name_it_was_sent_with(self, give, shopper):
        photo = give(shopper)
        Photo.objects.update(external_user_id="shopper-then")
        erasure.erase_photo(photo)
        assert Erasure.objects.get().external_user_id == "shopper-then"

    def test_or_not_if_nothing_was_sent_or_the_engine_asks_itself(self, give, shopper):
        erasure.erase_photo(give(shopper))
        other = give(shopper, "#00ff00")
        Photo.objects.update(external_user_id="shopper-then")
        erasure.erase_photo(other, at_genlook=False)
        assert not Erasure.objects.exists()

    def test_another_shoppers_same_picture_stays(self, give, shopper, on_commit):
        mine, other = give(shopper), give(Shopper.objects.create())
        with on_commit():
            erasure.erase_photo(mine)
        assert exists(other.file.name)


class TestResult:
    def test_it_expires_and_its_file_goes(self, shopper, on_commit):
        tryon = completed(shopper, result_url="https://genlook.example/signed")
        finished, name = tryon.finished_at, tryon.result.name
        with clock.shift(days=1), on_commit():
            assert erasure.erase_result(tryon)
        tryon.refresh_from_db()
        assert not exists(name)
        assert (tryon.status, tryon.result.name) == (TryOn.Status.EXPIRED, "")
        assert tryon.result_url == ""
        assert tryon.finished_at == finished
        assert not tryon.has_result()

    def test_twice_is_once(self, shopper, on_commit):
        tryon = completed(shopper)
        with on_commit():
            assert erasure.erase_result(tryon)
            assert not erasure.erase_result(tryon)

    def test_only_when_due(self, shopper, on_commit):
        tryon = completed(shopper)
        with on_commit():
            assert not erasure.erase_result(tryon, due_at=clock.now())
        assert exists(tryon.result.name)
        with on_commit():
            assert erasure.erase_result(tryon, due_at=tryon.expires_at)
        assert not exists(tryon.result.name)

    def test_what_she_deleted_is_due(self, shopper, on_commit):
        tryon = completed(shopper, hidden_at=clock.now())
        assert list(erasure.due_results(clock.now())) == [tryon]
        with on_commit():
            assert erasure.erase_result(tryon, due_at=clock.now())
        assert not exists(tryon.result.name)

    @pytest.mark.parametrize("status", ["queued", "generating", "failed", "cancelled"])
    def test_one_without_a_picture_stays_as_it_is(self, shopper, on_commit, status):
        tryon = make_tryon(shopper, status=status)
        with on_commit():
            assert not erasure.erase_result(tryon)
        tryon.refresh_from_db()
        assert tryon.status == status


class TestDue:
    def test_photos_by_their_day(self, give, shopper, on_commit):
        photo = give(shopper)
        assert not erasure.due_photos(clock.now()).exists()
        assert list(erasure.due_photos(photo.expires_at)) == [photo]
        with on_commit():
            erasure.erase_photo(photo)
        assert not erasure.due_photos(clock.now() + timedelta(days=9)).exists()

    def test_results_by_their_day(self, shopper, on_commit):
        tryon = completed(shopper)
        make_tryon(shopper)
        assert not erasure.due_results(clock.now()).exists()
        assert list(erasure.due_results(tryon.expires_at)) == [tryon]
        with on_commit():
            erasure.erase_result(tryon)
        assert not erasure.due_results(clock.now() + timedelta(days=9)).exists()

    def test_the_oldest_come_first(self, give, shopper):
        late = give(shopper)
        with clock.shift(days=-2):
            early = give(shopper, "#00ff00")
        assert list(erasure.due_photos(clock.now() + timedelta(days=9))) == [early, late]

    def test_no_promise_is_longer_than_the_sweep(self, configuration, give, shopper, sweep):
        """What the text says is what happens, for each setting of the days."""
        for keep in (0, 1, 3, 7):
            configuration.keep_for_days = keep
            promised = consent.wording(configuration).days
            photo = give(shopper)
            tryon = completed(
                shopper, expires_at=clock.now() + timedelta(days=configuration.retention_days)
            )
            with clock.shift(days=promised, seconds=-60):
                sweep()
                assert exists(photo.file.name)
                assert exists(tryon.result.name)
            with clock.shift(days=promised):
                sweep()
                assert not exists(photo.file.name)
                assert not exists(tryon.result.name)


class TestShopper:
    def test_all_of_hers_goes_and_nobody_elses(self, give, shopper, configuration, on_commit):
        other = Shopper.objects.create()
        kept = [give(other), completed(other)]
        photo, tryon, queued = give(shopper), completed(shopper), make_tryon(shopper)
        consent.record(shopper, configuration)
        with on_commit():
            erasure.erase_shopper(shopper)
        assert not exists(photo.file.name)
        assert not exists(tryon.result.name)
        assert exists(kept[0].file.name)
        assert exists(kept[1].result.name)
        photo.refresh_from_db()
        tryon.refresh_from_db()
        queued.refresh_from_db()
        assert photo.erased_at
        assert tryon.status == TryOn.Status.EXPIRED
        assert tryon.hidden_at
        assert queued.hidden_at
        assert not consent.is_given(shopper, configuration)
        assert Consent.objects.get().withdrawn_at

    def test_genlook_is_asked_for_each_name_that_was_used(self, shopper, make_user, give):
        customer = Shopper.objects.create(user=make_user())
        silent = Shopper.objects.create()
        for guest, color in ((shopper, "#110000"), (silent, "#220000")):
            give(guest, color)
            adopt(guest.key, customer.user)
        first = customer.photos.order_by("created_at").first()
        Photo.objects.filter(pk=first.pk).update(external_user_id=shopper.external_user_id)
        make_tryon(customer, external_user_id=customer.external_user_id)
        asked = erasure.erase_shopper(customer)
        assert {row.external_user_id for row in asked} == {
            shopper.external_user_id,
            customer.external_user_id,
        }
        assert set(Erasure.objects.all()) == set(asked)

    def test_nothing_sent_is_nothing_to_ask_for(self, shopper, give):
        give(shopper)
        assert erasure.erase_shopper(shopper) == []

    def test_what_was_erased_here_before_was_sent_all_the_same(self, shopper, give, on_commit):
        photo = give(shopper)
        Photo.objects.update(external_user_id="shopper-then")
        with on_commit():
            erasure.erase_photo(photo, at_genlook=False)
        assert [row.external_user_id for row in erasure.erase_shopper(shopper)] == ["shopper-then"]

    def test_twice_asks_once_while_the_first_is_open(self, shopper):
        make_tryon(shopper, external_user_id="shopper-then")
        first = erasure.erase_shopper(shopper)
        assert erasure.erase_shopper(shopper) == first
        Erasure.objects.update(done_at=clock.now())
        assert erasure.erase_shopper(shopper) != first

    def test_a_twin_left_behind_at_login_goes_too(self, shopper, give, make_user, on_commit):
        customer = Shopper.objects.create(user=make_user())
        give(customer)
        left = give(shopper)
        adopt(shopper.key, customer.user)
        with on_commit():
            erasure.erase_shopper(customer)
        assert not exists(left.file.name)

    def test_all_or_nothing(self, shopper, give, on_commit):
        photo = give(shopper)
        with on_commit(), transaction.atomic():
            erasure.erase_shopper(shopper)
            transaction.set_rollback(True)
        photo.refresh_from_db()
        assert exists(photo.file.name)
        assert not photo.erased_at


class TestDeletedRows:
    @pytest.fixture
    def customer(self, make_user, give):
        customer = Shopper.objects.create(user=make_user())
        Photo.objects.filter(pk=give(customer).pk).update(
            external_user_id=customer.external_user_id
        )
        completed(customer)
        return customer

    def names(self):
        rows = [*Photo.objects.values_list("file", flat=True)]
        return [*rows, *TryOn.objects.values_list("result", flat=True)]

    @pytest.mark.parametrize("what", ["user", "shopper", "several"])
    def test_the_files_go_and_genlook_is_asked(self, customer, what, on_commit):
        names = self.names()
        assert len(names) == 2
        assert all(map(exists, names))
        with on_commit():
            if what == "user":
                customer.user.delete()
            elif what == "shopper":
                customer.delete()
            else:
                Shopper.objects.all().delete()
        assert not any(map(exists, names))
        assert Erasure.objects.get().external_user_id == customer.external_user_id
        assert not Photo.objects.exists()

    def test_the_guests_she_was_are_asked_for_too(self, customer, give, on_commit):
        guest = Shopper.objects.create()
        Photo.objects.filter(pk=give(guest, "#00ff00").pk).update(
            external_user_id=guest.external_user_id
        )
        adopt(guest.key, customer.user)
        with on_commit():
            customer.user.delete()
        assert set(Erasure.objects.values_list("external_user_id", flat=True)) == {
            guest.external_user_id,
            customer.external_user_id,
        }
        assert not Shopper.objects.exists()

    def test_one_photo_or_try_on(self, customer, on_commit):
        names = self.names()
        with on_commit():
            Photo.objects.get().delete()
            TryOn.objects.get().delete()
        assert not any(map(exists, names))

    def test_a_deletion_that_is_rolled_back_keeps_the_files(self, customer, on_commit):
        names = self.names()
        with on_commit(), transaction.atomic():
            customer.user.delete()
            transaction.set_rollback(True)
        assert all(map(exists, names))
        assert not Erasure.objects.exists()

    def test_a_storage_that_is_away_keeps_nobody_from_deleting(
        self, customer, on_commit, broken_storage, caplog
    ):
        with caplog.at_level(logging.ERROR), on_commit():
            customer.user.delete()
        assert not Shopper.objects.exists()
        assert "could not be deleted" in caplog.text

    def test_nor_does_our_own_failure(self, customer, on_commit, caplog):
        from django.db import DatabaseError, connection

        def refuse(execute, sql, params, many, context):
            if sql.startswith("INSERT") and "genlook_oscar_erasure" in sql:
                raise DatabaseError("the disk of the database is full")
            return execute(sql, params, many, context)

        with caplog.at_level(logging.ERROR), connection.execute_wrapper(refuse), on_commit():
            customer.user.delete()
        assert not Shopper.objects.exists()
        assert "ask_for_erasure failed" in caplog.text


class TestStrays:
    def stray(self, name, age_days=8.0):
        path = Path(Photo._meta.get_field("file").storage.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        written = (clock.now() - timedelta(days=age_days)).timestamp()
        os.utime(path, (written, written))
        return name

    def test_pictures_that_no_row_names_go(self):
        before = clock.now() - timedelta(days=7)
        files.delete_strays(before)
        strays = [
            self.stray("photos/ab/" + "ab" + "0" * 30 + ".jpg"),
            self.stray("results/cd/" + "cd" + "0" * 30 + ".jpg"),
        ]
        assert files.delete_strays(before) == 2
        assert not any(map(exists, strays))

    def test_those_with_a_row_young_ones_and_all_that_is_not_ours_stay(self, give, shopper):
        photo, tryon = give(shopper), completed(shopper)
        old = (clock.now() - timedelta(days=30)).timestamp()
        for name in (photo.file.name, tryon.result.name):
            os.utime(Photo._meta.get_field("file").storage.path(name), (old, old))
        others = [
            self.stray("photos/ab/" + "ab" + "1" * 30 + ".jpg", age_days=6),
            self.stray("photos/ab/" + "ab" + "1" * 30 + ".png"),
            self.stray("photos/ab/" + "cd" + "1" * 30 + ".jpg"),
            self.stray("photos/ab/holiday.jpg"),
            self.stray("other/ab/" + "ab" + "1" * 30 + ".jpg"),
        ]
        files.delete_strays(clock.now() - timedelta(days=7))
        assert all(map(exists, [photo.file.name, tryon.result.name, *others]))

    def test_a_storage_without_folders_or_listings_has_none(self, tmp_path, monkeypatch):
        from django.core.files.storage import FileSystemStorage, Storage

        for storage in (FileSystemStorage(location=tmp_path / "none"), Storage()):
            monkeypatch.setattr(files, "_storage", lambda storage=storage: storage)
            assert files.delete_strays(clock.now()) == 0

    def test_what_lies_beside_a_result_is_a_stray_with_it(self, shopper):
        before = clock.now() - timedelta(days=7)
        files.delete_strays(before)
        lost, ours = "results/cd/" + "cd" + "2" * 30, "results/cd/" + "cd" + "3" * 30
        strays = [self.stray(f"{lost}.original"), self.stray(f"{lost}.download.jpg")]
        kept = [self.stray(f"{ours}{end}") for end in (".jpg", ".original", ".download.jpg")]
        make_tryon(shopper, result=f"{ours}.jpg")
        others = [self.stray(f"{lost}.txt"), self.stray("photos/ab/" + "ab" + "1" * 30 + ".png")]
        assert files.delete_strays(before) == 2
        assert not any(map(exists, strays))
        assert all(map(exists, kept + others))
