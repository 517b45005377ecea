from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_q.models import OrmQ
from PIL import Image, ImageFilter

from genlook_oscar import clock
from genlook_oscar.models import Consent, Erasure, Photo, Shopper, TryOn
from genlook_oscar.shopper import consent
from tests.conftest import picture

from .conftest import HTML, Visitor, content, photo_file

PHOTOS = "/try-on/photos/"


def test_a_photo_is_taken_in_and_shown_to_its_owner(visitor: Visitor) -> None:
    answer = visitor.upload()

    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "preview_url", "expires_at", "warnings"}
    assert answer.json()["warnings"] == []
    row = Photo.objects.get(pk=answer.json()["id"])
    assert datetime.fromisoformat(answer.json()["expires_at"]) == row.expires_at
    picture = visitor.client.get(answer.json()["preview_url"])
    assert picture.status_code == 200
    assert content(picture).startswith(b"\xff\xd8\xff")


def test_the_upload_to_genlook_begins_at_once(visitor: Visitor) -> None:
    visitor.upload()

    assert [row.func() for row in OrmQ.objects.all()] == ["genlook_oscar.tasks.upload_photo"]


def test_her_photos_are_listed_with_their_sizes(visitor: Visitor) -> None:
    older = visitor.photo("#112233")
    newer = visitor.photo("#445566")

    items = visitor.json(PHOTOS).json()["items"]

    assert [item["id"] for item in items] == [newer, older]
    assert set(items[0]) == {"id", "preview_url", "expires_at", "width", "height"}
    assert (items[0]["width"], items[0]["height"]) == (600, 750)


@pytest.mark.parametrize("consent", [None, "", "0", "false", "off"])
def test_without_consent_nothing_is_stored(visitor: Visitor, consent: str | None) -> None:
    fields = {} if consent is None else {"consent": consent}
    answer = visitor.send("post", PHOTOS, {"photo": photo_file(), **fields})

    assert answer.status_code == 400
    assert answer.json()["code"] == "consent_needed"
    assert answer.json()["details"][0]["field"] == "consent"
    assert not Photo.objects.exists()
    assert not Shopper.objects.exists()
    assert not visitor.client.session.items()


@pytest.mark.parametrize("ticked", ["true", "on", "1"])
def test_consent_is_recorded_and_not_asked_again(visitor: Visitor, ticked: str) -> None:
    assert visitor.upload(consent=ticked).status_code == 201
    assert visitor.upload(photo_file("#111111"), consent="").status_code == 201

    assert Consent.objects.count() == 1


def test_a_changed_wording_asks_again(visitor: Visitor, configuration: Any) -> None:
    visitor.upload()
    configuration.keep_for_days = 1
    configuration.save()

    assert visitor.upload(consent="").json()["code"] == "consent_needed"
    assert visitor.upload().status_code == 201


def test_agreeing_to_another_wording_than_the_present_is_not_agreeing(
    visitor: Visitor, configuration: Any
) -> None:
    shown = consent.wording(configuration).version
    configuration.keep_for_days = 1
    configuration.save()

    assert visitor.upload(consent_version=shown).json()["code"] == "consent_needed"
    now = consent.wording(configuration).version
    assert visitor.upload(consent_version=now).status_code == 201


def test_no_file_is_a_sentence_at_the_field(visitor: Visitor) -> None:
    answer = visitor.send("post", PHOTOS, {"consent": "1"})

    assert answer.status_code == 400
    assert answer.json()["code"] == "photo_missing"
    assert answer.json()["details"] == [
        {"field": "photo", "code": "photo_missing", "message": answer.json()["message"]}
    ]


def test_a_file_that_is_no_photo_is_refused_with_what_to_do(visitor: Visitor) -> None:
    pdf = photo_file()
    pdf.file.seek(0)
    pdf.file.write(b"%PDF-1.7 ")
    pdf.file.seek(0)

    answer = visitor.upload(pdf)

    assert (answer.status_code, answer.json()["code"]) == (400, "photo_not_an_image")
    assert "JPEG" in answer.json()["message"]


def test_a_photo_that_is_too_large_is_413(visitor: Visitor, settings: Any) -> None:
    settings.GENLOOK_MAX_PHOTO_BYTES = 1000
    slightly = visitor.upload()
    by_far = visitor.upload(SimpleUploadedFile("big.jpg", b"\xff\xd8\xff" + b"\0" * 200_000))

    for answer in (slightly, by_far):
        assert answer.status_code == 413
        assert answer.json()["code"] == "photo_too_large"
        assert answer.json()["status"] == 413
        assert "1000" in answer.json()["message"]
    assert not Photo.objects.exists()


def test_a_closed_shop_takes_no_photos(visitor: Visitor, configuration: Any) -> None:
    configuration.enabled = False
    configuration.save()

    answer = visitor.upload()

    assert (answer.status_code, answer.json()["code"]) == (403, "off")
    assert not Photo.objects.exists()


def test_a_shop_for_customers_takes_photos_of_customers_only(
    visitor: Visitor, customer: Visitor, configuration: Any
) -> None:
    configuration.audience = "customers"
    configuration.save()

    assert visitor.upload().json()["code"] == "sign_in_first"
    assert customer.upload().status_code == 201


def test_a_deleted_photo_is_gone_here_and_at_genlook(
    visitor: Visitor, emulator: Any, drain: Any
) -> None:
    photo = visitor.photo()
    drain()
    assert len(emulator.control.state()["images"]) == 1
    file = Photo.objects.get(pk=photo).file

    answer = visitor.send("delete", f"{PHOTOS}{photo}/")
    drain()

    assert (answer.status_code, answer.content) == (204, b"")
    assert not file.storage.exists(file.name)
    assert visitor.json(PHOTOS).json() == {"items": []}
    assert visitor.client.get(f"{PHOTOS}{photo}/image/").status_code == 404
    assert visitor.send("delete", f"{PHOTOS}{photo}/").status_code == 404
    assert not emulator.control.state()["images"]
    assert Erasure.objects.exclude(done_at=None).count() == 1


def test_a_photo_is_deleted_by_a_form(visitor: Visitor) -> None:
    photo = visitor.photo()

    answer = visitor.submit(f"{PHOTOS}{photo}/", {"_method": "delete"})

    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        reverse("genlook_oscar:tryons"),
    )
    assert Photo.objects.get(pk=photo).erased_at
    assert b"Your photo has been deleted" in visitor.page(answer.headers["Location"]).content


def test_a_form_that_does_not_say_delete_deletes_nothing(visitor: Visitor) -> None:
    photo = visitor.photo()

    assert visitor.submit(f"{PHOTOS}{photo}/", {}).status_code == 405
    assert not Photo.objects.get(pk=photo).erased_at


def test_a_photo_disappears_when_its_time_is_over(visitor: Visitor, pass_time: Any) -> None:
    photo = visitor.photo()
    pass_time(days=7, seconds=1)

    assert visitor.json(PHOTOS).json() == {"items": []}
    assert visitor.client.get(f"{PHOTOS}{photo}/image/").status_code == 404


def test_a_photo_whose_file_is_lost_is_404(visitor: Visitor) -> None:
    photo = visitor.photo()
    row = Photo.objects.get(pk=photo)
    row.file.storage.delete(row.file.name)

    assert visitor.client.get(f"{PHOTOS}{photo}/image/").status_code == 404


def test_the_browser_keeps_a_picture_privately_and_never_beyond_its_time(
    visitor: Visitor, pass_time: Any
) -> None:
    url = f"{PHOTOS}{visitor.photo()}/image/"
    first = visitor.client.get(url)
    assert first.headers["Cache-Control"] == "private, max-age=3600"
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert first.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert first.headers["X-Robots-Tag"] == "noindex"
    assert "Cookie" in first.headers["Vary"]
    assert content(first)

    again = visitor.client.get(url, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    left = Photo.objects.get().expires_at - clock.now() - timedelta(seconds=100)
    pass_time(seconds=left.total_seconds())
    late = visitor.client.get(url)
    seconds = int(late.headers["Cache-Control"].removeprefix("private, max-age="))
    assert 0 < seconds <= 100
    assert content(late)


def test_the_stored_picture_carries_no_metadata(visitor: Visitor) -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    visitor.upload(photo_file(exif=exif))

    with Photo.objects.get().file.open() as file:
        stored = file.read()
    assert b"at home" not in stored
    assert b"Exif" not in stored


def test_the_list_is_json_for_browsers_too(visitor: Visitor) -> None:
    answer = visitor.client.get(PHOTOS, headers={"Accept": HTML})

    assert answer.json() == {"items": []}
    assert not visitor.client.session.items()


def blurred() -> SimpleUploadedFile:
    out = io.BytesIO()
    image = Image.open(io.BytesIO(picture())).filter(ImageFilter.GaussianBlur(20))
    image.save(out, "JPEG")
    return SimpleUploadedFile("me.jpg", out.getvalue(), content_type="image/jpeg")


def test_what_speaks_against_a_photo_is_said_and_not_held_against_her(
    visitor: Visitor, product: Any
) -> None:
    answer = visitor.upload(blurred())

    assert answer.status_code == 201
    (warning,) = answer.json()["warnings"]
    assert warning["code"] == "photo_blurred"
    assert "steady hand" in warning["message"]
    assert visitor.start(product, answer.json()["id"]).status_code == 202


def test_without_script_it_is_said_before_a_credit_is_spent(visitor: Visitor, product: Any) -> None:
    page = f"/try-on/new/{product.pk}/"
    fields = {"product": product.pk, "photo_file": blurred(), "consent": "1"}

    said = visitor.submit(page, fields)

    assert b"steady hand" in said.content
    assert not TryOn.objects.exists()
    # The photo is chosen now; sending the form again uses it.
    photo = Photo.objects.get()
    assert f'value="{photo.pk}" checked' in said.content.decode()
    again = visitor.submit(page, {"product": product.pk, "photo": str(photo.pk)})
    assert again.status_code == 303
