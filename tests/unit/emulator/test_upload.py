from __future__ import annotations

import io
import random
import subprocess
import sys

import pillow_heif
import pytest
import requests
from PIL import Image

from .conftest import DAY, PHOTO, Api, encoded, paths, person, refused


def stored(api: Api, content: bytes, **fields: str) -> Image.Image:
    answer = api.upload(content, **fields)
    assert answer.status_code == 201, answer.text
    picture = requests.get(answer.json()["imageUrl"], timeout=20)
    assert picture.headers["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(picture.content))


def heic(image: Image.Image) -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(image).save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_takes_the_documented_formats(api: Api, kind: str) -> None:
    assert stored(api, encoded(person(), kind)).size == (800, 1000)


def test_takes_heic(api: Api) -> None:
    assert stored(api, heic(person())).size == (800, 1000)


def test_does_not_teach_heic_to_the_rest_of_the_process() -> None:
    """Else a shop that cannot open HEIC would seem to, beside an emulator."""
    script = (
        "import sys; from PIL import Image; from genlook_oscar.emulator.intake import opened;"
        "opened(sys.stdin.buffer.read()).load(); print('.heic' in Image.registered_extensions())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], input=heic(person()), capture_output=True, check=True
    )
    assert ended.stdout.strip() == b"False"


def test_crops_to_four_by_five_unless_told_otherwise(api: Api) -> None:
    wide = encoded(Image.new("RGB", (1000, 500), "white"))
    tall = encoded(Image.new("RGB", (400, 1000), "white"))
    assert stored(api, wide).size == (400, 500)
    assert stored(api, tall).size == (400, 500)
    assert stored(api, wide, crop="true").size == (400, 500)
    assert stored(api, wide, crop="false").size == (1000, 500)


def test_turns_a_photo_upright(api: Api) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = encoded(Image.new("RGB", (500, 400), "white"), exif=exif)
    assert stored(api, lying).size == (400, 500)


def test_bounds_the_size_of_what_it_stores(api: Api) -> None:
    large = encoded(Image.new("L", (4000, 5000), 200))
    picture = stored(api, large, crop="false")
    assert picture.size == (1638, 2048)
    assert picture.mode == "RGB"


def test_puts_a_transparent_picture_on_white(api: Api) -> None:
    glass = encoded(Image.new("RGBA", (400, 500), (255, 0, 0, 0)), "PNG")
    assert stored(api, glass).getpixel((200, 250)) == (255, 255, 255)


def gif() -> bytes:
    return encoded(Image.new("P", (300, 300)), "GIF")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        PHOTO[:2000],
        gif(),
        encoded(Image.new("RGB", (8, 8))),
        b"\x00\x00\x00\x18ftypheic" + b"\x00" * 200,
    ],
    ids=["empty", "text", "cut off", "gif", "tiny", "broken heic"],
)
def test_refuses_what_is_no_picture(api: Api, content: bytes) -> None:
    refused(api.upload(content), 400, "INVALID_IMAGE")


def test_refuses_a_picture_of_too_many_pixels(api: Api) -> None:
    bomb = encoded(Image.new("1", (12_000, 12_000)), "PNG")
    assert len(bomb) < 100_000
    refused(api.upload(bomb), 400, "INVALID_IMAGE")


def test_refuses_a_file_of_more_than_ten_megabytes(api: Api) -> None:
    noise = random.Random(1).randbytes(10 * 1024 * 1024 + 1)
    refused(api.upload(noise), 413, "FILE_TOO_LARGE")


def test_refuses_an_upload_without_a_file(api: Api) -> None:
    refused(api.post("/images/upload", files={"crop": (None, "true")}), 400, "FILE_REQUIRED")
    refused(api.post("/images/upload", json={"file": "x"}), 400, "FILE_REQUIRED")


def test_names_each_bad_field(api: Api) -> None:
    answer = api.upload(crop="maybe", keepForDays="2", externalUserId="")
    assert sorted(paths(answer)) == ["crop", "externalUserId", "keepForDays"]
    assert paths(api.upload(retentionDays="a week")) == ["retentionDays"]
    assert paths(api.upload(customerId="u" * 300)) == ["customerId"]


def test_former_names_are_taken_and_the_new_ones_win(api: Api) -> None:
    api.upload(customerId="old", retentionDays="1")
    api.upload(customerId="old", retentionDays="1", externalUserId="new", keepForDays="3")
    images = api.emulator.control.state()["images"]
    assert [(i["externalUserId"], i["keepForDays"]) for i in images] == [("old", 1), ("new", 3)]


@pytest.mark.parametrize("days", [1, 3, 7])
def test_an_image_lives_for_its_days(api: Api, days: int) -> None:
    image_id = api.image_id(keepForDays=str(days))
    api.emulator.control.advance(days * DAY - 5)
    assert api.try_on(image_id).status_code == 201
    api.emulator.control.advance(6)
    refused(api.try_on(image_id), 404, "IMAGE_NOT_FOUND")
    assert api.emulator.control.state()["images"] == []


def test_an_image_lives_as_long_as_the_account_says_by_default(api: Api) -> None:
    api.emulator.control.settings(retention_days=3)
    image_id = api.image_id()
    api.emulator.control.advance(3 * DAY + 1)
    refused(api.try_on(image_id), 404, "IMAGE_NOT_FOUND")


def test_the_preview_url_is_signed_and_ends(api: Api) -> None:
    url = api.upload().json()["imageUrl"]
    assert requests.get(url, timeout=20).status_code == 200
    assert requests.get(url[:-1] + "x", timeout=20).status_code == 403
    api.emulator.control.advance(901)
    assert requests.get(url, timeout=20).status_code == 403


def test_ids_come_in_both_documented_looks(api: Api) -> None:
    assert "/" in api.image_id()
    api.emulator.control.settings(image_id_style="short")
    image_id = api.image_id()
    assert image_id.startswith("img_")
    assert api.try_on(image_id).status_code == 201


def test_another_accounts_image_is_unknown(api: Api) -> None:
    image_id = api.image_id()
    api.session.headers["x-api-key"] = "gk_another"
    refused(api.try_on(image_id), 404, "IMAGE_NOT_FOUND")
