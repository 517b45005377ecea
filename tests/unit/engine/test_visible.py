"""The words in the pixels: read on any ground, in each language, small."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

import genlook_oscar
from genlook_oscar.engine import visible
from tests import marks


def light(pixel: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [value / 255 for value in pixel]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def ground(name: str) -> Image.Image:
    if name == "stripes":
        picture = Image.new("RGB", (800, 1000), "white")
        for x in range(0, 800, 8):
            picture.paste((0, 0, 0), (x, 0, x + 4, 1000))
        return picture
    return Image.new("RGB", (800, 1000), name)


@pytest.mark.parametrize("name", ["white", "black", "#808080", "#c02020", "stripes"])
def test_it_is_read_on_any_ground(name: str) -> None:
    picture = ground(name)
    before = picture.copy()
    visible.draw(picture, "bottom_right", "en")
    words = visible._words("en")
    height = round(1000 * visible.SHARE)
    ink = words.resize((words.width * height // words.height, height))
    gap, pad = round(height * 0.4), round(height * 0.8)
    left = 800 - gap - (ink.width + pad) + pad // 2
    top = 1000 - gap - round(height * 1.3) + (round(height * 1.3) - height) // 2
    inked, around = [], []
    for x in range(ink.width):
        for y in range(height):
            value = ink.getpixel((x, y))
            pixel = picture.getpixel((left + x, top + y))
            if value == 255:
                inked.append(light(pixel))
            elif value == 0:
                around.append(light(pixel))
    assert len(inked) > 200
    assert (min(inked) + 0.05) / (max(around) + 0.05) >= 7
    differs = ImageChops.difference(picture, before).convert("L").point(lambda v: 255 * (v > 0))
    changed = differs.histogram()[255]
    assert changed <= 0.015 * 800 * 1000


HERE = Path(genlook_oscar.__file__).parent
LANGUAGES = ["en", *sorted(path.name for path in (HERE / "locale").iterdir() if path.is_dir())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_of_the_package_has_words(language: str) -> None:
    assert len(LANGUAGES) == 9
    assert language in marks.WORDS
    with Image.open(visible.FOLDER / f"{language}.png") as file:
        assert file.text["Title"] == marks.WORDS[language]
        assert visible._words(language).tobytes() == file.convert("L").tobytes()
    assert visible._words(f"{language}-XX").tobytes() == visible._words(language).tobytes()


def test_other_languages_have_english_words() -> None:
    assert visible._words("cs").tobytes() == visible._words("en").tobytes()
    assert visible._words("").tobytes() == visible._words("en").tobytes()


@pytest.mark.parametrize("size", [(200, 1600), (64, 64), (1600, 200), (4000, 5000)])
def test_it_fits_into_every_picture(size: tuple[int, int]) -> None:
    for corner in ("top_left", "bottom_right"):
        picture = Image.new("RGB", size, "white")
        visible.draw(picture, corner, "pl")
        box = Image.eval(picture.convert("L"), lambda value: 255 - value).getbbox()
        assert box
        assert box[0] > 0
        assert box[1] > 0
        assert box[2] < size[0]
        assert box[3] < size[1]
