"""The formats that are taken, for photos, product pictures and results alike."""

from functools import cache
from importlib.util import find_spec
from typing import Literal

from PIL import features

Kind = Literal["JPEG", "PNG", "WEBP", "HEIF", "AVIF"]

_HEIF = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF = frozenset((b"avif", b"avis"))


def sniff(content: bytes) -> Kind | None:
    """Return the format by the first bytes; a file's name and declared type are not asked."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        length = min(int.from_bytes(content[:4], "big"), 256)
        brand = content[8:12]
        brands = {brand} | {content[at : at + 4] for at in range(16, length - 3, 4)}
        if brand in _AVIF or (brand in (b"mif1", b"msf1") and brands & _AVIF):
            return "AVIF"
        if brand in _HEIF:
            return "HEIF"
    return None


def kinds() -> tuple[Kind, ...]:
    """The formats that can be decoded here: HEIF needs the extra `heif`, AVIF a Pillow that
    has it (the wheels have since 11.3)."""
    more: list[Kind] = []
    if find_spec("pillow_heif"):
        more.append("HEIF")
    if _has_avif():
        more.append("AVIF")
    return ("JPEG", "PNG", "WEBP", *more)


@cache
def _has_avif() -> bool:
    # Pillow before 11.3 warns of a feature that it does not know.
    return "avif" in features.modules and bool(features.check_module("avif"))
