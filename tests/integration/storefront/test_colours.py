"""A garment's colours on their whole way: as the merchant's file has them, as they come to Genlook,
and as its result is seen in the shop."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from PIL import Image

from tests.pictures.good import GOOD
from tests.pictures.test_good import fields

from .conftest import Visitor, content

NAMES = [
    "JPEG, Display P3",
    "JPEG, Adobe RGB",
    "PNG, Display P3",
    "PNG, Adobe RGB",
    "WEBP, Adobe RGB",
    "HEIF, Display P3",
    "PNG, P3 by cICP",
    "PNG, 16 bits, grey",
]


def off(file: bytes, colours: Any) -> int:
    """By how much, of 255, the quarters of a picture that any reader sees alike are off."""
    with Image.open(io.BytesIO(file)) as image:
        assert "icc_profile" not in image.info
        found = fields(image.convert("RGB"))
    pairs = zip(found, colours, strict=True)
    return max(abs(a - b) for one, true in pairs for a, b in zip(one, true, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_there_and_back(
    name: str,
    visitor: Visitor,
    make_product: Any,
    emulator: Any,
    finished: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good = GOOD[name]
    file = good.make()
    product = make_product(color=None)
    get_model("catalogue", "ProductImage").objects.create(
        product=product, original=ContentFile(file, name="garment.bin")
    )
    came: list[bytes] = []
    intake = emulator._world.intake
    take = intake.product
    monkeypatch.setattr(intake, "product", lambda sent: (came.append(sent), take(sent))[1])
    emulator.control.settings(result_picture=base64.b64encode(file).decode())

    tryon = finished(visitor, product)

    assert [off(sent, good.colours) for sent in came] == [pytest.approx(0, abs=2)]
    assert tryon.status == "completed"
    seen = content(visitor.client.get(f"/try-on/{tryon.pk}/image/"))
    assert off(seen, good.colours) <= 2
