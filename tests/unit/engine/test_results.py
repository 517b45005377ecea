"""What becomes of a picture that was downloaded, and what that costs a worker."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from PIL import Image

from genlook_oscar.engine.provenance import DIGITAL_SOURCE_TYPE
from genlook_oscar.engine.results import NotAPicture, marked
from tests.processes import ROOT

pytestmark = pytest.mark.anydb

ORIENTATION = 0x0112

# Each picture takes 4 bytes a pixel when decoded: 48 MB. All at once would take 288 MB.
MANY_AT_ONCE = """
import io, resource, threading
import django; django.setup()
from PIL import Image
from genlook_oscar.engine.results import marked

def file(size):
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, "JPEG")
    return out.getvalue()

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

large = file((3000, 4000))
marked(large)
before = peak()
threads = [threading.Thread(target=marked, args=(large,)) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(peak() - before)
"""


def a_file(kind: str = "JPEG", mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    picture = Image.new("L", (40, 20), 30)
    picture.paste(220, (0, 0, 20, 20))
    picture.convert(mode).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_any_picture_becomes_a_jpeg_that_says_that_ai_made_it(kind: str, mode: str) -> None:
    content = marked(a_file(kind, mode))

    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (40, 20))
        left, right = picture.getpixel((4, 10)), picture.getpixel((36, 10))
        assert left[0] > 200 > 60 > right[0]  # type: ignore[index]
    assert DIGITAL_SOURCE_TYPE.encode() in content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_turned_upright_and_keeps_no_other_metadata(kind: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010E] = "somebody's secret"
    more: dict[str, Any] = {"comment": b"another secret"} if kind == "JPEG" else {}

    content = marked(a_file(kind, exif=exif, **more))

    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (20, 40)
        assert not picture.getexif()
        upper, lower = picture.getpixel((10, 4)), picture.getpixel((10, 36))
        assert upper[0] > 200 > 60 > lower[0]  # type: ignore[index]
    assert b"secret" not in content


@pytest.mark.parametrize("content", [b"", b"no picture", a_file()[:300]])
def test_what_cannot_be_read_is_no_picture(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        marked(content)


def test_pictures_that_are_ready_at_once_do_not_swell_a_worker() -> None:
    found = subprocess.run(
        [sys.executable, "-c", MANY_AT_ONCE],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    # In MB. Beside the one being worked on there are six files, and a little that is left over.
    assert float(found.stdout) < 48
