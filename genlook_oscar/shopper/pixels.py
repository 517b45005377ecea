"""A photo rebuilt from its pixels: upright, in sRGB, opaque, bounded, and nothing else.

The plugins of Pillow are called by name, not through `Image.open`: nothing but the four
formats that we take is ever parsed, and the limit of pixels is ours alone.
"""

import hashlib
import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from types import ModuleType
from typing import Literal

from PIL import ExifTags, Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from . import quality
from .refusals import PhotoRefused

MIN_SHORT_SIDE = 256
"""Pixels that the shorter side must have. Genlook documents no lower limit; chosen here, as
less is too little to tell a person's shape."""
MAX_RATIO = 5
"""How many times longer than wide, or wider than long, a photo may be. Chosen here, so that
a photo scaled down by its long side still has a usable short one."""
JPEG_QUALITY = 90
WHOLE_PIXELS = 25_000_000
"""Pixels that a PNG or WebP may have at most, whatever the setting: they are decoded whole.
Measured at 48 to 64 million, that took 600 to 740 MB; a JPEG of any size takes 70 MB."""

Format = Literal["JPEG", "PNG", "WEBP", "HEIF"]

PLUGINS: dict[str, type[ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"} | {
    b"mif1",
    b"msf1",
}
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation of the EXIF standard (its tag 274)."""


_QUIET = Lock()
_reading = ContextVar("genlook_oscar_reading_a_photo", default=False)
# At level DEBUG, Pillow logs every EXIF value that it reads: names, cameras, notes.
logging.getLogger("PIL.TiffImagePlugin").addFilter(lambda record: not _reading.get())


@dataclass(frozen=True)
class Rebuilt:
    """A JPEG file without metadata, its size in pixels, its SHA-256 in hex, and the codes of
    what speaks against it (`quality.WARNINGS`)."""

    content: bytes
    width: int
    height: int
    sha256: str
    warnings: tuple[str, ...] = ()


def rebuild(content: bytes, *, max_pixels: int, long_side: int) -> Rebuilt:
    """Return the photo in the file `content`, scaled down to `long_side` pixels.

    The same file gives the same bytes. Only the first frame of an animation is kept.
    Raises `PhotoRefused`; more than `max_pixels` (width times height) are refused by what
    the header says, before anything is decoded.
    """
    kind = sniff(content)
    if kind is None:
        raise PhotoRefused("photo_not_an_image")
    try:
        picture = _rebuilt(_decoded(content, kind, max_pixels, long_side), long_side)
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError:
        raise _too_many_pixels(max_pixels) from None
    except Exception:
        # What decoders raise is not bounded by any list; its text may quote the file.
        raise PhotoRefused("photo_damaged") from None
    file = out.getvalue()
    sha256 = hashlib.sha256(file).hexdigest()
    return Rebuilt(file, picture.width, picture.height, sha256, quality.warnings(picture))


def sniff(content: bytes) -> Format | None:
    """Return the format by the first bytes; a file's name and declared type are not asked."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp" and content[8:12] in HEIF_BRANDS:
        return "HEIF"
    return None


def heif() -> ModuleType | None:
    """Return pillow-heif where it is installed (the extra `heif`)."""
    try:
        import pillow_heif
    except ImportError:
        return None
    return pillow_heif


def _decoded(content: bytes, kind: Format, max_pixels: int, long_side: int) -> Image.Image:
    if kind == "HEIF":
        reader = heif()
        if reader is None:
            raise PhotoRefused("photo_heic_unsupported")
        container = reader.open_heif(io.BytesIO(content))
        _check_size(container.size, max_pixels)
        image: Image.Image = container.to_pillow()
        # The decoder has turned the picture already, so what else says so is to be ignored.
        image.info = {"icc_profile": image.info.get("icc_profile")}
        return image
    with _quiet():
        file = PLUGINS[kind](io.BytesIO(content))
    _check_size(file.size, max_pixels if kind == "JPEG" else min(max_pixels, WHOLE_PIXELS))
    # Lets a JPEG decoder leave out detail that scaling down would throw away.
    file.draft(None, (long_side, long_side))
    file.load()
    return file


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Pillow logs and warns of while it reads a header: it may quote
    the file, and a warning is an error where a project says so. Locked, because Python before
    3.14 swaps the filters of the whole process; so only headers are read inside, quickly.
    """
    token = _reading.set(True)
    try:
        with _QUIET, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _reading.reset(token)


def _check_size(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise _too_many_pixels(max_pixels)
    short, long = sorted(size)
    if short < MIN_SHORT_SIDE:
        raise PhotoRefused("photo_too_small", limit=MIN_SHORT_SIDE)
    if long > MAX_RATIO * short:
        raise PhotoRefused("photo_too_narrow")


def _too_many_pixels(max_pixels: int) -> PhotoRefused:
    return PhotoRefused("photo_too_many_pixels", limit=f"{max_pixels / 1_000_000:g}")


def _rebuilt(image: Image.Image, long_side: int) -> Image.Image:
    """Return the decoded picture as we keep it. Its size comes first, so that the rest is
    done on few pixels."""
    orientation, profile = _orientation(image), image.info.get("icc_profile")
    image = _scaled(_continuous(image), long_side)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    image = _in_srgb(_flattened(image), profile)
    # Pasted into a new picture, because what Pillow keeps in `info` can end up in the file.
    clean = Image.new("RGB", image.size)
    clean.paste(image)
    return clean


def _orientation(image: Image.Image) -> int:
    try:
        with _quiet():
            return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # Broken EXIF data is common and no reason to refuse the picture.
        return 1


def _continuous(image: Image.Image) -> Image.Image:
    """Return the picture with 8 bits a channel and no palette, so that it can be scaled."""
    if image.mode.startswith("I"):
        # Pillow would cut 16 bits off at 255 instead of scaling them.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("L", "RGB") and image.has_transparency_data:
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _scaled(image: Image.Image, long_side: int) -> Image.Image:
    scale = long_side / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _flattened(image: Image.Image) -> Image.Image:
    if image.mode not in ("LA", "RGBA"):
        return image
    opaque = image.mode[:-1]
    white = Image.new(opaque, image.size, "white")
    white.paste(image.convert(opaque), mask=image.getchannel("A"))
    return white


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except Exception:
            # A broken or unfitting profile: the colours are then read as sRGB.
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")
