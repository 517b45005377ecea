"""Taking in a photo: kept once, privately, for as long as was said."""

import io
import logging
import os
import stat
import sys
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection
from django.db.models.signals import pre_save

from genlook_oscar import clock
from genlook_oscar.models import Configuration, Photo, Shopper
from genlook_oscar.shopper import erasure, photos
from genlook_oscar.shopper.photos import PhotoRefused, take_in
from tests.conftest import picture

from .conftest import exists, upload
from .files import encoded, exif, quarters, xmp

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


def refusal(file, configuration):
    shopper = Shopper.objects.create()
    with pytest.raises(PhotoRefused) as caught:
        take_in(shopper, file, configuration)
    assert not Photo.objects.exists()
    return caught.value


def stored_files():
    root = Photo._meta.get_field("file").storage.location
    return {os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names}


def test_a_photo_is_kept_as_rebuilt(configuration):
    shopper = Shopper.objects.create()
    photo = take_in(shopper, upload(size=(3000, 2000)), configuration)
    photo.refresh_from_db()
    assert (photo.shopper, photo.width, photo.height) == (shopper, 1600, 1067)
    with photo.file.open("rb") as file:
        content = file.read()
    assert content.startswith(b"\xff\xd8\xff")
    assert len(photo.sha256) == 64
    assert not photo.image_id
    assert photo.erased_at is None


def test_it_lies_privately_under_a_name_that_tells_nothing(configuration, settings):
    photo = take_in(Shopper.objects.create(), upload(name="ann-at-home.jpg"), configuration)
    path = photo.file.storage.path(photo.file.name)
    assert path.startswith(str(settings.GENLOOK_PRIVATE_ROOT))
    assert "ann" not in photo.file.name
    assert str(photo.pk) not in photo.file.name
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.parametrize(("keep", "days"), [(0, 7), (1, 1), (3, 3), (7, 7)])
def test_its_days_are_the_configurations(configuration, keep, days):
    configuration.keep_for_days = keep
    before = clock.now()
    photo = take_in(Shopper.objects.create(), upload(), configuration)
    assert before <= photo.expires_at - timedelta(days=days) <= clock.now()


def test_the_limits_are_the_settings(configuration, settings):
    settings.GENLOOK_PHOTO_LONG_SIDE = 400
    photo = take_in(Shopper.objects.create(), upload(), configuration)
    assert (photo.width, photo.height) == (320, 400)
    Photo.objects.all().delete()
    settings.GENLOOK_MAX_PHOTO_PIXELS = 600 * 750 - 1
    refused = refusal(upload(), configuration)
    assert refused.code == "photo_too_many_pixels"
    assert "0.449999 megapixels" in refused.message


def test_an_upload_kept_in_a_temporary_file(configuration):
    file = TemporaryUploadedFile("me.jpg", "image/jpeg", 0, None)
    file.write(picture())
    assert take_in(Shopper.objects.create(), file, configuration).width == 600
    file.close()


class TestRefused:
    def test_no_file(self, configuration):
        assert refusal(None, configuration).code == "photo_missing"

    def test_an_empty_file(self, configuration):
        assert refusal(SimpleUploadedFile("me.jpg", b""), configuration).code == "photo_empty"

    def test_more_bytes_than_allowed(self, configuration, settings):
        content = picture()
        settings.GENLOOK_MAX_PHOTO_BYTES = len(content) - 1
        refused = refusal(SimpleUploadedFile("me.jpg", content), configuration)
        assert refused.code == "photo_too_large"
        settings.GENLOOK_MAX_PHOTO_BYTES = len(content)
        assert take_in(
            Shopper.objects.create(), SimpleUploadedFile("me.jpg", content), configuration
        )

    def test_the_limit_is_said_in_words(self, configuration):
        refused = refusal(
            SimpleUploadedFile("me.jpg", b"\xff\xd8\xff" + bytes(30 * 1024 * 1024)), configuration
        )
        assert refused.code == "photo_too_large"
        assert "20.0\xa0MB" in refused.message

    def test_a_size_that_lies_is_not_believed(self, configuration, settings):
        settings.GENLOOK_MAX_PHOTO_BYTES = 1000
        file = SimpleUploadedFile("me.jpg", picture())
        file.size = 10
        assert refusal(file, configuration).code == "photo_too_large"

    def test_a_pdf_called_jpg(self, configuration):
        file = SimpleUploadedFile("me.jpg", b"%PDF-1.7 ...", content_type="image/jpeg")
        assert refusal(file, configuration).code == "photo_not_an_image"

    def test_a_photo_called_pdf_is_a_photo(self, configuration):
        file = SimpleUploadedFile("me.pdf", picture(), content_type="application/pdf")
        assert take_in(Shopper.objects.create(), file, configuration)

    def test_in_the_shoppers_language(self, configuration):
        from django.utils import translation

        with translation.override("de"):
            assert refusal(None, configuration).message

    def test_nothing_of_the_file_is_logged(self, configuration, caplog, monkeypatch, capsys):
        tagged = encoded(quarters(), exif=exif(6, gps=True), xmp=xmp(), comment=b"SECRET")
        bad = [tagged[:1500], b"SECRETCONTENT", encoded(quarters(), "HEIF")]
        good = [tagged, encoded(quarters(), "WEBP", exif=exif(6, gps=True))]
        caplog.set_level(logging.DEBUG)
        monkeypatch.setitem(sys.modules, "pillow_heif", None)
        for content in bad:
            refusal(SimpleUploadedFile("SECRETNAME.jpg", content), configuration)
        for content in good:
            file = SimpleUploadedFile("SECRETNAME.jpg", content)
            take_in(Shopper.objects.create(), file, configuration)
        said = caplog.text + "".join(capsys.readouterr())
        assert "SECRET" not in said
        assert "GPS" not in said
        assert "photos/" not in said


class TestGivenAgain:
    def test_it_is_the_same_photo(self, configuration, give):
        shopper = Shopper.objects.create()
        first = give(shopper)
        before = stored_files()
        assert give(shopper) == first
        assert stored_files() == before
        assert Photo.objects.count() == 1

    def test_its_days_begin_anew_and_genlooks_do_not(self, configuration, give):
        shopper = Shopper.objects.create()
        first = give(shopper)
        there = clock.now() + timedelta(days=2)
        Photo.objects.update(image_id="img", image_expires_at=there)
        with clock.shift(days=5):
            again = give(shopper)
        assert again.expires_at - first.expires_at >= timedelta(days=5)
        assert (again.image_id, again.image_expires_at) == ("img", there)

    def test_the_present_promise_holds_even_if_it_is_shorter(self, configuration, give):
        shopper = Shopper.objects.create()
        give(shopper)
        configuration.keep_for_days = 1
        again = give(shopper)
        assert again.expires_at <= clock.now() + timedelta(days=1)

    def test_another_shoppers_same_picture_is_another_photo(self, give):
        first, second = give(Shopper.objects.create()), give(Shopper.objects.create())
        assert first != second
        assert first.sha256 == second.sha256
        assert first.file.name != second.file.name

    def test_after_it_was_erased_it_is_a_new_photo(self, give, on_commit):
        shopper = Shopper.objects.create()
        first = give(shopper)
        with on_commit():
            erasure.erase_photo(first)
        second = give(shopper)
        assert second != first
        assert exists(second.file.name)

    def test_after_its_days_it_is_a_new_photo_and_the_old_one_is_erased(self, give, on_commit):
        shopper = Shopper.objects.create()
        first = give(shopper)
        name = first.file.name
        with clock.shift(days=8), on_commit():
            second = give(shopper)
        assert second != first
        first.refresh_from_db()
        assert first.erased_at
        assert first.sha256 is None
        assert not exists(name)
        assert exists(second.file.name)


def test_a_photo_that_cannot_be_recorded_leaves_no_file(configuration):
    def refuse(**kwargs):
        raise RuntimeError("the disk of the database is full")

    shopper, before = Shopper.objects.create(), stored_files()
    pre_save.connect(refuse, sender=Photo)
    try:
        with pytest.raises(RuntimeError):
            take_in(shopper, upload(), configuration)
    finally:
        pre_save.disconnect(refuse, sender=Photo)
    assert stored_files() == before
    assert not Photo.objects.exists()


def test_a_guest_who_signs_in_meanwhile_gives_it_to_the_customer(configuration, make_user):
    guest = Shopper.objects.create()
    customer = Shopper.objects.create(user=make_user())
    Shopper.objects.filter(pk=guest.pk).update(merged_into=customer)
    assert take_in(guest, upload(), configuration).shopper == customer


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("many_processes")
def test_the_same_picture_twice_at_once_is_one_photo():
    configuration = Configuration.load()
    shopper, before = Shopper.objects.create(), stored_files()
    start, given, problems = Barrier(6), [], []

    def give_it():
        try:
            start.wait()
            given.append(take_in(shopper, io.BytesIO(picture()), configuration).pk)
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=give_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(given) == 6
    assert len(set(given)) == 1
    assert Photo.objects.count() == 1
    assert len(stored_files() - before) == 1


class TestMine:
    def test_only_ones_own_and_usable(self, give, visit, on_commit):
        from genlook_oscar.shopper import identity

        request = visit()
        shopper = identity.get_or_create(request)
        mine, erased = give(shopper), give(shopper, "#00aa00")
        give(Shopper.objects.create())
        with on_commit():
            erasure.erase_photo(erased)
        assert list(photos.mine(request)) == [mine]
        with clock.shift(days=8):
            assert not photos.mine(request).exists()

    def test_one_query(self, give, visit, django_assert_num_queries):
        from genlook_oscar.shopper import identity

        request = visit()
        photo = give(identity.get_or_create(request))
        with django_assert_num_queries(1):
            assert photos.mine(request).get(pk=photo.pk)
        with django_assert_num_queries(0):
            assert not list(photos.mine(visit()))
