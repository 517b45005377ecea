"""Good files of every kind, damaged in every way: a picture or a refusal, nothing else."""

from __future__ import annotations

import io
from functools import cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from genlook_oscar import pictures

from .good import GOOD

pytestmark = [pytest.mark.anydb, pytest.mark.slow]
LARGE = ("4 MB", "16 MB", "60 MB")
NAMES = [name for name in GOOD if not any(size in name for size in LARGE)]
CODES = {"not_an_image", "damaged", "too_many_pixels", "too_complex"}
NUMBERS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\0\1\0\0")

file_of = cache(lambda name: GOOD[name].make())


def damaged(content: bytes, other: bytes, by: Random) -> bytes:
    """The file with a few to many changes, most of them where its header is."""
    file = bytearray(content)
    for _ in range(by.choice((1, 1, 2, 4, 16, 64))):
        at = by.randrange(max(1, min(len(file), by.choice((64, 600, len(file))))))
        match by.randrange(6):
            case 0:
                file[at : at + 1] = bytes([by.randrange(256)])
            case 1:
                del file[at : at + by.choice((1, 2, 4, 8, 100))]
            case 2:
                file[at:at] = by.randbytes(by.choice((1, 2, 4, 30)))
            case 3:
                file[at : at + 4] = by.choice(NUMBERS)
            case 4:
                start, length = by.randrange(len(file) + 1), by.choice((4, 40, 400))
                file[at : at + length] = file[start : start + length]
            case _:
                start = by.randrange(len(other))
                file[at : at + 50] = other[start : start + 50]
    return bytes(file[: by.randrange(len(file) + 1)] if by.random() < 0.1 else file)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES), seed=st.integers(0, 2**32))
def test_a_picture_or_a_refusal(name: str, other: str, seed: int) -> None:
    file = damaged(file_of(name), file_of(other), Random(seed))
    code = ""
    try:
        rebuilt = pictures.rebuild(file, long_side=800, max_pixels=4_000_000)
    except pictures.Refused as refused:
        code = refused.code
    if code:
        assert code in CODES
        return
    with Image.open(io.BytesIO(rebuilt.content)) as image:
        image.load()
        assert (image.format, image.mode) == ("JPEG", "RGB")
        assert image.size == (rebuilt.width, rebuilt.height)
        assert max(image.size) <= 800
