"""Uploaded pictures: checked, turned upright, cropped, bounded."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict

from PIL import Image, ImageOps

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.blobs import Blob, BlobStore, digest_of
from genlook_oscar.emulator.failures import ApiError

MAX_FILE_BYTES = 10 * 1024 * 1024  # Genlook's documentation: at most 10 MB
PERSON_LONG_SIDE = 2048  # not documented; bounds the emulator's work
PRODUCT_LONG_SIDE = 1024
_FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
_REMEMBERED = 256


def opened(content: bytes) -> Image.Image:
    """The picture in ``content``: JPEG, PNG, WebP, or HEIC where pillow-heif is there.

    Raises ``ApiError`` INVALID_IMAGE for anything else, and for pictures of too few or
    too many pixels. The pixels are not decoded yet.
    """
    try:
        if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
            picture = _opened_heic(content)
        else:
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
    except ApiError:
        raise
    except Exception as error:  # decoders raise whatever broken bytes lead them to
        raise ApiError("INVALID_IMAGE") from error
    width, height = picture.size
    if width * height > choices.MAX_PIXELS or min(width, height) < choices.MIN_SIDE:
        raise ApiError("INVALID_IMAGE", "The image is too small or too large.")
    return picture


def _opened_heic(content: bytes) -> Image.Image:
    try:
        import pillow_heif
    except ImportError:
        raise ApiError("INVALID_IMAGE", "HEIC cannot be read here.") from None
    # Not registered with Pillow: that would let every other part of the process open
    # HEIC, and hide it when the shop itself cannot.
    picture: Image.Image = pillow_heif.open_heif(content).to_pillow()
    return picture


class Intake:
    """Turns bytes into stored pictures; the same bytes are worked on once."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store
        self._done: OrderedDict[tuple[str, str], Blob] = OrderedDict()
        self._lock = threading.Lock()

    def person(self, content: bytes, *, crop: bool) -> Blob:
        """A person photo: upright RGB JPEG, 4:5 when ``crop``, else as it was framed.

        Bytes that are so already are stored unchanged. Raises ``ApiError``.
        """
        return self._taken_in(content, "crop" if crop else "frame")

    def product(self, content: bytes) -> Blob:
        """A product picture, its transparency kept. Raises ``ApiError``."""
        return self._taken_in(content, "product")

    def forget(self) -> None:
        """Let go of what was remembered."""
        with self._lock:
            self._done.clear()

    def _taken_in(self, content: bytes, mode: str) -> Blob:
        if len(content) > MAX_FILE_BYTES:
            raise ApiError(choices.FILE_TOO_LARGE[0])
        key = (digest_of(content), mode)
        with self._lock:
            blob = self._done.get(key)
            if blob is not None:
                self._done.move_to_end(key)
                return blob
        try:
            work = _product_bytes if mode == "product" else _person_bytes
            blob = self._store.put(*work(content, mode == "crop"))
        except ApiError:
            raise
        except Exception as error:  # decoders raise whatever broken bytes lead them to
            raise ApiError("INVALID_IMAGE") from error
        with self._lock:
            self._done[key] = blob
            while len(self._done) > _REMEMBERED:
                self._done.popitem(last=False)
        return blob


def _person_bytes(content: bytes, crop: bool) -> tuple[bytes, str]:
    picture = opened(content)
    untouched = picture.format == "JPEG" and picture.mode == "RGB"
    picture.draft("RGB", (PERSON_LONG_SIDE, PERSON_LONG_SIDE))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    untouched = untouched and upright.size == picture.size and not picture.getexif().get(0x0112)
    box = _crop_box(*upright.size) if crop else (0, 0, *upright.size)
    untouched = untouched and box == (0, 0, *upright.size)
    if untouched and max(upright.size) <= PERSON_LONG_SIDE:
        return content, "image/jpeg"
    result = _flat(upright).crop(box)
    result.thumbnail((PERSON_LONG_SIDE, PERSON_LONG_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(result), "image/jpeg"


def _product_bytes(content: bytes, _crop: bool) -> tuple[bytes, str]:
    picture = opened(content)
    picture.draft("RGB", (PRODUCT_LONG_SIDE, PRODUCT_LONG_SIDE))
    picture.load()
    small = ImageOps.exif_transpose(picture)
    small.thumbnail((PRODUCT_LONG_SIDE, PRODUCT_LONG_SIDE), Image.Resampling.LANCZOS)
    if has_transparency(small):
        out = io.BytesIO()
        small.convert("RGBA").save(out, "PNG", compress_level=1)
        return out.getvalue(), "image/png"
    return _jpeg(_flat(small)), "image/jpeg"


def has_transparency(picture: Image.Image) -> bool:
    """Whether the picture has an alpha channel or a transparent colour."""
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _flat(picture: Image.Image) -> Image.Image:
    if has_transparency(picture):
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return picture.convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def _crop_box(width: int, height: int) -> tuple[int, int, int, int]:
    """The largest 4:5 box: centred in a wide picture, nearer the top in a tall one."""
    if width * 5 > height * 4:
        wanted = max(1, round(height * 4 / 5))
        left = (width - wanted) // 2
        return left, 0, left + wanted, height
    wanted = max(1, min(height, round(width * 5 / 4)))
    top = int((height - wanted) * choices.TALL_CROP_TOP_SHARE)
    return 0, top, width, top + wanted
