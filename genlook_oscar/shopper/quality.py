"""What makes a photo unlikely to give a good picture, told before a credit is spent.

Each finding is a warning that the shopper may go past, never a refusal: the measures are
cheap ones, taken on a small copy, and a person knows better what she wants to see.
"""

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops, ImageFilter, ImageStat

WARNINGS = {
    "photo_small": _(
        "This photo is rather small, so the picture may come out blurred. A larger one gives a "
        "better result."
    ),
    "photo_dark": _(
        "This photo is very dark. One taken in daylight, or with a lamp before you, gives a better "
        "result."
    ),
    "photo_blurred": _(
        "This photo is blurred. One taken with a steady hand gives a better result."
    ),
    "photo_no_person": _(
        "It looks as if there is nobody in this picture. Choose a photo that shows you."
    ),
}
"""The sentence of each finding, by its stable code, for the shopper."""

SMALL = 480
"""Pixels of the shorter side. Below, the clothes have too few to show a pattern."""
SIDE = 384
"""Pixels of the copy that is measured: what differs less is not seen in the result either."""
DARK = 64
"""Of 255, what nine tenths of a dark photo stay below. Not the mean, which dark clothes, dark
skin and a dark wall make low in good light too: something is bright in it then."""
PLAIN = 6
"""Of 255, the spread of brightness in a picture of a wall, the sky or a covered lens."""
FLAT, GREY = 0.6, 0.005
"""Text and drawings: a share of the pixels that has one brightness, and a share that has
colour. A person has skin."""
SHARP = 0.03
"""Edges of the sharpest part over its contrast. Measured: 0.15 to 0.65 in focus, 0.03 to 0.06
blurred by half a hundredth of the longer side, below 0.025 mostly by a hundredth."""
TILES = 4


def warnings(picture: Image.Image) -> tuple[str, ...]:
    """Return the codes of what is wrong with a photo (RGB, upright), the worst first."""
    found = []
    small = picture.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    grey = small.convert("L")
    if _is_dark(grey):
        found.append("photo_dark")
    elif _is_plain(grey) or _is_text(small, grey):
        found.append("photo_no_person")
    elif _is_blurred(grey):
        found.append("photo_blurred")
    if min(picture.size) < SMALL:
        found.append("photo_small")
    return tuple(found)


def _is_plain(grey: Image.Image) -> bool:
    return ImageStat.Stat(grey).stddev[0] < PLAIN


def _is_dark(grey: Image.Image) -> bool:
    return sum(grey.histogram()[:DARK]) > 0.9 * grey.width * grey.height


def _is_text(small: Image.Image, grey: Image.Image) -> bool:
    counts, pixels = grey.histogram(), grey.width * grey.height
    most = max(sum(counts[at : at + 12]) for at in range(0, 256, 6))
    saturation = small.convert("HSV").getchannel("S")
    coloured = sum(saturation.histogram()[40:])
    return most > FLAT * pixels and coloured < GREY * pixels


def _is_blurred(grey: Image.Image) -> bool:
    """Whether no part is sharp: a sharp person before a blurred wall is a good photo."""
    # The difference to a slightly blurred copy is what edges a picture has.
    edges = ImageChops.difference(grey, grey.filter(ImageFilter.GaussianBlur(1)))
    width, height = grey.width // TILES, grey.height // TILES
    best = 0.0
    for column in range(TILES):
        for row in range(TILES):
            left, top = column * width, row * height
            box = (left, top, left + width, top + height)
            contrast = ImageStat.Stat(grey.crop(box)).stddev[0]
            if contrast > PLAIN:
                best = max(best, ImageStat.Stat(edges.crop(box)).rms[0] / contrast)
    return best < SHARP
