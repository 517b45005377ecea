"""Picture files put together by hand, where no encoder would write them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from PIL import Image, ImageCms

from genlook_oscar.pictures import profiles


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The file that an ordinary encoder makes."""
    out = io.BytesIO()
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.from_pillow(image).save(out, **{"quality": 90, **options})
    else:
        if kind == "JPEG":
            options = {"quality": 95, **options}
        image.save(out, kind, **options)
    return out.getvalue()


def scene(size: tuple[int, int] = (600, 800), mode: str = "RGB") -> Image.Image:
    """A picture with edges and shades."""
    slope = Image.linear_gradient("L").resize(size)
    disc = Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (slope, disc, slope.transpose(Image.Transpose.ROTATE_180))).convert(
        mode
    )


def noise(size: tuple[int, int] = (600, 800)) -> Image.Image:
    """A picture that hardly compresses."""
    return Image.effect_noise(size, 80).convert("RGB")


# Profiles.

P3 = profiles.coded(12, 13)
"""Display P3: its own primaries, sRGB's curve."""
ADOBE = profiles.made(profiles.D65, ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), 563 / 256)
"""Adobe RGB (1998)."""


def swapped_profile() -> bytes:
    """A colour profile in which red means green and green means red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table = profile[:512]
    for old, new in ((b"rXYZ", b"?XYZ"), (b"gXYZ", b"rXYZ"), (b"?XYZ", b"gXYZ")):
        assert table.count(old) == 1
        table = table.replace(old, new)
    return table + profile[512:]


# JPEG.


def segment(marker: int, payload: bytes = b"") -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def after_start(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG file with more segments right behind its start."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def scans_of(jpeg: bytes) -> list[int]:
    """Where the scans of a JPEG file begin, and where the last ends."""
    places, at = [], 0
    while (at := jpeg.find(b"\xff\xda", at)) >= 0:
        places.append(at)
        at += 2
    return [*places, len(jpeg) - 2]


def with_scans(jpeg: bytes, times: int) -> bytes:
    """A progressive JPEG file whose last scan comes again and again."""
    places = scans_of(jpeg)
    return jpeg[: places[-1]] + jpeg[places[-2] : places[-1]] * times + jpeg[places[-1] :]


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG file whose header speaks of another size."""
    at = max(jpeg.find(b"\xff\xc0"), jpeg.find(b"\xff\xc2"))
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def icc_segments(profile: bytes) -> list[bytes]:
    pieces = [profile[at : at + 65_000] for at in range(0, len(profile), 65_000)]
    return [
        segment(0xE2, b"ICC_PROFILE\0" + bytes([number, len(pieces)]) + piece)
        for number, piece in enumerate(pieces, 1)
    ]


# PNG.


def chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PNG_START = b"\x89PNG\r\n\x1a\n"


def png(
    width: int, height: int, depth: int = 8, colour: int = 2, rows: bytes = b"", level: int = 1
) -> bytes:
    """A PNG file with this header; without `rows` it has next to no pixels in it."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    data = zlib.compress(rows or bytes(100), level)
    return PNG_START + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND")


def after_header(file: bytes, *chunks: bytes) -> bytes:
    """A PNG file with more chunks behind its first."""
    return file[:33] + b"".join(chunks) + file[33:]


# WebP.


def riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def webp(*chunks: bytes) -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks_of(file: bytes) -> list[tuple[bytes, bytes]]:
    """Name and payload of each chunk of a WebP file."""
    found, at = [], 12
    while at + 8 <= len(file):
        name, length = struct.unpack_from("<4sI", file, at)
        found.append((name, file[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def canvas(width: int, height: int, flags: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


# HEIF and AVIF.


def box(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


def boxes_of(
    file: bytes, at: int = 0, limit: int | None = None
) -> Iterator[tuple[bytes, int, int]]:
    """Name, start of the payload and end of each box."""
    limit = len(file) if limit is None else limit
    while at + 8 <= limit:
        length, name = struct.unpack_from(">I4s", file, at)
        yield name, at + 8, at + length
        at += length


def find_box(file: bytes, *names: bytes) -> tuple[int, int]:
    """Start and end of the payload of a box inside of others."""
    at, limit = 0, len(file)
    for name in names:
        at, limit = next((a, b) for found, a, b in boxes_of(file, at, limit) if found == name)
        at += 4 if name in (b"meta", b"iref") else 0
    return at, limit


def changed(file: bytes, at: int, new: bytes) -> bytes:
    """The file with other bytes in the same place."""
    return file[:at] + new + file[at + len(new) :]


def of_size(file: bytes, width: int, height: int) -> bytes:
    """A HEIF or AVIF file whose pictures are all announced in this size."""
    start, limit = find_box(file, b"meta", b"iprp", b"ipco")
    for name, at, _ in boxes_of(file, start, limit):
        if name == b"ispe":
            file = changed(file, at + 4, struct.pack(">II", width, height))
    return file


def grid(
    rows: int, columns: int, tile: tuple[int, int], size: tuple[int, int], codec: bytes = b"hvc1"
) -> bytes:
    """A HEIF or AVIF file of one tile that is said to stand everywhere in a grid. There are no
    pixels in it."""
    brand = b"heic" if codec == b"hvc1" else b"avif"
    count = rows * columns

    def infe(number: int, kind: bytes) -> bytes:
        return box(b"infe", b"\2\0\0\0" + struct.pack(">HH", number, 0) + kind + b"\0")

    def ispe(width: int, height: int) -> bytes:
        return box(b"ispe", bytes(4) + struct.pack(">II", width, height))

    def linked(number: int, index: int) -> bytes:
        return struct.pack(">HBB", number, 1, index)

    iprp = box(
        b"iprp",
        box(b"ipco", ispe(*size) + ispe(*tile))
        + box(b"ipma", bytes(4) + struct.pack(">I", 2) + linked(1, 1) + linked(2, 2)),
    )
    dimg = struct.pack(">HH", 1, count) + struct.pack(">H", 2) * count
    meta = box(
        b"meta",
        bytes(4)
        + box(b"hdlr", bytes(8) + b"pict" + bytes(13))
        + box(b"pitm", bytes(4) + struct.pack(">H", 1))
        + box(b"iinf", bytes(4) + struct.pack(">H", 2) + infe(1, b"grid") + infe(2, codec))
        + iprp
        + box(b"iref", bytes(4) + box(b"dimg", dimg)),
    )
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + meta + box(b"mdat", bytes(64))


def many_items(count: int, codec: bytes = b"hvc1") -> bytes:
    """A HEIF or AVIF file that lists so many items."""
    brand = b"heic" if codec == b"hvc1" else b"avif"
    items = b"".join(
        box(b"infe", b"\3\0\0\0" + struct.pack(">IH", number, 0) + codec + b"\0")
        for number in range(1, count + 1)
    )
    meta = box(
        b"meta",
        bytes(4)
        + box(b"pitm", bytes(4) + struct.pack(">H", 1))
        + box(b"iinf", b"\1\0\0\0" + struct.pack(">I", count) + items)
        + box(b"iprp", box(b"ipco", b"")),
    )
    return box(b"ftyp", brand + bytes(4) + b"mif1" + brand) + meta


Maker = Callable[[], bytes]
