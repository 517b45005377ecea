"""JPEG files: segments, scans and the coefficients that a decoder has to keep."""

import re
from dataclasses import dataclass, field

from . import profiles, tags
from .header import Header, Part
from .refusals import Refused

MAX_SEGMENTS = 4000
"""20 MB of the largest segments are 320, and as much again for a phone's extra tables."""
MAX_SCANS = 100
"""Encoders write 10, those that search for the smallest file up to 64."""
BLOCK_BYTES = 128
"""Of a block's coefficients, which a decoder keeps until the last scan."""

_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_FRAMES = {0xC0, 0xC1, 0xC2}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_TABLES = {0xC4, 0xDB, 0xDD}


@dataclass
class _Frame:
    progressive: bool
    width: int
    height: int
    blocks: dict[int, int]
    """Of each component, by its id."""
    left: dict[int, list[int]] = field(default_factory=dict)
    """Of each component, how many low bits of each coefficient have not come yet; 99: all."""


def read(content: bytes) -> Header:
    """The header of a JPEG file, its body cut down to the first picture."""
    view, at = memoryview(content), 2
    body: list[Part] = [view[:2]]
    frame: _Frame | None = None
    exif = xmp = b""
    profile: dict[int, bytes] = {}
    scans = visits = 0
    kept: set[int] = set()
    ended = False
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(content, at)
        if found is None:
            break
        start, marker = found.start(), content[found.end() - 1]
        if marker == 0xD9:
            ended = True
            break
        if marker in (0x01, 0xD8):
            at = found.end()
            continue
        end = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
        if end > len(content) or end < found.end() + 2:
            raise Refused("damaged")
        payload = content[found.end() + 2 : end]
        at = end
        if marker in _OTHER_FRAMES or (marker in _FRAMES and payload[0] != 8):
            raise Refused("not_an_image")
        if marker in _FRAMES:
            if frame is not None:
                raise Refused("damaged")
            frame = _frame(marker, payload)
            body.append(view[start:end])
        elif marker in _TABLES:
            body.append(view[start:end])
        elif marker == 0xDA:
            if frame is None:
                raise Refused("damaged")
            scans += 1
            visits += _scan(frame, payload)
            if scans > MAX_SCANS:
                raise Refused("too_complex")
            at = _scan_end(content, end, single=scans == 1 and _is_single(frame, payload))
            body.append(view[start:at])
        elif marker in (0xE0, 0xEE) and marker not in kept and len(payload) <= 64:
            # What the colours mean: JFIF's and Adobe's own.
            kept.add(marker)
            body.append(view[start:end])
        elif marker == 0xE1 and payload.startswith(b"Exif\0\0"):
            exif = exif or payload[6:]
        elif marker == 0xE1 and payload.startswith(b"http://ns.adobe.com/xap/1.0/\0"):
            xmp = xmp or payload[29:]
        elif marker == 0xE2 and payload.startswith(b"ICC_PROFILE\0"):
            profile.setdefault(payload[12], payload[14:])
    else:
        raise Refused("too_complex")
    if frame is None or not scans or not (ended or _is_complete(frame)):
        raise Refused("damaged")
    if not ended and bytes(body[-1][-1:]) == b"\xff":
        body[-1] = body[-1][:-1]
    body.append(b"\xff\xd9")
    blocks = sum(frame.blocks.values())
    several = frame.progressive or scans > 1 or visits < blocks
    return Header(
        "JPEG",
        frame.width,
        frame.height,
        tuple(body),
        orientation=tags.orientation(exif, xmp),
        profile=_joined(profile),
        ended=ended,
        visits=visits,
        simple=len(frame.blocks) in (1, 3) and ended,
        # Beside the pixels themselves, which may be decoded fewer.
        pixel_bytes=blocks * BLOCK_BYTES / max(frame.width * frame.height, 1) if several else 0,
    )


def _frame(marker: int, payload: bytes) -> _Frame:
    height, width = (int.from_bytes(payload[at : at + 2], "big") for at in (1, 3))
    count = payload[5]
    if count not in (1, 3, 4) or len(payload) < 6 + 3 * count:
        raise Refused("damaged")
    shapes = {}
    for at in range(6, 6 + 3 * count, 3):
        shapes[payload[at]] = (payload[at + 1] >> 4, payload[at + 1] & 15)
    if len(shapes) != count or not all(1 <= n <= 4 for shape in shapes.values() for n in shape):
        raise Refused("damaged")
    most_x, most_y = (max(shape[axis] for shape in shapes.values()) for axis in (0, 1))
    columns, rows = -(-width // (8 * most_x)), -(-height // (8 * most_y))
    blocks = {name: columns * x * rows * y for name, (x, y) in shapes.items()}
    left = {name: [99] * 64 for name in shapes}
    return _Frame(marker == 0xC2, width, height, blocks, left)


def _scan(frame: _Frame, payload: bytes) -> int:
    """Note what a scan brings; return the blocks that it visits."""
    count = payload[0]
    names = [payload[1 + 2 * at] for at in range(count)]
    first, last, bits = payload[1 + 2 * count : 4 + 2 * count]
    if not names or not set(names) <= frame.blocks.keys() or first > last or last > 63:
        raise Refused("damaged")
    if not frame.progressive:
        first, last, bits = 0, 63, 0
    for name in names:
        frame.left[name][first : last + 1] = [bits & 15] * (last + 1 - first)
    return sum(frame.blocks[name] for name in names)


def _is_single(frame: _Frame, payload: bytes) -> bool:
    return not frame.progressive and payload[0] == len(frame.blocks)


def _is_complete(frame: _Frame) -> bool:
    """Whether every coefficient has come to its last bit."""
    return not any(map(any, frame.left.values()))


def _scan_end(content: bytes, at: int, *, single: bool) -> int:
    if single:
        # A decoder reads no other scan after one that has everything, so the end is enough.
        found = content.find(b"\xff\xd9", at)
        return found if found >= 0 else len(content)
    marker = _MARKER.search(content, at)
    return marker.start() if marker else len(content)


def _joined(parts: dict[int, bytes]) -> bytes:
    whole = sorted(parts) == list(range(1, len(parts) + 1))
    return (
        b"".join(parts[number] for number in sorted(parts))[: profiles.MOST_BYTES] if whole else b""
    )
