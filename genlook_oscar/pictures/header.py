"""What a file says of its picture, read in plain Python before any decoder sees it.

The work that a decoder would have is counted here, and the file is cut down to what the
picture is made of: metadata is never parsed by anything else, so none is too large.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from .formats import Kind, kinds, sniff
from .refusals import Refused

Part = bytes | memoryview


@dataclass(frozen=True)
class Header:
    """A picture as its file announces it. `width` and `height` are in pixels as stored;
    `orientation` is EXIF's, 1 to 8, of what the decoder does not turn itself."""

    kind: Kind
    width: int
    height: int
    body: tuple[Part, ...]
    """The file, without metadata."""
    orientation: int = 1
    turned: bool = False
    """Whether the decoder exchanges width and height."""
    profile: bytes = b""
    """The ICC profile; empty for sRGB."""
    ended: bool = True
    """False for a JPEG file without its end mark, whose last pixels must be looked at."""
    simple: bool = False
    """Whether any reader sees the same: one opaque frame of 8 bits a channel."""
    pixel_bytes: float = 0
    """Bytes that decoding needs for each pixel of the file."""
    copies: int = 1
    """How often a decoder holds the file itself."""
    visits: int = 0
    """Of a JPEG file's blocks of 8 x 8 pixels, in all its scans together."""

    @property
    def pixels(self) -> int:
        return self.width * self.height

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the upright picture, in pixels."""
        sideways = self.turned != (self.orientation >= 5)
        return (self.height, self.width) if sideways else (self.width, self.height)


def inspect(content: bytes) -> Header:
    """Read the header of the picture in the file `content`; a few milliseconds for a photo.

    Raises `Refused` for what is none of our formats, is cut off, or is made of more parts
    than a decoder should be bothered with. Whether it has too many pixels the caller decides.
    """
    from . import heif, jpeg, png, webp

    readers: dict[Kind, Callable[[bytes], Header]] = {
        "JPEG": jpeg.read,
        "PNG": png.read,
        "WEBP": webp.read,
        "HEIF": heif.read,
        "AVIF": heif.read,
    }
    kind = sniff(content)
    if kind is None:
        raise Refused("not_an_image")
    if kind not in kinds():
        raise Refused("unsupported", kind=kind)
    try:
        header = readers[kind](content)
    except (IndexError, KeyError, ValueError, struct.error):
        # Read past the end of the file.
        raise Refused("damaged") from None
    if not header.width or not header.height:
        raise Refused("damaged")
    return header
