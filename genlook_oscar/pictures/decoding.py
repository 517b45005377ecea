"""One picture decoded. Runs in a process that was made for it and ends with it."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from . import colours

# What a picture may have is decided before this process hears of it.
Image.MAX_IMAGE_PIXELS = None
FILLER = bytes(range(1, 255)) * 64
"""What stands for bytes that did not arrive; see `_same_without_filler`."""


@dataclass(frozen=True)
class Task:
    """What is asked of the process; `aim` is "jpeg", "pixels" or "proof"."""

    aim: str
    kind: str
    width: int
    height: int
    orientation: int
    ended: bool
    scale: int
    long_side: int | None
    quality: int
    subsampling: int
    seconds: float
    processor: float
    quick: bool


def done(task: Task, content: bytes, profile: bytes, xmp: bytes) -> tuple[dict[str, Any], bytes]:
    """Do a task: what is to be told, and the pixels or the file. Raises whatever a decoder
    makes of a broken file."""
    size, rows, orientation = _source(task, content)
    if task.aim == "proof":
        return {"width": size[0], "height": size[1], "srgb": colours.is_srgb(profile)}, b""
    picture = colours.finished(size, rows, task.long_side, orientation, profile)
    told = {"width": picture.width, "height": picture.height}
    if task.aim == "pixels":
        return told, picture.tobytes()
    out = io.BytesIO()
    # What Pillow keeps in `info` can end up in the file.
    picture.info = {}
    options: dict[str, Any] = {"xmp": xmp} if xmp else {}
    picture.save(
        out, "JPEG", quality=task.quality, subsampling=task.subsampling, optimize=True, **options
    )
    return told, out.getvalue()


Rows = Callable[[int, int], Image.Image]


def _source(task: Task, content: bytes) -> tuple[tuple[int, int], Rows, int]:
    """Size, rows and remaining orientation of the decoded picture."""
    if task.kind == "HEIF":
        return *_heif(content), 1
    image = _opened(task, content)
    image.load()
    if not task.ended and not _same_without_filler(task, content, image):
        raise ValueError("cut off")

    def rows(top: int, bottom: int) -> Image.Image:
        return image.crop((0, top, image.width, bottom))

    orientation = task.orientation
    if task.kind == "AVIF":
        # Pillow tells by an orientation of its own what the file's boxes say.
        orientation = image.getexif().get(0x0112, 1)
    return image.size, rows, orientation


def _opened(task: Task, content: bytes) -> ImageFile:
    plugins: dict[str, Callable[[io.BytesIO], ImageFile]] = {
        "JPEG": JpegImageFile,
        "PNG": PngImageFile,
        "WEBP": WebPImageFile,
    }
    if task.kind == "AVIF":
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
        plugins["AVIF"] = AvifImagePlugin.AvifImageFile
    # By name, not through `Image.open`: no other format is ever parsed.
    image = plugins[task.kind](io.BytesIO(content))
    if image.size != (task.width, task.height) and task.kind != "AVIF":
        raise ValueError("another size than the header's")
    if task.scale > 1:
        image.draft(None, (image.width // task.scale, image.height // task.scale))
    return image


def _same_without_filler(task: Task, content: bytes, image: Image.Image) -> bool:
    """Whether a JPEG without its end mark is whole but for that: its decoder puts grey where
    bytes are missing and says nothing, so what comes after them is looked at."""
    other = _opened(task, content[:-2] + FILLER + content[-2:])
    other.load()
    return other.tobytes() == image.tobytes()


def _heif(content: bytes) -> tuple[tuple[int, int], Rows]:
    import pillow_heif
    from pillow_heif import options

    # One thread: what it takes is then known, and other requests keep their processors.
    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    file = pillow_heif.open_heif(io.BytesIO(content), remove_stride=False)
    data, mode, stride, (width, height) = memoryview(file.data), file.mode, file.stride, file.size

    def rows(top: int, bottom: int) -> Image.Image:
        # Its pixels are read where they are; Pillow's own copy would be as large again.
        band = data[top * stride : bottom * stride]
        return Image.frombytes(mode, (width, bottom - top), band, "raw", mode, stride)

    return (width, height), rows
