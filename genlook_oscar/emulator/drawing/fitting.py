"""A garment pulled over shoulders that are broader than its own."""

from __future__ import annotations

from itertools import pairwise

from PIL import Image

from genlook_oscar.emulator.drawing.figure import Figure
from genlook_oscar.emulator.drawing.placement import ROWS, Place, Thing

KINDS = ("top", "jacket", "coat", "dress")
_MOST = 1.4  # how far a row of the garment may be pulled


def pulled(layer: Image.Image, thing: Thing, where: Place, figure: Figure) -> Image.Image:
    """``layer`` (RGBA, of the place's size), its upper rows as broad as the figure there.

    The result is broader than ``layer`` by some margin on both sides. A thing on thin
    straps is left as it is.
    """
    if thing.shoulders < 0.42:
        return layer
    factors = _factors(thing, where, figure)
    wide, height = round(layer.width * _MOST), layer.height
    middle, half = layer.width / 2, wide / 2
    mesh = []
    for row, (above, below) in enumerate(pairwise(factors)):
        y, end = row * height / ROWS, (row + 1) * height / ROWS
        left, right = middle - half / above, middle + half / above
        low_left, low_right = middle - half / below, middle + half / below
        quad = (left, y, low_left, end, low_right, end, right, y)
        mesh.append(((0, round(y), wide, round(end)), quad))
    return layer.transform((wide, height), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _factors(thing: Thing, where: Place, figure: Figure) -> list[float]:
    """How far each of the 51 edges between rows is pulled."""
    wanted = []
    for row in range(ROWS + 1):
        y = where.top + row * (where.bottom - where.top) / ROWS
        own = thing.profile[min(row, ROWS - 1)] * where.width
        # From the neck's side to the arm's side the outline falls within half a head;
        # from there on the garment hangs as it is.
        slope = (y - figure.shoulders) / (0.42 * figure.head)
        if slope < 0 or own < 1:
            wanted.append(1.0)
            continue
        broad = figure.shoulder_width * (0.78 + 0.22 * min(1.0, slope))
        factor = min(_MOST, max(1.0, 1.05 * broad / own))
        if slope > 1:
            factor = 1 + (min(wanted[-1], factor) - 1) * max(0.0, 2 - slope)
        wanted.append(factor)
    smooth = 2
    return [
        sum(near) / len(near)
        for row in range(ROWS + 1)
        if (near := wanted[max(0, row - smooth) : row + smooth + 1])
    ]
