"""What kind of thing a product is, by its words, and where on the body it belongs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PIL import Image

from genlook_oscar.emulator.drawing.figure import Figure

# A demo shop's words, English first, some German and French.
_WORDS: dict[str, str] = {
    "hat": "hat cap beanie beret fedora bonnet panama visor helmet headband bucket hut mütze "
    "kappe chapeau casquette bonnet",
    "eyewear": "glasses sunglasses eyewear spectacles goggles shades brille sonnenbrille lunettes",
    "dress": "dress gown jumpsuit romper playsuit overall overalls dungarees kaftan robe sari "
    "onesie kleid",
    "coat": "coat parka trench mantel manteau overcoat",
    "jacket": "jacket blazer cardigan hoodie vest waistcoat gilet bomber anorak jacke veste",
    "legs": "trousers trouser pants jeans chinos leggings joggers bottoms hose pantalon",
    "skirt": "skirt shorts rock jupe bermuda",
    "top": "top tops shirt tee blouse sweater jumper pullover polo tank tunic camisole "
    "sweatshirt turtleneck knit hemd bluse chemise pull",
    "neck": "scarf necklace tie shawl schal halskette écharpe collier",
    "shoes": "shoe shoes sneaker sneakers boot boots sandals loafers heels schuhe chaussures",
    "bag": "bag tote handbag purse backpack clutch tasche sac",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def kind_of(title: str, description: str, width: int, height: int) -> str:
    """The kind of product: the last known word of its title before "with" or "for"
    ("dress shirt" is a shirt), else the first of its description, else by its shape."""
    name = re.split(r"\b(?:with|for|in|mit|avec)\b|[,(/|]", title.lower(), maxsplit=1)[0]
    for text, first in ((name, False), (title.lower(), True), (description.lower(), True)):
        found = [kind for word in re.findall(r"[^\W\d_]+", text) if (kind := _kind(word))]
        if found:
            return found[0 if first else -1]
    if width > 2 * height:
        return "eyewear"
    return "dress" if height > 1.9 * width else "top"


def _kind(word: str) -> str | None:
    return _KINDS.get(word) or (_KINDS.get(word[:-1]) if word.endswith("s") else None)


ROWS = 50


@dataclass(frozen=True)
class Thing:
    """A cut-out product in pixels. ``profile`` is how broad it is in 50 rows from top to
    bottom, ``waist``, ``shoulders`` and ``hem`` in some near its top and its end, as shares of
    ``width``."""

    width: int
    height: int
    waist: float
    shoulders: float
    hem: float
    profile: tuple[float, ...]


@dataclass(frozen=True)
class Place:
    """A box in pixels of the photo: centre line, upper and lower edge, width."""

    axis: float
    top: float
    bottom: float
    width: float


def measured(layer: Image.Image) -> Thing:
    """The shape of an RGBA cut-out."""
    alpha = layer.getchannel("A").resize((100, ROWS), Image.Resampling.BOX)
    solid = alpha.point([255 if value > 100 else 0 for value in range(256)])
    boxes = [solid.crop((0, row, 100, row + 1)).getbbox() for row in range(ROWS)]
    profile = tuple((box[2] - box[0]) / 100 if box else 0.0 for box in boxes)
    return Thing(
        *layer.size,
        waist=max(profile[2:5]),
        shoulders=max(profile[6:10]),
        hem=max(0.3, *profile[-4:-1]),
        profile=profile,
    )


def place(kind: str, figure: Figure, thing: Thing) -> Place:
    """Where a product goes on the figure."""
    head, broad, face = figure.head, figure.shoulder_width, figure.face_width
    leg = figure.feet - figure.hips
    neck = max(figure.chin + 0.04 * head, figure.shoulders - 0.12 * head)
    if kind == "hat":
        brim = thing.width > 1.35 * thing.height
        wide = max(face * 2.0, figure.head_width * 1.25) if brim else figure.head_width * 1.12
        return _standing(figure, wide, figure.eyes - 0.22 * face, thing)
    if kind == "eyewear":
        return _centred(figure.axis, figure.eyes, 1.12 * face, thing)
    if kind == "shoes":
        return _standing(figure, 0.75 * broad, figure.feet + 0.12 * head, thing)
    if kind == "bag":
        wide = 0.62 * broad
        tall = wide * thing.height / thing.width
        return _centred(figure.axis + 0.68 * broad, figure.hips + 0.5 * tall, wide, thing)
    if kind == "neck":
        return _fitted(figure, neck, neck + 1.5 * head, 0.6 * broad, thing)
    if kind in ("legs", "skirt"):
        end = figure.feet - 0.14 * head if kind == "legs" else figure.hips + 0.45 * leg
        wide = 1.06 * figure.hip_width / max(0.4, thing.waist)
        return _fitted(figure, figure.hips - 0.5 * head, end, wide, thing)
    below_hips = {
        "jacket": 0.3 * head,
        "coat": 0.42 * leg,
        "dress": 0.5 * leg,
    }.get(kind, 0.12 * head)
    wide = max(1.06 * broad / max(0.3, thing.shoulders), 1.1 * figure.hip_width / thing.hem)
    wide = min(1.6 * broad, max(broad, wide))
    return _fitted(figure, neck, figure.hips + below_hips, wide, thing)


# How far a garment may be pulled out of its own proportions to fit the body, and how far
# it may end from where its kind ends.
_STRETCH = 1.3
_LONGER = 1.1


def _standing(figure: Figure, wide: float, bottom: float, thing: Thing) -> Place:
    return Place(figure.axis, bottom - wide * thing.height / thing.width, bottom, wide)


def _centred(axis: float, middle: float, wide: float, thing: Thing) -> Place:
    tall = wide * thing.height / thing.width
    return Place(axis, middle - tall / 2, middle + tall / 2, wide)


def _fitted(figure: Figure, top: float, bottom: float, wide: float, thing: Thing) -> Place:
    """Hung from ``top``; pulled a little, so that both height and width come near."""
    across, wanted = wide / thing.width, (bottom - top) / thing.height
    down = min(max(wanted, across / _STRETCH), across * _STRETCH)
    down = min(max(down, wanted / _LONGER), wanted * _LONGER)
    across = min(max(across, down / _STRETCH), down * _STRETCH)
    return Place(figure.axis, top, top + down * thing.height, across * thing.width)
