"""What speaks against a photo: measured on pictures of the demo shop, made worse here."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

from genlook_oscar.shopper.quality import WARNINGS, warnings
from tests.conftest import picture

pytestmark = pytest.mark.anydb

PICTURES = Path(__file__).resolve().parents[3] / "sandbox" / "pictures"
GOOD = sorted(PICTURES.glob("*/*.jpg"))
PEOPLE = sorted(PICTURES.glob("people/*.jpg"))


def opened(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def text() -> Image.Image:
    page = Image.new("RGB", (1000, 1400), "white")
    draw = ImageDraw.Draw(page)
    for line in range(60, 1300, 24):
        draw.text((60, line), "Lorem ipsum dolor sit amet " * 5, fill="black")
    return page


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_good_pictures_raise_no_word(path: Path) -> None:
    assert set(warnings(opened(path))) <= {"photo_small"}


@pytest.mark.parametrize("path", PEOPLE, ids=lambda path: path.stem)
def test_the_same_pictures_blurred_dark_and_small(path: Path) -> None:
    image = opened(path)
    side = max(image.size)
    assert warnings(image.filter(ImageFilter.GaussianBlur(side / 50))) == ("photo_blurred",)
    assert warnings(image.point(lambda value: value * 0.15)) == ("photo_dark",)
    assert warnings(image.resize((300, 375))) == ("photo_small",)


def test_a_sharp_person_before_a_blurred_wall_is_a_good_photo() -> None:
    image = opened(PEOPLE[0])
    blurred = image.filter(ImageFilter.GaussianBlur(24))
    box = (image.width // 3, 0, 2 * image.width // 3, image.height)
    blurred.paste(image.crop(box), box)
    assert warnings(blurred) == ()


@pytest.mark.parametrize("nothing", [Image.new("RGB", (900, 1200), "#b58"), text()])
def test_a_wall_and_a_page_of_text_show_nobody(nothing: Image.Image) -> None:
    assert warnings(nothing) == ("photo_no_person",)


def test_dark_clothes_in_good_light_are_not_dark() -> None:
    image = Image.open(io.BytesIO(picture("#111111"))).convert("RGB")
    ImageDraw.Draw(image).rectangle((0, 0, 400, 750), fill="#222222")
    assert "photo_dark" not in warnings(image)


def test_the_smallest_picture_that_is_taken_in_can_be_judged() -> None:
    for size in ((256, 256), (256, 1280), (1280, 256)):
        assert "photo_small" in warnings(Image.new("RGB", size, "#888"))


def test_each_finding_has_a_sentence() -> None:
    assert all(str(sentence).endswith(".") for sentence in WARNINGS.values())
