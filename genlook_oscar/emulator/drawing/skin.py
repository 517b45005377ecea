"""Skin in a photo, told by its colour."""

from __future__ import annotations

from PIL import Image, ImageChops

# The usual bounds for skin of all tones, in Cb and Cr; what is darker is brown hair.
_SKIN_LIGHT = [255 if value > 58 else 0 for value in range(256)]
_SKIN_BLUE = [255 if 77 <= value <= 127 else 0 for value in range(256)]
_SKIN_RED = [255 if 136 <= value <= 173 else 0 for value in range(256)]


def skin_of(picture: Image.Image) -> Image.Image:
    """A mask of what has the colour of skin."""
    light, blue, red = picture.convert("YCbCr").split()
    colored = ImageChops.multiply(blue.point(_SKIN_BLUE), red.point(_SKIN_RED))
    return ImageChops.multiply(colored, light.point(_SKIN_LIGHT))


def find_face(photo: Image.Image) -> tuple[int, int, int, int] | None:
    """The box (left, hairline, right, chin or neck) of a face, in pixels, or None.

    It is the largest patch of skin colour in the upper part that has a face's shape.
    """
    best: list[tuple[int, int]] = []
    for patch in _patches(skin_of(photo.resize((48, 60), Image.Resampling.BOX))):
        xs, ys = [x for x, _ in patch], [y for _, y in patch]
        wide, tall = max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
        face = 0.45 < wide / tall < 1.3 and len(patch) > 0.45 * wide * tall and wide < 30
        if face and min(ys) < 30 and len(patch) > max(24, len(best)):
            best = patch
    if not best:
        return None
    xs, ys = [x for x, _ in best], [y for _, y in best]
    across, down = photo.width / 48, photo.height / 60
    return (
        round(min(xs) * across),
        round(min(ys) * down),
        round((max(xs) + 1) * across),
        round((max(ys) + 1) * down),
    )


def _patches(mask: Image.Image) -> list[list[tuple[int, int]]]:
    width, height = mask.size
    data = bytearray(mask.tobytes())
    patches = []
    for start in range(width * height):
        if not data[start]:
            continue
        patch, stack = [], [start]
        data[start] = 0
        while stack:
            at = stack.pop()
            x, y = at % width, at // width
            patch.append((x, y))
            for near, there in (
                (at - 1, x > 0),
                (at + 1, x < width - 1),
                (at - width, y > 0),
                (at + width, y < height - 1),
            ):
                if there and data[near]:
                    data[near] = 0
                    stack.append(near)
        patches.append(patch)
    return patches
