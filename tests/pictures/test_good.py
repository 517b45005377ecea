"""Every form of a picture gives the same colours, upright, whichever way it comes in."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from genlook_oscar import pictures
from genlook_oscar.engine.results import marked

from .good import GOOD, Good, quarters
from .making import encoded, noise

pytestmark = pytest.mark.anydb
MAX_PIXELS = 64_000_000


def fields(image: Image.Image) -> list[tuple[int, ...]]:
    """The colours of the four quarters."""
    points = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    return [image.getpixel((int(image.width * x), int(image.height * y))) for x, y in points]  # type: ignore[misc]


def assert_shows(content: bytes, good: Good) -> None:
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", good.size)
        assert "icc_profile" not in image.info
        off = [
            max(abs(a - b) for a, b in zip(found, true, strict=True))
            for found, true in zip(fields(image), good.colours, strict=True)
        ]
        assert max(off) <= good.by, (fields(image), good.colours)


@pytest.mark.parametrize("name", GOOD)
def test_a_photo(name: str) -> None:
    good = GOOD[name]
    rebuilt = pictures.rebuild(good.make(), long_side=1600, max_pixels=MAX_PIXELS)
    assert_shows(rebuilt.content, good)


@pytest.mark.parametrize("name", [name for name in GOOD if "turned" not in name])
def test_a_result(name: str) -> None:
    assert_shows(marked(GOOD[name].make()), GOOD[name])


@pytest.mark.parametrize("name", ["JPEG, Display P3", "PNG, see-through", "AVIF, plain"])
def test_pixels_to_be_drawn_on(name: str) -> None:
    image = pictures.decode(GOOD[name].make(), long_side=None, max_pixels=MAX_PIXELS)
    assert (image.mode, image.size) == ("RGB", GOOD[name].size)
    for found, true in zip(fields(image), GOOD[name].colours, strict=True):
        assert max(abs(a - b) for a, b in zip(found, true, strict=True)) <= 2


@pytest.mark.parametrize("name", GOOD)
def test_the_header_says_the_size_of_the_upright_picture(name: str) -> None:
    assert pictures.inspect(GOOD[name].make()).size == GOOD[name].size


class TestCut:
    @pytest.mark.parametrize("kind", pictures.kinds())
    @pytest.mark.parametrize("part", [0.02, 0.5, 0.9, 0.999])
    def test_a_file_that_ends_early_is_damaged(self, kind: str, part: float) -> None:
        content = encoded(noise(), kind)
        with pytest.raises(pictures.Refused) as caught:
            pictures.prove(content[: int(len(content) * part)], max_pixels=MAX_PIXELS)
        assert caught.value.code == "damaged"

    def test_a_jpeg_that_ends_before_its_last_scan(self) -> None:
        content = encoded(noise(), "JPEG", progressive=True)
        last = content.rindex(b"\xff\xda")
        for cut in (content[:last], content[:last] + b"\xff\xc4", content[: last + 40]):
            with pytest.raises(pictures.Refused) as caught:
                pictures.prove(cut, max_pixels=MAX_PIXELS)
            assert caught.value.code == "damaged"

    def test_a_jpeg_of_one_colour_that_ends_early(self) -> None:
        # What a decoder puts where bytes are missing looks the same as what was there.
        content = encoded(Image.new("RGB", (600, 800), (90, 90, 90)), "JPEG")
        with pytest.raises(pictures.Refused):
            pictures.prove(content[: len(content) - 40], max_pixels=MAX_PIXELS)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "EPS", "PPM", "ICO", "JPEG2000", "PDF"])
def test_nothing_else_is_ever_opened(kind: str) -> None:
    with pytest.raises(pictures.Refused) as caught:
        pictures.inspect(encoded(quarters(), kind))
    assert caught.value.code == "not_an_image"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("JPEG, plain", True),
        ("PNG, plain", True),
        ("WEBP, plain", True),
        ("JPEG, progressive", True),
        ("PNG, palette", True),
        ("JPEG, Display P3", False),
        ("PNG, P3 by cICP", False),
        ("PNG, 16 bits", False),
        ("PNG, see-through", False),
        ("WEBP, see-through", False),
        ("WEBP, moving", False),
        ("PNG, moving", False),
        ("JPEG, turned 6", False),
        ("JPEG, four inks", False),
        ("JPEG, without its last two bytes", False),
        ("HEIF, plain", False),
        ("AVIF, plain", False),
    ],
)
def test_what_may_go_as_it_is(name: str, plain: bool) -> None:
    assert pictures.prove(GOOD[name].make(), max_pixels=MAX_PIXELS).plain is plain
