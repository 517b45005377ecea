"""One careful way in for every picture: a shopper's photo, a product's picture, a result.

A file is looked at in plain Python (`inspect`); what is too much is refused there. Its pixels are
decoded by a process that the system ends at its bounds of memory and time, and of which there
are only so many at once. What comes out is upright, opaque and in sRGB.

Knows neither Django nor the shop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import process
from .bounds import MEMORY, SOMEONE_WAITS, WORKER, Patience, is_quick, planned
from .formats import Kind, kinds, sniff
from .header import Header, inspect
from .places import place
from .refusals import Busy, Refused

if TYPE_CHECKING:
    from PIL import Image

__all__ = [
    "MEMORY",
    "SOMEONE_WAITS",
    "WORKER",
    "Busy",
    "Header",
    "Held",
    "Kind",
    "Patience",
    "Picture",
    "Proof",
    "Refused",
    "check",
    "decode",
    "held",
    "inspect",
    "kinds",
    "prove",
    "rebuild",
    "sniff",
]


@dataclass(frozen=True)
class Picture:
    """A JPEG file and its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Proof:
    """A file that was decoded to its end: its format, the size of the upright picture in pixels,
    and whether any reader sees it as it is meant (opaque, upright, one frame, 8 bits, sRGB)."""

    kind: Kind
    width: int
    height: int
    plain: bool


@dataclass(frozen=True)
class Held:
    """A picture with a place to be decoded, and the moment of `time.monotonic` until which it
    must be."""

    header: Header
    patience: Patience
    until: float


def check(header: Header, *, long_side: int | None, max_pixels: int) -> None:
    """Raise `Refused` for a picture that would not be decoded; costs next to nothing."""
    planned(header, {}, long_side, max_pixels)


@contextmanager
def held(header: Header, patience: Patience) -> Iterator[Held]:
    """Hold a place for a picture before it is decoded, so that what belongs to its decoding can
    be done when it is sure to come. Raises `Busy`."""
    with place(patience, quick=is_quick(header)) as until:
        yield Held(header, patience, until)


def rebuild(
    content: bytes | Held,
    *,
    long_side: int | None,
    max_pixels: int,
    quality: int = 90,
    subsampling: int = -1,
    xmp: bytes = b"",
    patience: Patience = WORKER,
) -> Picture:
    """Return the picture in the file `content` as a JPEG file, upright, in sRGB, opaque on white,
    with no metadata but `xmp`, scaled down to `long_side` pixels (None: as large as it is).

    The same file gives the same bytes. Only the first frame of an animation is kept. `quality`
    and `subsampling` are Pillow's. Raises `Refused`, and `Busy` when nothing is said of the file.
    """
    aim = {"aim": "jpeg", "quality": quality, "subsampling": subsampling}
    picture = content if isinstance(content, Held) else inspect(content)
    told, file = _asked(picture, aim, long_side, max_pixels, patience, xmp)
    return Picture(file, told["width"], told["height"])


def decode(
    content: bytes, *, long_side: int | None, max_pixels: int, patience: Patience = WORKER
) -> Image.Image:
    """Return the pixels of a picture as `rebuild` has them, as RGB in this process, to be drawn
    on: 4 bytes each, so ask for few. Raises `Refused` and `Busy`."""
    from PIL import Image

    told, out = _asked(inspect(content), {"aim": "pixels"}, long_side, max_pixels, patience)
    return Image.frombytes("RGB", (told["width"], told["height"]), out)


def prove(content: bytes, *, max_pixels: int, patience: Patience = WORKER) -> Proof:
    """Decode the picture in `content` to its end, and keep nothing of it. Raises `Refused` and
    `Busy`."""
    header = inspect(content)
    told, _ = _asked(header, {"aim": "proof"}, 1, max_pixels, patience)
    plain = header.simple and header.orientation == 1 and told["srgb"]
    return Proof(header.kind, *header.size, plain)


def _asked(
    picture: Header | Held,
    aim: dict[str, Any],
    long_side: int | None,
    max_pixels: int,
    patience: Patience,
    xmp: bytes = b"",
) -> tuple[dict[str, Any], bytes]:
    if isinstance(picture, Header):
        check(picture, long_side=long_side, max_pixels=max_pixels)
        with held(picture, patience) as place:
            return _asked(place, aim, long_side, max_pixels, patience, xmp)
    header = picture.header
    task = planned(header, aim, long_side, max_pixels)
    more = (header.profile, xmp)
    return process.ask(task, header.body, more, picture.patience, picture.until)
