from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw

# The live server and Playwright's loop share a thread; Django would refuse its ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def picture(
    color: str = "#4477aa", size: tuple[int, int] = (600, 750), kind: str = "JPEG", **save: Any
) -> bytes:
    """A small drawn picture as the bytes of a file."""
    image = Image.new("RGB", size, "#f4f4f2")
    draw = ImageDraw.Draw(image)
    width, height = size
    draw.rectangle((width // 4, height // 5, width * 3 // 4, height * 4 // 5), fill=color)
    draw.ellipse((width * 2 // 5, height // 20, width * 3 // 5, height // 5), fill="#c68863")
    out = io.BytesIO()
    image.save(out, kind, **save)
    return out.getvalue()


def wait_until(condition: Callable[[], Any], timeout: float = 20.0, what: str = "") -> Any:
    """Wait for a condition, never for a time; return what it returned."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout} s in vain for {what or condition}")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def _emulator() -> Iterator[Any]:
    from genlook_oscar.emulator import Emulator

    with Emulator(port=0, generation_seconds=0) as service:
        yield service


@pytest.fixture
def emulator(_emulator: Any, settings: Any) -> Any:
    """A Genlook service over real HTTP, empty, whose generations are ready at once."""
    _emulator.control.reset()
    _emulator.control.settings(generation_seconds=0)
    settings.GENLOOK_BASE_URL = _emulator.base_url
    settings.GENLOOK_API_KEY = "gk_tests"
    return _emulator


@pytest.fixture
def configuration(db: None) -> Any:
    from genlook_oscar.models import Configuration

    row = Configuration.load()
    row.enabled = True
    row.save()
    return row


@pytest.fixture
def make_product(db: None) -> Callable[..., Any]:
    """Make an Oscar product with a stock record and, unless `color` is None, a picture."""
    from django.core.files.base import ContentFile
    from oscar.core.loading import get_model
    from oscar.test.factories import create_product

    ProductImage = get_model("catalogue", "ProductImage")

    def make(title: str = "Linen shirt", color: str | None = "#4477aa", **kwargs: Any) -> Any:
        kwargs.setdefault("price", "39.00")
        if kwargs.get("structure") != "parent":
            kwargs.setdefault("num_in_stock", 5)
        product = create_product(title=title, **kwargs)
        if color:
            ProductImage.objects.create(
                product=product,
                original=ContentFile(picture(color), name=f"{product.pk}.jpg"),
            )
        return product

    return make


@pytest.fixture
def product(make_product: Callable[..., Any]) -> Any:
    return make_product()


@pytest.fixture
def drain() -> Callable[..., int]:
    """Run what stands in the queue, as a worker would, until it is empty.

    The tasks go through django-q2's own broker, signature and pickle; only the processes
    are left out. Call it outside `django_capture_on_commit_callbacks`.
    """
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    def run(limit: int = 200) -> int:
        done = 0
        while row := OrmQ.objects.order_by("pk").first():
            task = SignedPackage.loads(row.payload)
            row.delete()
            import_string(task["func"])(*task["args"], **task["kwargs"])
            done += 1
            assert done < limit, "the queue never empties"
        return done

    return run
