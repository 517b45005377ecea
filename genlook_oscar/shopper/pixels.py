"""A photo rebuilt from its pixels, judged for what it is to be used for."""

import hashlib
import io
from dataclasses import dataclass

from PIL import Image

from .. import pictures
from ..pictures import Header, Held, sniff
from . import quality
from .refusals import PhotoRefused, refusal_of

__all__ = ["MAX_RATIO", "MIN_SHORT_SIDE", "Rebuilt", "judge", "rebuild", "sniff"]

MIN_SHORT_SIDE = 256
"""Pixels that the shorter side must have. Genlook documents no lower limit; chosen here, as
less is too little to tell a person's shape."""
MAX_RATIO = 5
"""How many times longer than wide, or wider than long, a photo may be. Chosen here, so that
a photo scaled down by its long side still has a usable short one."""


@dataclass(frozen=True)
class Rebuilt:
    """A JPEG file without metadata, its size in pixels, its SHA-256 in hex, and the codes of
    what speaks against it (`quality.WARNINGS`)."""

    content: bytes
    width: int
    height: int
    sha256: str
    warnings: tuple[str, ...] = ()


def judge(content: bytes, *, max_pixels: int, long_side: int) -> Header:
    """Return what the file `content` says of its photo, when that is nothing against it. Its
    shape is judged as it came; more than `max_pixels` (width times height) are refused. Raises
    `PhotoRefused`. Nothing is decoded: a few milliseconds."""
    try:
        header = pictures.inspect(content)
        if header.pixels <= max_pixels:
            _check_shape(header.size)
        pictures.check(header, long_side=long_side, max_pixels=max_pixels)
    except pictures.Refused as error:
        raise refusal_of(error) from None
    return header


def rebuild(photo: Held, *, max_pixels: int, long_side: int) -> Rebuilt:
    """Return a photo that was judged and holds a place, scaled down to `long_side` pixels.

    The same file gives the same bytes. Only the first frame of an animation is kept. Raises
    `PhotoRefused`.
    """
    try:
        picture = pictures.rebuild(photo, long_side=long_side, max_pixels=max_pixels)
    except (pictures.Refused, pictures.Busy) as error:
        raise refusal_of(error) from None
    file = picture.content
    with Image.open(io.BytesIO(file), formats=["JPEG"]) as ours:
        found = quality.warnings(ours)
    return Rebuilt(file, picture.width, picture.height, hashlib.sha256(file).hexdigest(), found)


def _check_shape(size: tuple[int, int]) -> None:
    short, long = sorted(size)
    # First, because a long and narrow picture made smaller is too small as well, and a larger
    # one of the same shape would not help.
    if long > MAX_RATIO * short and long >= MIN_SHORT_SIDE:
        raise PhotoRefused("photo_too_narrow")
    if short < MIN_SHORT_SIDE:
        raise PhotoRefused("photo_too_small", limit=MIN_SHORT_SIDE)
