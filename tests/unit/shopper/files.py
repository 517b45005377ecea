"""Files as shoppers send them, good and bad, made on the spot."""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (220, 40, 40), (40, 160, 60), (50, 70, 200), (240, 220, 60)


def quarters(size: tuple[int, int] = (400, 600), mode: str = "RGB") -> Image.Image:
    """A picture that looks different from every side: a colour in each corner."""
    width, height = size
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    image.paste(YELLOW, (width // 2, height // 2, width, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIF":
        import pillow_heif

        pillow_heif.from_pillow(image).save(out, quality=90, **options)
    else:
        if kind == "JPEG":
            options.setdefault("quality", 95)
        image.save(out, kind, **options)
    return out.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def near(a: tuple[int, ...], b: tuple[int, ...], by: int = 12) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= by for x, y in zip(a, b, strict=True))


def exif(orientation: int | None = None, gps: bool = False) -> Image.Exif:
    data = Image.Exif()
    data[0x010F] = "SECRETCAMERA"
    if orientation is not None:
        data[0x0112] = orientation
    if gps:
        data.get_ifd(0x8825).update(
            {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0), 29: "2026:01:31"}
        )
    return data


def xmp(text: str = "SECRETXMP", orientation: int | None = None) -> bytes:
    turn = f' tiff:Orientation="{orientation}"' if orientation else ""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' dc:creator="{text}"{turn}/></rdf:RDF></x:xmpmeta>'
    ).encode()


def swapped_profile() -> bytes:
    """A colour profile in which red means green and green means red."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    table = profile[:512]
    for old, new in ((b"rXYZ", b"?XYZ"), (b"gXYZ", b"rXYZ"), (b"?XYZ", b"gXYZ")):
        assert table.count(old) == 1
        table = table.replace(old, new)
    return table + profile[512:]


def with_segment(jpeg: bytes, marker: int, payload: bytes) -> bytes:
    """A JPEG file with one more segment right behind its start."""
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload
    return jpeg[:2] + segment + jpeg[2:]


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The segments of a JPEG file up to its pixels: marker and payload."""
    assert jpeg[:2] == b"\xff\xd8"
    at = 2
    while True:
        assert jpeg[at] == 0xFF
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2 : at + 4])[0]
        yield marker, jpeg[at + 4 : at + 2 + length]
        if marker == 0xDA:
            return
        at += 2 + length


def png(
    width: int, height: int, depth: int = 8, color: int = 2, rows: bytes | None = None
) -> bytes:
    """A PNG file with this header; without `rows` it has next to no pixels in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows if rows is not None else bytes(100)))
        + chunk(b"IEND", b"")
    )


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG file whose header speaks of another size."""
    at = jpeg.index(b"\xff\xc0")
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]
