"""A product's pictures as Genlook takes them: read from storage, rebuilt where needed."""

import io
import warnings
from typing import Any

from PIL import Image, ImageOps

from ..api import ImageFile

MAX_BYTES = 10 * 1024 * 1024
"""Genlook documents 10 MB for photos of persons and nothing for products; taken as the same."""
LONG_SIDE = 2048
"""Pixels. A larger picture is scaled down to this; chosen here, twice what is needed."""
MAX_SOURCE_BYTES = 60 * 1024 * 1024
MAX_SOURCE_PIXELS = 64_000_000
"""What a worker will open. Chosen here; 64 megapixels take about 200 MB of memory."""

_AS_THEY_ARE = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_MODES = frozenset(("RGB", "RGBA", "L", "LA", "P"))
_ORIENTATION = 0x0112


class Unreadable(Exception):
    """A picture that cannot be read or is beyond all bounds; `str()` says why."""


def picture_file(image: Any, number: int) -> ImageFile:
    """The bytes of an Oscar `ProductImage`, at most `MAX_BYTES`.

    JPEG, PNG and WebP of a fitting size go as they are. Others, and those that a reader
    could take for another picture (turned by a tag, animated, print colours), are rebuilt as
    JPEG. Raises `Unreadable`.
    """
    content = read_picture(image)
    try:
        with warnings.catch_warnings():
            # The bound below is lower than the one that Pillow warns of.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _fitting(content, number)
    except Unreadable:
        raise
    except Exception as error:
        # What Pillow's decoders raise for a broken file is not a closed list.
        raise Unreadable(f"not a picture, or a broken one ({type(error).__name__})") from error


def read_picture(image: Any) -> bytes:
    """The bytes of an Oscar `ProductImage` as they lie in storage. Raises `Unreadable`."""
    try:
        with image.original.storage.open(image.original.name, "rb") as file:
            content = bytes(file.read(MAX_SOURCE_BYTES + 1))
    except Exception as error:
        # Each storage has exceptions of its own, down to those of its cloud's library.
        raise Unreadable(f"{type(error).__name__} while reading the file") from error
    if len(content) > MAX_SOURCE_BYTES:
        raise Unreadable(f"larger than {MAX_SOURCE_BYTES // 1024 // 1024} MB")
    return content


def _fitting(content: bytes, number: int) -> ImageFile:
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        if width * height > MAX_SOURCE_PIXELS:
            raise Unreadable(f"{width} × {height} pixels are too many")
        kind = picture.format or ""
        fits = (
            kind in _AS_THEY_ARE
            and picture.mode in _MODES
            and len(content) <= MAX_BYTES
            and max(width, height) <= LONG_SIDE
            and getattr(picture, "n_frames", 1) == 1
            and picture.getexif().get(_ORIENTATION, 1) == 1
        )
        if fits:
            picture.load()
            return ImageFile(content, f"product-{number}.{kind.lower()}", _AS_THEY_ARE[kind])
        return ImageFile(_as_jpeg(picture), f"product-{number}.jpg", "image/jpeg")


def _as_jpeg(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONG_SIDE, LONG_SIDE))
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in ("RGBA", "LA", "PA", "P") or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        upright = Image.new("RGB", layered.size, "white")
        upright.paste(layered, mask=layered.getchannel("A"))
    upright = upright.convert("RGB")
    upright.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=90, optimize=True)
    return out.getvalue()
