"""Decoded pixels as everybody means them: 8 bits, opaque on white, sRGB, upright.

Runs in the process that decodes.
"""

import io
from collections.abc import Callable

from PIL import Image, ImageCms

from .profiles import SAMPLES

BAND = 1 << 20
"""Pixels: what is made of a large picture is made of so many at a time, as a second copy of all
of it would break the budget."""
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


def finished(
    size: tuple[int, int],
    rows: Callable[[int, int], Image.Image],
    long_side: int | None,
    orientation: int,
    profile: bytes,
) -> Image.Image:
    """The picture whose rows `rows(top, bottom)` gives, at most `long_side` pixels long, as
    RGB. Its size comes first, so that the rest is done on few pixels."""
    image = _joined(size, rows, long_side)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    return in_srgb(image, profile)


def _joined(
    size: tuple[int, int], rows: Callable[[int, int], Image.Image], long_side: int | None
) -> Image.Image:
    width, height = size
    scale = min(1.0, long_side / max(size)) if long_side else 1.0
    target = (max(1, round(width * scale)), max(1, round(height * scale)))
    # As Pillow does it with a `reducing_gap` of 2: the rough of it cheaply, the rest with care.
    factor = max(1, int(0.5 / scale))
    joined: Image.Image | None = None
    step = max(1, BAND // (width * factor)) * factor
    for top in range(0, height, step):
        bottom = min(top + step, height)
        band = opaque(continuous(rows(top, bottom)))
        if factor > 1:
            band = band.reduce(factor)
        if scale < 1:
            # A row needs only itself to become narrower, so each band is made narrow at once.
            box = (0, 0, width / factor, band.height)
            band = band.resize((target[0], band.height), Image.Resampling.LANCZOS, box=box)
        if joined is None:
            joined = Image.new(band.mode, (target[0], -(-height // factor)))
        joined.paste(band, (0, top // factor))
    assert joined is not None
    if scale == 1:
        return joined
    return joined.resize(target, Image.Resampling.LANCZOS, box=(0, 0, target[0], height / factor))


def continuous(image: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel and no palette, so that it can be scaled."""
    if image.mode.startswith("I"):
        # Pillow would cut 16 bits off at 255 instead of scaling them.
        return image.convert("I").point(lambda value: value * (1 / 257) + 0.5).convert("L")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("L", "RGB") and image.has_transparency_data:
        return image.convert("LA" if image.mode == "L" else "RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def opaque(image: Image.Image) -> Image.Image:
    """The picture on white."""
    if image.mode not in ("LA", "RGBA"):
        return image
    without = image.mode[:-1]
    white = Image.new(without, image.size, "white")
    white.paste(image.convert(without), mask=image.getchannel("A"))
    return white


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture as RGB in sRGB. A broken or unfitting profile is left aside: the colours
    are then read as sRGB."""
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except Exception:
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def is_srgb(profile: bytes) -> bool:
    """Whether a profile (empty: none) means what sRGB means, to a shade."""
    if not profile:
        return True
    samples = Image.new("RGB", (len(SAMPLES), 1))
    samples.putdata(SAMPLES)
    converted = in_srgb(samples, profile)
    shades = zip(samples.tobytes(), converted.tobytes(), strict=True)
    return all(abs(a - b) <= 2 for a, b in shades)
