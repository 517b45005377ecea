"""A product's pictures as Genlook takes them: read from storage, rebuilt where needed."""

from typing import Any

from .. import pictures
from ..api import ImageFile
from ..pictures import Patience

MAX_BYTES = 10 * 1024 * 1024
"""Genlook documents 10 MB for photos of persons and nothing for products; taken as the same."""
LONG_SIDE = 2048
"""Pixels. A larger picture is scaled down to this; chosen here, twice what is needed."""
MAX_SOURCE_BYTES = 60 * 1024 * 1024
MAX_SOURCE_PIXELS = 64_000_000
"""What a worker will open, if `pictures.MEMORY` suffices for it. Chosen here."""

_AS_THEY_ARE = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_WHY = {
    "not_an_image": "not a picture of a kind that is taken ({kinds})",
    "unsupported": "the library for {kind} is not installed",
    "damaged": "not a picture, or a broken one",
    "too_many_pixels": "{size} pixels are too many: {limit} megapixels at most",
    "too_complex": "takes more memory or time than a picture may",
}


class Unreadable(Exception):
    """A picture that cannot be read or is beyond all bounds; `str()` says why."""


def picture_file(image: Any, number: int, patience: Patience = pictures.WORKER) -> ImageFile:
    """The bytes of an Oscar `ProductImage`, at most `MAX_BYTES`.

    JPEG, PNG and WebP of a fitting size that every reader sees alike go as they are, once they
    are proved to be whole. Others (turned by a tag, animated, see-through, in other colours
    than sRGB) are rebuilt as JPEG. Raises `Unreadable`, and `pictures.Busy`.
    """
    content = read_picture(image)
    try:
        header = pictures.inspect(content)
        fits = (
            header.simple
            and header.kind in _AS_THEY_ARE
            and len(content) <= MAX_BYTES
            and max(header.size) <= LONG_SIDE
        )
        limits: Any = {"max_pixels": MAX_SOURCE_PIXELS, "patience": patience}
        if fits and pictures.prove(content, **limits).plain:
            name, kind = f"product-{number}.{header.kind.lower()}", _AS_THEY_ARE[header.kind]
            return ImageFile(content, name, kind)
        rebuilt = pictures.rebuild(content, long_side=LONG_SIDE, **limits)
    except pictures.Refused as refused:
        raise unreadable(refused, content) from None
    return ImageFile(rebuilt.content, f"product-{number}.jpg", "image/jpeg")


def unreadable(refused: pictures.Refused, content: bytes) -> Unreadable:
    """What the merchant is told of a picture that is not decoded."""
    values = {"kinds": ", ".join(pictures.kinds()), **refused.values}
    if refused.code == "too_many_pixels":
        values["size"] = "{} × {}".format(*pictures.inspect(content).size)
    return Unreadable(_WHY[refused.code].format(**values))


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
