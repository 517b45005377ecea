"""The result of a try-on, drawn."""

from __future__ import annotations

import io

from PIL import Image

from genlook_oscar.emulator.blobs import Blob, BlobStore


def _tiny() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (32, 40), (210, 210, 205)).save(out, "JPEG")
    return out.getvalue()


TINY = _tiny()


def draw(
    store: BlobStore, person: Blob, picture: Blob, title: str, description: str, logo: str | None
) -> Blob:
    return person
