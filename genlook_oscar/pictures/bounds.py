"""What decoding may cost: one budget, kept for every format."""

from dataclasses import dataclass
from typing import Any

from .header import Header
from .refusals import Refused, too_many_pixels

MEMORY = 256 * 1024 * 1024
"""Bytes that a process which decodes one picture may have in memory. Chosen here."""
RESERVED = 44 * 1024 * 1024
"""Bytes of it that the interpreter, the libraries and the finished picture need. Measured: 25 MB
before a picture comes."""
MAX_VISITS = 40_000_000
"""Blocks of 8 x 8 that a JPEG decoder visits in all scans together; 64 megapixels in 10 scans,
with colour at half the resolution, are 17 million."""


QUICK_VISITS = 10_000_000
QUICK_PIXELS = 16_000_000
"""Up to which a picture is decoded in about a third of a second, half a second at most: visits
for a JPEG, pixels for the others. Measured (`python -m bench pictures`): 64 megapixels of JPEG
in one scan 0.2 s, 12 in 10 scans 0.1 s; 12 megapixels of HEIC 0.4 s, 15 of WebP 0.5 s."""


@dataclass(frozen=True)
class Patience:
    """How long decoding may take, in seconds: of processor time, and in all with the waiting for
    a place. `asked` where a person waits for the answer; `waits` is False where nothing else
    could be answered meanwhile: what takes long then has a place at once or none."""

    processor: float
    seconds: float
    asked: bool
    waits: bool = True

    @classmethod
    def of(cls, seconds: float, *, waits: bool = True) -> "Patience":
        """That of a request which must be answered in so many seconds."""
        return cls(processor=0.8 * seconds, seconds=seconds, asked=True, waits=waits)


SOMEONE_WAITS = Patience.of(1.9)
"""For a request: an answer comes within 2 s, whatever the file is."""
WORKER = Patience(processor=10, seconds=20, asked=False)
"""For a worker, which tries again what found no place."""


def planned(
    header: Header, aim: dict[str, Any], long_side: int | None, max_pixels: int
) -> dict[str, Any]:
    """What the process is asked to do, but for its seconds (`decoding.Task`). Raises `Refused`
    for what would break the budget."""
    scale = jpeg_scale(header, long_side)
    check(header, max_pixels, scale, whole=long_side is None)
    told = ("kind", "width", "height", "orientation", "ended")
    task = {name: getattr(header, name) for name in told} | {"quick": is_quick(header)}
    return task | {"scale": scale, "long_side": long_side, "quality": 0, "subsampling": -1} | aim


def is_quick(header: Header) -> bool:
    """Whether a picture is one of those that are decoded in no time, by its header."""
    if header.kind == "JPEG":
        return header.visits <= QUICK_VISITS and header.ended
    return header.pixels <= QUICK_PIXELS


def check(header: Header, max_pixels: int, scale: int, *, whole: bool) -> None:
    """Raise `Refused` for a picture of more than `max_pixels`, or of more than can be decoded
    within `MEMORY`. `whole`: nothing is made smaller afterwards."""
    each = header.pixel_bytes + 4 * whole
    if header.kind == "JPEG":
        each += 4 / scale**2 * (1 if header.ended else 3)
    left = MEMORY - RESERVED - header.copies * sum(map(len, header.body))
    most = min(max_pixels, max(0, int(left / each)))
    if header.width * header.height > most:
        raise too_many_pixels(most)
    if header.visits > MAX_VISITS:
        raise Refused("too_complex")


def jpeg_scale(header: Header, long_side: int | None) -> int:
    """By how much a JPEG is made smaller while it is decoded: 1, 2, 4 or 8."""
    if header.kind != "JPEG" or not long_side or not header.ended:
        # Detail that is left out cannot be looked at.
        return 1
    longer = max(header.width, header.height)
    return next((by for by in (8, 4, 2) if longer >= by * long_side), 1)
