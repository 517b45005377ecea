"""The visible mark in the pixels of a picture: that AI made it, in the shopper's language."""

from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "marks"
SHARE = 0.036
"""Height of the mark over the picture's longer side. Chosen here: read at a glance on a phone,
and it hides about a hundredth of the picture."""
LEAST = 18
"""Pixels of its height below which the words cannot be read, if the picture has them."""
GROUND, LINE, INK = (20, 17, 14), (255, 255, 255), (255, 255, 255)
VEIL = 200
"""Of 255, how much of what lies behind the plate is covered: on white too, the words have a
contrast of more than 7 to 1, which is what WCAG 2.2 asks for at its strictest."""


def draw(picture: Image.Image, corner: str, language: str) -> None:
    """Put the mark into a corner (such as `bottom_right`) of an RGB picture, in place.

    `language` is a code such as `de` or `pt-br`; in one that has no words of its own, the
    words are English.
    """
    words = _words(language)
    edge = max(picture.size)
    height = max(LEAST, round(edge * SHARE))
    # A narrow picture gets a smaller mark, rather than half of one.
    height = min(height, int(picture.width * 0.9 / (words.width / words.height + 0.8)))
    if height < 4:
        return
    ink = words.resize((max(1, words.width * height // words.height), height))
    plate = (ink.width + round(height * 0.8), round(height * 1.3))
    gap = round(height * 0.4)
    down, across = corner.split("_")
    x = gap if across == "left" else picture.width - plate[0] - gap
    y = gap if down == "top" else picture.height - plate[1] - gap
    pen = ImageDraw.Draw(picture, "RGBA")
    pen.rounded_rectangle(
        (x, y, x + plate[0] - 1, y + plate[1] - 1),
        radius=height * 0.35,
        fill=(*GROUND, VEIL),
        outline=(*LINE, 150),
        width=max(1, height // 24),
    )
    at = (x + (plate[0] - ink.width) // 2, y + (plate[1] - height) // 2)
    picture.paste(INK, at, ink)


def _words(language: str) -> Image.Image:
    for code in (language.lower(), language.lower().partition("-")[0], "en"):
        words = _drawn(code)
        if words is not None:
            return words
    raise FileNotFoundError(FOLDER)


@cache
def _drawn(code: str) -> Image.Image | None:
    known = {path.stem: path for path in FOLDER.glob("*.png")}
    if code not in known:
        return None
    with Image.open(known[code]) as file:
        file.load()
        return file.copy()
