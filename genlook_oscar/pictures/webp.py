"""WebP files: chunks and frames."""

import struct
from collections.abc import Iterator

from . import profiles, tags
from .header import Header, Part
from .refusals import Refused

MAX_CHUNKS = 10_000
"""Frames of an animation count, though only the first is kept."""

_PIXELS = (b"VP8 ", b"VP8L")
_ALPHA, _MOTION = 0x10, 0x02


def read(content: bytes) -> Header:
    """The header of a WebP file, its body cut down to the first frame."""
    view = memoryview(content)
    kept: list[Part] = []
    found: dict[bytes, bytes] = {}
    width = height = flags = frames = 0
    for name, start, end in _chunks(content, 12, len(content)):
        if name == b"VP8X":
            flags = content[start] & (_ALPHA | _MOTION)
            width, height = (int.from_bytes(content[start + at : start + at + 3], "little") + 1
                             for at in (4, 7))  # fmt: skip
            head = struct.pack("<4sI", name, 10) + bytes([flags]) + content[start + 1 : start + 10]
            kept.append(head)
        elif name == b"ANMF":
            frames += 1
            if frames == 1:
                _frame(content, start, end, width, height)
                kept.append(_whole(view, start, end))
        elif name == b"ANIM" or (name in (b"ALPH", *_PIXELS) and not frames):
            if name in _PIXELS:
                own = _size(content, name, start)
                width, height = max(width, own[0]), max(height, own[1])
                frames += not flags & _MOTION
                if name == b"VP8L":
                    flags |= _ALPHA * bool(content[start + 4] & 0x10)
            kept.append(_whole(view, start, end))
        elif name in (b"ICCP", b"EXIF", b"XMP "):
            found.setdefault(name, content[start:end])
    if not frames:
        raise Refused("damaged")
    exif = found.get(b"EXIF", b"")
    profile = found.get(b"ICCP", b"")
    size = 4 + sum(map(len, kept))
    return Header(
        "WEBP",
        width,
        height,
        (struct.pack("<4sI4s", b"RIFF", size, b"WEBP"), *kept),
        orientation=tags.orientation(exif.removeprefix(b"Exif\0\0"), found.get(b"XMP ", b"")),
        profile=profile if len(profile) <= profiles.MOST_BYTES else b"",
        simple=not flags,
        pixel_bytes=14.5,
        copies=2,
    )


def _chunks(content: bytes, at: int, limit: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of each chunk; one of pixels that is cut off is damage."""
    for _ in range(MAX_CHUNKS):
        if at + 8 > limit:
            return
        name, length = struct.unpack_from("<4sI", content, at)
        start, end = at + 8, at + 8 + length
        if end > limit:
            if name in (*_PIXELS, b"ALPH", b"ANMF", b"VP8X"):
                raise Refused("damaged")
            return
        yield name, start, end
        at = end + length % 2
    raise Refused("too_complex")


def _frame(content: bytes, start: int, end: int, width: int, height: int) -> None:
    """Look into the first frame: its pixels must be there and lie inside the canvas."""
    pixels = [(name, at) for name, at, _ in _chunks(content, start + 16, end) if name in _PIXELS]
    if len(pixels) != 1:
        raise Refused("damaged")
    own = _size(content, *pixels[0])
    if own[0] > width or own[1] > height:
        raise Refused("damaged")


def _size(content: bytes, name: bytes, start: int) -> tuple[int, int]:
    if name == b"VP8 ":
        if content[start + 3 : start + 6] != b"\x9d\x01\x2a":
            raise Refused("damaged")
        width, height = struct.unpack("<HH", content[start + 6 : start + 10].ljust(4, b"\0"))
        return width & 0x3FFF, height & 0x3FFF
    bits = int.from_bytes(content[start + 1 : start + 5], "little")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _whole(view: memoryview, start: int, end: int) -> bytes | memoryview:
    """A chunk with its name, length and padding."""
    if (end - start) % 2 and end == len(view):
        return bytes(view[start - 8 : end]) + b"\0"
    return view[start - 8 : end + (end - start) % 2]
