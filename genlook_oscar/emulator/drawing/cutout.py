"""A product cut out of its picture."""

from __future__ import annotations

from statistics import median

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_LOOKED_AT = 160  # long side at which the outside is found
_SAME = 14  # of 255: how far a colour may be from the background's to belong to it
_VERY_SAME = 5  # of 255: the same, within a product's outline
_AGREE = 40  # of 255: how far corners may be from each other to be one background

Color = tuple[int, int, int]


def cut_out(picture: Image.Image, *, see_through: bool = False) -> Image.Image:
    """The product alone, as RGBA, cropped to what is to be seen.

    By the picture's transparency if it has any; else what is connected to its edges in
    one background colour is removed; else (no such background) the picture stays, with
    soft corners. ``see_through`` also removes that colour inside of the product, as in
    the glasses of a pair of spectacles.
    """
    layer = picture.convert("RGBA")
    alpha = layer.getchannel("A")
    if not any(alpha.histogram()[:200]):
        ground = _ground(layer)
        alpha = _rounded(layer.size) if ground is None else _apart(layer, ground, see_through)
    box = alpha.point([255 if value > 24 else 0 for value in range(256)]).getbbox()
    area = layer.width * layer.height
    if box is None or (box[2] - box[0]) * (box[3] - box[1]) < 0.02 * area:
        box, alpha = (0, 0, *layer.size), _rounded(layer.size)
    layer.putalpha(alpha)
    return layer.crop(box)


def _ground(layer: Image.Image) -> Color | None:
    """The colour of the corners, if they agree."""
    size = max(2, min(layer.size) // 40)
    right, bottom = layer.width - size, layer.height - size
    corners = [
        layer.crop((x, y, x + size, y + size)).convert("RGB").resize((1, 1), Image.Resampling.BOX)
        for x in (0, right)
        for y in (0, bottom)
    ]
    channels = list(zip(*(corner.tobytes() for corner in corners), strict=True))
    if any(max(values) - min(values) > _AGREE for values in channels):
        return None
    red, green, blue = (round(median(values)) for values in channels)
    return red, green, blue


def _distance(picture: Image.Image, color: Color) -> Image.Image:
    apart = ImageChops.difference(picture.convert("RGB"), Image.new("RGB", picture.size, color))
    red, green, blue = apart.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _apart(layer: Image.Image, ground: Color, see_through: bool) -> Image.Image:
    """How much each pixel belongs to the product."""
    fine = _distance(layer, ground).point(
        [min(255, max(0, (value - _SAME // 2) * 18)) for value in range(256)]
    )
    if see_through:
        return fine
    scale = _LOOKED_AT / max(layer.size)
    size = (max(3, round(layer.width * scale)), max(3, round(layer.height * scale)))
    distance = _distance(layer.convert("RGB").resize(size, Image.Resampling.BOX), ground)
    inside = _not_outside(distance)
    # Deep inside, the product is whole even where it has the background's colour; at
    # its rim the full picture decides.
    deep = inside.filter(ImageFilter.MinFilter(3)).resize(layer.size, Image.Resampling.BILINEAR)
    rim = inside.filter(ImageFilter.MaxFilter(3)).resize(layer.size, Image.Resampling.BILINEAR)
    return ImageChops.lighter(deep, ImageChops.darker(fine, rim))


def _not_outside(distance: Image.Image) -> Image.Image:
    """All but what is joined to the edges in the background's colour."""
    width, height = distance.size
    data = distance.tobytes()
    outside = bytearray(b"\xff" * (width * height))
    edge = [x + y * width for y in (0, height - 1) for x in range(width)]
    edge += [x + y * width for x in (0, width - 1) for y in range(height)]
    stack = [at for at in edge if data[at] <= _SAME]
    while stack:
        at = stack.pop()
        if not outside[at]:
            continue
        outside[at] = 0
        x = at % width
        if x > 0 and data[at - 1] <= _SAME and outside[at - 1]:
            stack.append(at - 1)
        if x < width - 1 and data[at + 1] <= _SAME and outside[at + 1]:
            stack.append(at + 1)
        if at >= width and data[at - width] <= _SAME and outside[at - width]:
            stack.append(at - width)
        if at < width * (height - 1) and data[at + width] <= _SAME and outside[at + width]:
            stack.append(at + width)
    return _without_holes(distance, Image.frombytes("L", (width, height), bytes(outside)))


def _without_holes(distance: Image.Image, inside: Image.Image) -> Image.Image:
    """Open what straps and handles enclose: some few patches of the very background.

    Where much of the inside looks like the background, the product itself does (a white
    shirt on white), and nothing is opened.
    """
    width, height = distance.size
    data, kept = distance.tobytes(), bytearray(inside.tobytes())
    area = width * height - kept.count(0)
    left = bytearray(1 if kept[at] and data[at] <= _VERY_SAME else 0 for at in range(len(data)))
    if left.count(1) > 0.3 * area:
        return inside
    for start in range(len(left)):
        if not left[start]:
            continue
        patch, stack = [], [start]
        left[start] = 0
        while stack:
            at = stack.pop()
            patch.append(at)
            # What is enclosed never touches the edges, so there are always four.
            for near in (at - 1, at + 1, at - width, at + width):
                if left[near]:
                    left[near] = 0
                    stack.append(near)
        if len(patch) > 0.004 * area:
            for at in patch:
                kept[at] = 0
    return Image.frombytes("L", (width, height), bytes(kept))


def _rounded(size: tuple[int, int]) -> Image.Image:
    mask = Image.new("L", size, 0)
    rim = max(1, min(size) // 30)
    box = (rim, rim, size[0] - rim - 1, size[1] - rim - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=3 * rim, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(rim / 2))
