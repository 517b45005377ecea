"""PNG files: chunks, and what their numbers say of the colours."""

import struct
import zlib

from . import profiles, tags
from .header import Header, Part
from .refusals import Refused

MAX_CHUNKS = 5_000
"""And one more for each `PIECE` of the file; an encoder may write each row by itself."""
PIECE = 4096
"""Bytes of the smallest pieces that encoders cut pixels into otherwise."""

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_END = struct.pack(">I4sI", 0, b"IEND", zlib.crc32(b"IEND"))


def read(content: bytes) -> Header:
    """The header of a PNG file, its body cut down to the default picture."""
    view = memoryview(content)
    body: list[Part] = [view[:8]]
    found: dict[bytes, bytes] = {}
    at, shape, data = 8, (0, 0, 0, 0), False
    for _ in range(MAX_CHUNKS + len(content) // PIECE):
        length, name = (
            struct.unpack_from(">I4s", content, at) if at + 8 <= len(content) else (0, b"")
        )
        end = at + 12 + length
        if not name or name == b"IEND" or (data and end > len(content)):
            break
        if end > len(content):
            raise Refused("damaged")
        if name == b"IHDR" and at == 8 and length == 13:
            shape = struct.unpack_from(">IIBB", content, at + 8)
        elif at == 8:
            raise Refused("damaged")
        if name in (b"IHDR", b"PLTE", b"tRNS", b"IDAT"):
            body.append(view[at:end])
            data = data or name == b"IDAT"
        elif not name[0] & 0x20:
            # Critical, and not of the standard.
            raise Refused("not_an_image")
        elif name == b"iTXt" and not content.startswith(b"XML:com.adobe.xmp\0\0", at + 8):
            pass
        else:
            found.setdefault(name, content[at + 8 : end - 4])
        at = end
    else:
        raise Refused("too_complex")
    width, height, depth, colour = shape
    if not data or colour not in _CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise Refused("damaged")
    transparent = colour >= 4 or any(bytes(part[4:8]) == b"tRNS" for part in body)
    return Header(
        "PNG",
        width,
        height,
        (*body, _END),
        orientation=tags.orientation(found.get(b"eXIf", b""), found.get(b"iTXt", b"")[22:]),
        profile=_profile(found),
        simple=not transparent and depth <= 8 and b"acTL" not in found,
        pixel_bytes=_pixel_bytes(colour, depth),
    )


def _pixel_bytes(colour: int, depth: int) -> float:
    """Of the decoded picture; what is made of it is made in bands."""
    if colour in (0, 3):
        return 2 if depth == 16 else 1
    return 4


def _profile(found: dict[bytes, bytes]) -> bytes:
    """In the order in which the standard (third edition, 4.3) ranks what there may be."""
    if len(code := found.get(b"cICP", b"")) == 4:
        return profiles.coded(code[0], code[1])
    if b"iCCP" in found:
        packed = found[b"iCCP"].partition(b"\0")[2][1:]
        try:
            unpacked = zlib.decompressobj().decompress(packed, profiles.MOST_BYTES + 1)
        except zlib.error:
            return b""
        return unpacked if len(unpacked) <= profiles.MOST_BYTES else b""
    if b"sRGB" in found or len(found.get(b"gAMA", b"")) != 4:
        return b""
    gamma = int.from_bytes(found[b"gAMA"], "big") / 100_000
    points = [value / 100_000 for value in struct.unpack(">8I", found.get(b"cHRM", bytes(32)))]
    pairs = list(zip(points[::2], points[1::2], strict=True))
    if not any(points):
        pairs = [profiles.D65, *profiles.SRGB]
    if abs(gamma - 0.45455) < 0.01 and _is_srgb(pairs):
        return b""
    return profiles.made(pairs[0], pairs[1:], 1 / gamma) if gamma > 0.1 else b""


def _is_srgb(pairs: list[profiles.Point]) -> bool:
    ours = [profiles.D65, *profiles.SRGB]
    return all(
        abs(a - b) < 0.005
        for p, q in zip(pairs, ours, strict=True)
        for a, b in zip(p, q, strict=True)
    )
