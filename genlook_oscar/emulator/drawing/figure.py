"""Where the person stands in a photo: good guesses from colours and proportions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from statistics import median

from PIL import Image, ImageChops, ImageFilter

from genlook_oscar.emulator.drawing.skin import find_face, skin_of

_HEIGHT = 160  # rows that are looked at; enough to tell a neck from shoulders
_STEP = 6  # of 255: how far neighbouring pixels of one background are from each other

# Proportions of a standing adult, in heads (top of the hair to the chin).
_CHIN_TO_SHOULDERS = 0.2
_CHIN_TO_HIPS = 2.2
_CHIN_TO_FEET = 5.3
_SHOULDERS_PER_HEAD_WIDTH = 2.3
_HIPS_PER_SHOULDERS = 0.62
_HIPS_IN_FIGURE = 0.506  # share of the height from top to feet
# Of a face, in its own widths.
_HEAD_PER_FACE = 1.55
_CHIN_TO_EYES = 0.7

Run = tuple[int, int]


@dataclass(frozen=True)
class Figure:
    """Landmarks in pixels of the photo; they may lie outside of it.

    ``head`` is the height of a head without big hair; ``head_width`` has the hair.
    """

    axis: float
    chin: float
    face_width: float
    head_width: float
    shoulders: float
    shoulder_width: float
    hips: float
    hip_width: float
    feet: float

    @property
    def head(self) -> float:
        """Height from the crown to the chin."""
        return _HEAD_PER_FACE * self.face_width

    @property
    def eyes(self) -> float:
        """Height of the eyes."""
        return self.chin - _CHIN_TO_EYES * self.face_width


def find_figure(photo: Image.Image) -> Figure:
    """The person in an RGB photo.

    Against a plain background her outline is measured; else a face is looked for by its
    colour; else she is taken to stand in the middle.
    """
    scale = photo.height / _HEIGHT
    small = photo.resize((max(8, round(photo.width / scale)), _HEIGHT), Image.Resampling.BOX)
    found = _by_outline(small) or _by_face(small) or _in_the_middle(small)
    return Figure(**{field.name: getattr(found, field.name) * scale for field in fields(Figure)})


def _by_outline(small: Image.Image) -> Figure | None:
    rows = _runs(_outline(small))
    width, height = small.size
    covered = sum(end - start for runs in rows for start, end in runs) / (width * height)
    top = _top(rows, width)
    if top is None or not 0.04 < covered < 0.75:
        return None
    axis = median(_middle(run) for runs in rows[top : top + 10] for run in runs[:1])
    across = [_across(runs, axis) for runs in rows]
    bottom = max(y for y in range(top, height) if _near(rows[y], axis, width * 0.2))
    head_width = 0
    for y in range(top, bottom):
        head_width = max(head_width, across[y])
        if y - top > max(4, 0.75 * head_width):
            break
    # The neck is the narrowest place below the head.
    below = range(top + round(0.8 * head_width), min(bottom, top + round(2.1 * head_width)))
    if head_width < width * 0.05 or len(below) < 3:
        return None
    narrow = min(across[y] for y in below)
    necks = [y for y in below if across[y] == narrow]
    neck = necks[-1]
    face_width = _face_width(small, axis, top, neck, head_width)
    # In the outline, the neck begins a little above the chin, beside the jaw.
    chin = necks[0] + 0.4 * (neck - necks[0]) + 0.5
    if narrow > 0.9 * head_width:  # hidden by hair
        chin = min(neck, top + _HEAD_PER_FACE * face_width)
    head = _HEAD_PER_FACE * face_width
    shoulder_width = across[min(bottom, round(neck + 0.55 * head))]
    wider = [y for y in range(neck, bottom) if across[y] >= 0.75 * shoulder_width]
    if not 1.3 * face_width < shoulder_width < 5 * face_width or not wider:
        return None
    tall = bottom - top
    whole = bottom < height * 0.985 and tall > 4 * head
    hips = top + _HIPS_IN_FIGURE * tall if whole else chin + _CHIN_TO_HIPS * head
    at_hips = [across[y] for y in range(round(hips) - 4, round(hips)) if 0 <= y < height]
    hip_width = min(at_hips, default=0)
    if not 0.45 * shoulder_width <= hip_width <= 0.85 * shoulder_width:
        hip_width = round(_HIPS_PER_SHOULDERS * shoulder_width)
    return Figure(
        axis=axis,
        chin=chin,
        face_width=face_width,
        head_width=head_width,
        shoulders=wider[0],
        shoulder_width=shoulder_width,
        hips=hips,
        hip_width=hip_width,
        feet=bottom if whole else chin + _CHIN_TO_FEET * head,
    )


def _face_width(small: Image.Image, axis: float, top: int, neck: int, head_width: int) -> float:
    """Width of the skin between hair and hair; a share of the head's where none is seen."""
    left = max(0, round(axis - head_width / 2))
    first, last = round(top + 0.45 * (neck - top)), round(top + 0.8 * (neck - top))
    part = skin_of(small.crop((left, first, left + head_width, last + 1)))
    widths = sorted(runs[-1][1] - runs[0][0] for runs in _runs(part) if runs)
    # A little below the middle, because ears make some rows wider.
    width = widths[2 * len(widths) // 5] if len(widths) * 2 > last - first else 0
    return float(width) if width > 0.35 * head_width else 0.78 * head_width


def _outline(small: Image.Image) -> Image.Image:
    """All but the background: what can be reached from the upper edges in small steps.

    Steps between neighbours, not distances from one colour, because a background is
    seldom even: it gets lighter to the middle, and shadows lie on the floor.
    """
    width, height = small.size
    rightward = _brightest(ImageChops.difference(small, ImageChops.offset(small, -1, 0))).tobytes()
    downward = _brightest(ImageChops.difference(small, ImageChops.offset(small, 0, -1))).tobytes()
    mask = bytearray(b"\xff" * (width * height))
    stack = [*range(width)]
    for y in range(height):
        stack += (y * width, y * width + width - 1)
    while stack:
        at = stack.pop()
        if not mask[at]:
            continue
        mask[at] = 0
        x = at % width
        if x > 0 and mask[at - 1] and rightward[at - 1] <= _STEP:
            stack.append(at - 1)
        if x < width - 1 and mask[at + 1] and rightward[at] <= _STEP:
            stack.append(at + 1)
        if at >= width and mask[at - width] and downward[at - width] <= _STEP:
            stack.append(at - width)
        if at < width * (height - 1) and mask[at + width] and downward[at] <= _STEP:
            stack.append(at + width)
    return Image.frombytes("L", (width, height), bytes(mask)).filter(ImageFilter.MedianFilter(3))


def _brightest(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _runs(mask: Image.Image) -> list[list[Run]]:
    """For each row, where the mask is set: (start, end), end excluded."""
    width, height = mask.size
    data = mask.tobytes()
    rows = []
    for y in range(height):
        row, runs, x = data[y * width : (y + 1) * width], [], 0
        while (start := row.find(255, x)) >= 0:
            end = row.find(0, start)
            end = width if end < 0 else end
            runs.append((start, end))
            x = end
        rows.append(runs)
    return rows


def _top(rows: list[list[Run]], width: int) -> int | None:
    """The first of some rows in which something stands in the middle part."""
    for y in range(len(rows) - 4):
        if all(
            any(0.15 * width < _middle(run) < 0.85 * width and _length(run) > 2 for run in runs)
            for runs in rows[y : y + 4]
        ):
            return y
    return None


def _middle(run: Run) -> float:
    return (run[0] + run[1]) / 2


def _length(run: Run) -> int:
    return run[1] - run[0]


def _across(runs: list[Run], axis: float) -> int:
    """Length of the run that holds the axis; 0 when none does."""
    return next((_length(run) for run in runs if run[0] - 2 <= axis <= run[1] + 2), 0)


def _near(runs: list[Run], axis: float, distance: float) -> bool:
    return any(run[0] - distance <= axis <= run[1] + distance for run in runs)


def _by_face(small: Image.Image) -> Figure | None:
    face = find_face(small)
    if face is None:
        return None
    left, hairline, right, _ = face
    width = right - left
    return _proportioned((left + right) / 2, hairline + 1.2 * width, width)


def _in_the_middle(small: Image.Image) -> Figure:
    width, height = small.size
    return _proportioned(width / 2, 0.3 * height, 0.17 * width)


def _proportioned(axis: float, chin: float, face_width: float) -> Figure:
    head = _HEAD_PER_FACE * face_width
    head_width = 1.25 * face_width
    return Figure(
        axis=axis,
        chin=chin,
        face_width=face_width,
        head_width=head_width,
        shoulders=chin + _CHIN_TO_SHOULDERS * head,
        shoulder_width=_SHOULDERS_PER_HEAD_WIDTH * head_width,
        hips=chin + _CHIN_TO_HIPS * head,
        hip_width=_HIPS_PER_SHOULDERS * _SHOULDERS_PER_HEAD_WIDTH * head_width,
        feet=chin + _CHIN_TO_FEET * head,
    )
