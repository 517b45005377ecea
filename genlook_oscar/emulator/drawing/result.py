"""The result of a try-on, drawn: the person with the product laid over her."""

from __future__ import annotations

import io
import threading
from functools import lru_cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from genlook_oscar.emulator.drawing import fitting
from genlook_oscar.emulator.drawing.cutout import cut_out
from genlook_oscar.emulator.drawing.figure import find_figure
from genlook_oscar.emulator.drawing.placement import kind_of, measured, place

LONG_SIDE = 1024
MARK = "emulator"
_ROUND = ("top", "jacket", "coat", "dress", "skirt", "legs", "hat")
# Two at a time: drawing must not starve the shop that runs on the same machine.
_places = threading.BoundedSemaphore(2)


def draw(person: bytes, product: bytes, title: str, description: str, logo: str) -> bytes:
    """JPEG bytes of ``person`` (JPEG) wearing ``product`` (JPEG or PNG).

    ``logo`` is a text that is written on the result, if it is not empty. The long side is at most
    1024 pixels; takes some 60 ms.
    """
    with _places:
        photo = _small(person)
        thing = _small(product)
        _dressed(photo, thing, kind_of(title, description, *thing.size))
        if logo:
            _write(photo, logo[:40], right=False)
        _write(photo, MARK, right=True)
        return _jpeg(photo)


@lru_cache(maxsize=1)
def tiny() -> bytes:
    """A fixed JPEG of some hundred bytes, for when drawing is switched off."""
    return _jpeg(Image.new("RGB", (32, 40), (210, 210, 205)))


def _small(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    return picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")


def _dressed(photo: Image.Image, product: Image.Image, kind: str) -> None:
    """Lay the product over the person, in place."""
    layer = cut_out(product, see_through=kind == "eyewear")
    thing = measured(layer)
    figure = find_figure(photo)
    where = place(kind, figure, thing)
    size = (max(1, round(where.width)), max(1, round(where.bottom - where.top)))
    layer = layer.resize(size, Image.Resampling.BICUBIC)
    if kind in fitting.KINDS:
        layer = fitting.pulled(layer, thing, where, figure)
    corner = (round(where.axis - layer.width / 2), round(where.top))
    alpha = layer.getchannel("A").filter(ImageFilter.GaussianBlur(0.7))
    depth = max(2, round(min(size) * 0.018))
    margin = 4 * depth
    shade = Image.new("L", (layer.width + 2 * margin, layer.height + 2 * margin), 0)
    shade.paste(alpha.point([value * 3 // 10 for value in range(256)]), (margin, margin))
    under = (corner[0] - margin, corner[1] - margin + depth)
    photo.paste((30, 26, 24), under, shade.filter(ImageFilter.BoxBlur(depth)))
    colors = layer.convert("RGB")
    if kind in _ROUND:
        colors = ImageChops.multiply(colors, _roundness(layer.size))
    photo.paste(colors, corner, alpha)


def _roundness(size: tuple[int, int]) -> Image.Image:
    """Light that falls off to both sides, as on a body and not on a table."""
    steps = 64
    row = Image.new("L", (steps, 1))
    row.putdata([round(255 - 46 * abs(2 * x / (steps - 1) - 1) ** 2.2) for x in range(steps)])
    wide = row.resize(size, Image.Resampling.BILINEAR)
    return Image.merge("RGB", (wide, wide, wide))


def _write(photo: Image.Image, text: str, *, right: bool) -> None:
    """A small plate with a text in a lower corner."""
    size = max(11, photo.height // 46)
    font = ImageFont.load_default(size)
    pen = ImageDraw.Draw(photo, "RGBA")
    left, top, end, bottom = pen.textbbox((0, 0), text, font=font)
    pad = size // 2
    wide, tall = end - left + 2 * pad, bottom - top + pad
    x = photo.width - wide - pad if right else pad
    y = photo.height - tall - pad
    pen.rounded_rectangle((x, y, x + wide, y + tall), radius=tall / 3, fill=(20, 20, 28, 150))
    pen.text((x + pad - left, y + pad / 2 - top), text, font=font, fill=(255, 255, 255, 235))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
