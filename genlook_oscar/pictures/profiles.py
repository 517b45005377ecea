"""Colour profiles made from the few numbers by which PNG, HEIF and AVIF name a colour space."""

import struct
from collections.abc import Sequence
from itertools import product

Point = tuple[float, float]

MOST_BYTES = 4 * 1024 * 1024
"""Of a profile; a larger one is ignored. Printers' profiles have some 2 MB."""
D50 = (0.9642, 1.0, 0.8249)
D65 = (0.3127, 0.3290)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
PRIMARIES: dict[int, tuple[Point, Sequence[Point]]] = {
    5: (D65, ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06))),
    6: (D65, ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))),
    7: (D65, ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070))),
    9: (D65, ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))),
    11: ((0.314, 0.351), ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))),
    12: (D65, ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))),
}
"""White and primaries by their number in ITU-T H.273; those that are not here are sRGB's."""
GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0}
"""Exponents by their number in H.273. All other curves are read as sRGB's, as browsers read
BT.709's; of high dynamic range that makes a picture of ordinary range, if a flat one."""
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))

Matrix = Sequence[Sequence[float]]


def coded(primaries: int, transfer: int) -> bytes:
    """The profile of a colour space by its numbers in ITU-T H.273 (`nclx`, `cICP`); empty
    for sRGB itself and what is read as such."""
    gamma = GAMMAS.get(transfer)
    if primaries not in PRIMARIES and gamma is None:
        return b""
    white, points = PRIMARIES.get(primaries, (D65, SRGB))
    return made(white, points, gamma)


def made(white: Point, points: Sequence[Point], gamma: float | None) -> bytes:
    """An ICC profile of RGB with these chromaticities (x, y); without `gamma` with sRGB's
    curve. Empty where there is no such colour space."""
    try:
        columns = _adapted(white, points)
    except (ZeroDivisionError, ValueError):
        return b""
    if gamma is None:
        # The sRGB curve of IEC 61966-2-1 as a parametric curve of type 3.
        numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
        curve = b"para\0\0\0\0\0\3\0\0" + b"".join(map(_fixed, numbers))
    else:
        curve = b"para\0\0\0\0\0\0\0\0" + _fixed(gamma)
    name = "RGB".encode("utf-16-be")
    text = b"mluc\0\0\0\0" + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(name), 28) + name
    tags = [(b"desc", text), (b"cprt", text), (b"wtpt", _xyz(D50))]
    for letter, column in zip(b"rgb", columns, strict=True):
        tags += [(bytes([letter]) + b"XYZ", _xyz(column)), (bytes([letter]) + b"TRC", curve)]
    return _file(tags)


def _file(tags: Sequence[tuple[bytes, bytes]]) -> bytes:
    table, data, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags:
        value += bytes(-len(value) % 4)
        table += struct.pack(">4sII", name, at + len(data), len(value))
        data += value
    body = struct.pack(">I", len(tags)) + table + data
    header = struct.pack(">I4sI4s4s4s12s4s", 128 + len(body), b"", 0x04200000, b"mntr", b"RGB ",
                         b"XYZ ", struct.pack(">6H", 2026, 1, 1, 0, 0, 0), b"acsp")  # fmt: skip
    header += bytes(28) + b"".join(map(_fixed, D50))
    return header + bytes(128 - len(header)) + body


def _fixed(number: float) -> bytes:
    return struct.pack(">i", round(number * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ \0\0\0\0" + b"".join(map(_fixed, values))


def _adapted(white: Point, points: Sequence[Point]) -> list[list[float]]:
    """Columns of the matrix from linear RGB to XYZ under D50 (Bradford's adaptation)."""
    columns = [_of_point(*point) for point in points]
    target = _of_point(*white)
    scales = _times(_inverse(_transposed(columns)), target)
    cone = [a / b for a, b in zip(_times(_BRADFORD, D50), _times(_BRADFORD, target), strict=True)]
    adapt = [_times(_BRADFORD, [value * scale for value in column]) for column, scale in
             zip(columns, scales, strict=True)]  # fmt: skip
    back = _inverse(_BRADFORD)
    return [_times(back, [c * v for c, v in zip(cone, column, strict=True)]) for column in adapt]


def _of_point(x: float, y: float) -> list[float]:
    return [x / y, 1.0, (1 - x - y) / y]


def _transposed(rows: Matrix) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _times(matrix: Matrix, vector: Sequence[float]) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _inverse(m: Matrix) -> list[list[float]]:
    def minor(i: int, j: int) -> float:
        a, b = (row for row in range(3) if row != i)
        c, d = (column for column in range(3) if column != j)
        return m[a][c] * m[b][d] - m[a][d] * m[b][c]

    cofactors = [[(-1) ** (i + j) * minor(i, j) for j in range(3)] for i in range(3)]
    whole = sum(m[0][j] * cofactors[0][j] for j in range(3))
    return [[cofactors[j][i] / whole for j in range(3)] for i in range(3)]


SAMPLES = tuple(product((0, 64, 128, 192, 255), repeat=3))
"""Colours by which a profile is told from sRGB."""
