"""Files that are made to take more than a picture may, for each format that is taken, and the
code that each is refused with."""

from __future__ import annotations

import struct
import zlib

from PIL import Image

from . import making as make
from .making import Maker

FLAT = (30, 90, 160)
FAST = {"preset": "ultrafast"}
"""Of the encoder: minutes otherwise."""


def _flat(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", size, FLAT)


def _shaded(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """A photo, for an encoder: shades, and some grain."""
    grain = Image.effect_noise((512, 512), 40).resize(size, Image.Resampling.BICUBIC)
    slope = Image.linear_gradient("L").resize(size)
    bands = [grain, Image.blend(grain, slope, 0.5), slope]
    return Image.merge(mode, [*bands, grain][: len(mode)])


def _progressive(size: tuple[int, int] = (4000, 3000), **options: int) -> bytes:
    return make.encoded(_flat(size), "JPEG", progressive=True, **options)


def _zeros(length: int) -> bytes:
    """What so many zeros are packed into, without ever having them all."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    packed = [packer.compress(piece) for _ in range(length >> 20)]
    return b"".join(packed) + packer.flush()


def _png_of_zeros(width: int, height: int, depth: int, colour: int, row: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = make.chunk(b"IDAT", _zeros(height * (row + 1) + (1 << 20)))
    return make.PNG_START + make.chunk(b"IHDR", header) + data + make.chunk(b"IEND")


def _pieces() -> bytes:
    data = zlib.compress(bytes(300 * 901))
    header = struct.pack(">IIBBBBB", 300, 300, 8, 2, 0, 0, 0)
    pieces = [make.chunk(b"IDAT", data[at : at + 1]) for at in range(len(data))]
    pieces += [make.chunk(b"IDAT")] * 200_000
    return make.PNG_START + make.chunk(b"IHDR", header) + b"".join(pieces) + make.chunk(b"IEND")


def _moving_png() -> bytes:
    still = make.encoded(_flat((300, 300)), "PNG")
    frames = (
        make.chunk(b"acTL", struct.pack(">II", 50_000, 0)) + make.chunk(b"fcTL", bytes(26)) * 50_000
    )
    return make.after_header(still, frames)


def _moving_webp(count: int) -> bytes:
    pixels = make.riff(*make.chunks_of(make.encoded(_flat((300, 300)), "WEBP"))[0])
    head = bytes(6) + (299).to_bytes(3, "little") * 2 + (40).to_bytes(3, "little") + b"\0"
    frame = make.riff(b"ANMF", head + pixels)
    return make.webp(make.canvas(300, 300, 2), make.riff(b"ANIM", bytes(6)), *[frame] * count)


def _empty_boxes(kind: str) -> bytes:
    file = make.encoded(_flat((300, 300)), kind)
    return file + make.box(b"free", b"") * 200_000


def _lying(kind: str) -> bytes:
    """Announced as a small picture, and coded as one of 40 megapixels."""
    fast = {"speed": 10} if kind == "AVIF" else {"enc_params": FAST}
    file = make.encoded(_flat((8000, 5000)), kind, **fast)
    return make.of_size(file, 400, 300)


TOO_MANY, COMPLEX, DAMAGED = "too_many_pixels", "too_complex", "damaged"

BOMBS: dict[str, tuple[str, Maker]] = {
    # JPEG
    "jpeg, 5,000 scans": (COMPLEX, lambda: make.with_scans(_progressive(), 5000)),
    "jpeg, 95 scans of 50 megapixels": (
        COMPLEX,
        lambda: make.with_scans(_progressive((8000, 6200)), 85),
    ),
    "jpeg, a million comments": (
        COMPLEX,
        lambda: make.after_start(make.encoded(_flat((300, 300))), make.segment(0xFE) * 1_000_000),
    ),
    "jpeg, announced with 4,225 megapixels": (
        TOO_MANY,
        lambda: make.claiming(make.encoded(_flat((300, 300))), 65_000, 65_000),
    ),
    "jpeg, 60 megapixels of coefficients": (
        TOO_MANY,
        lambda: make.claiming(_progressive((300, 300), subsampling=0), 8000, 7500),
    ),
    "jpeg, a height still to come": (
        DAMAGED,
        lambda: make.claiming(make.encoded(_flat((300, 300))), 300, 0),
    ),
    # PNG
    "png, announced with 10 gigapixels": (TOO_MANY, lambda: make.png(100_000, 100_000)),
    "png, 400 megapixels of one bit": (
        TOO_MANY,
        lambda: make.encoded(Image.new("1", (20_000, 20_000)), "PNG"),
    ),
    "png, 60 megapixels of 16 bits, whole": (
        TOO_MANY,
        lambda: _png_of_zeros(8000, 7500, 16, 6, 8000 * 8),
    ),
    "png, pixels in 200,000 pieces": (COMPLEX, _pieces),
    "png, 50,000 frames": (COMPLEX, _moving_png),
    "png, a million empty texts": (
        COMPLEX,
        lambda: make.after_header(make.png(300, 300), make.chunk(b"tEXt") * 1_000_000),
    ),
    # WebP
    "webp, the largest canvas": (
        TOO_MANY,
        lambda: make.webp(
            make.canvas(16_383, 16_383, 0),
            make.riff(*make.chunks_of(make.encoded(_flat((300, 300)), "WEBP"))[0]),
        ),
    ),
    "webp, 36 megapixels of one colour": (
        TOO_MANY,
        lambda: make.encoded(_flat((6000, 6000)), "WEBP", lossless=True, method=0),
    ),
    "webp, 20,000 frames": (COMPLEX, lambda: _moving_webp(20_000)),
    "webp, a frame larger than its canvas": (
        DAMAGED,
        lambda: make.webp(
            make.canvas(300, 300, 2),
            make.riff(b"ANIM", bytes(6)),
            make.riff(
                b"ANMF",
                bytes(16)
                + make.riff(*make.chunks_of(make.encoded(_flat((3000, 3000)), "WEBP"))[0]),
            ),
        ),
    ),
    "webp, a million empty chunks": (
        COMPLEX,
        lambda: make.webp(make.canvas(300, 300, 0), make.riff(b"junk", b"") * 1_000_000),
    ),
}
for _kind, _codec in (("HEIF", b"hvc1"), ("AVIF", b"av01")):
    _name = _kind.lower()
    BOMBS |= {
        f"{_name}, announced with 4,295 megapixels": (
            TOO_MANY,
            lambda kind=_kind: make.of_size(make.encoded(_flat((300, 300)), kind), 65_535, 65_535),
        ),
        f"{_name}, the same tile 65,000 times": (
            COMPLEX,
            lambda codec=_codec: make.grid(250, 260, (512, 512), (4000, 3000), codec),
        ),
        f"{_name}, tiles far larger than the picture": (
            COMPLEX,
            lambda codec=_codec: make.grid(4, 4, (8192, 8192), (4000, 3000), codec),
        ),
        f"{_name}, 20,000 items": (COMPLEX, lambda codec=_codec: make.many_items(20_000, codec)),
        f"{_name}, 200,000 empty boxes": (COMPLEX, lambda kind=_kind: _empty_boxes(kind)),
    }
BOMBS["heif, 40 megapixels announced as 0.1"] = (DAMAGED, lambda: _lying("HEIF"))

HEAVY: dict[str, Maker] = {
    # What is just let in: each format at its bound.
    "jpeg, 64 megapixels": lambda: make.encoded(_shaded((9200, 6900)), "JPEG", quality=80),
    "jpeg, 64 megapixels in 10 scans": lambda: make.encoded(
        _shaded((9200, 6900)), "JPEG", quality=80, progressive=True
    ),
    "jpeg, 32 megapixels in 10 scans, colours whole": lambda: make.encoded(
        _shaded((6500, 4900)), "JPEG", quality=80, progressive=True, subsampling=0
    ),
    "jpeg, 12 megapixels in 99 scans": lambda: make.with_scans(_progressive(), 90),
    "png, 40 megapixels": lambda: make.encoded(_shaded((7300, 5500)), "PNG", compress_level=1),
    "png, 52 megapixels of 16 bits, see-through": lambda: _png_of_zeros(
        8300, 6200, 16, 6, 8300 * 8
    ),
    "png, 64 megapixels of 16 bits, grey": lambda: _png_of_zeros(8000, 8000, 16, 0, 8000 * 2),
    "webp, 15 megapixels": lambda: make.encoded(_shaded((4400, 3300)), "WEBP", method=0),
    "webp, 12 megapixels, lossless and see-through": lambda: make.encoded(
        _shaded((4000, 3000), "RGBA"), "WEBP", method=0, lossless=True, quality=0
    ),
    "heif, 24 megapixels": lambda: make.encoded(
        _shaded((5712, 4284)), "HEIF", quality=60, enc_params=FAST
    ),
    "heif, 24 megapixels, see-through": lambda: make.encoded(
        _shaded((5712, 4284), "RGBA"), "HEIF", quality=60, enc_params=FAST
    ),
    "avif, 24 megapixels": lambda: make.encoded(_shaded((5712, 4284)), "AVIF", speed=10),
    "avif, 16 megapixels, see-through": lambda: make.encoded(
        _shaded((4600, 3450), "RGBA"), "AVIF", speed=10
    ),
    "avif, 40 megapixels announced as 0.1": lambda: _lying("AVIF"),
    # What no decoder sees.
    "jpeg, 16 MB of profile": lambda: make.after_start(
        make.encoded(_shaded((4000, 3000))), *make.icc_segments(bytes(16_000_000))
    ),
    "jpeg, 4,000,000 bytes of text in its tags": lambda: make.after_start(
        make.encoded(_shaded((4000, 3000))), *[make.segment(0xE1, b"Exif" + bytes(65_000))] * 61
    ),
    "png, 2 GB of packed text": lambda: make.after_header(
        make.encoded(_shaded((4000, 3000)), "PNG", compress_level=1),
        *[make.chunk(b"zTXt", b"Comment\0\0" + _zeros(1 << 28))] * 8,
    ),
    "png, 256 MB of packed profile": lambda: make.after_header(
        make.encoded(_shaded((4000, 3000)), "PNG", compress_level=1),
        make.chunk(b"iCCP", b"profile\0\0" + _zeros(1 << 28)),
    ),
}
"""Files that are taken and cost the most of their kind."""
