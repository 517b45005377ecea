"""Which way up a picture is, by its metadata; nothing else of it is ever read."""

import re

_ORIENTATION = 0x0112
_IN_XMP = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")
MOST = 65_536
"""Bytes of metadata that are looked at; cameras write the orientation at the beginning."""


def by_exif(exif: bytes) -> int | None:
    """The orientation, 1 to 8, that TIFF-shaped EXIF data names, if any."""
    order = {b"II": "little", b"MM": "big"}.get(bytes(exif[:2]))
    if order is None:
        return None

    def number(at: int, length: int) -> int:
        return int.from_bytes(exif[at : at + length], order)  # type: ignore[arg-type]

    first = number(4, 4)
    for entry in range(min(number(first, 2), 500)):
        at = first + 2 + 12 * entry
        if at + 12 > len(exif):
            break
        if number(at, 2) == _ORIENTATION:
            # BYTE, SHORT or LONG
            value = number(at + 8, {1: 1, 3: 2, 4: 4}.get(number(at + 2, 2), 0))
            return value if 1 <= value <= 8 else None
    return None


def orientation(exif: bytes = b"", xmp: bytes = b"") -> int:
    """The orientation, 1 (upright) to 8, by EXIF data, or by XMP where that says nothing."""
    found = by_exif(exif[:MOST])
    if found is None:
        in_xmp = _IN_XMP.search(xmp[:MOST])
        found = int(in_xmp[1]) if in_xmp else 1
    return found
