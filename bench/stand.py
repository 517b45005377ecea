"""What every measurement stands on: a database, a Genlook service and workers, all real.

The emulator and the workers are processes of their own; this one plays the shoppers.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]


def picture(number: int, size: tuple[int, int] = (900, 1125)) -> bytes:
    """A JPEG that differs from any other number's."""
    image = Image.effect_noise((size[0] // 4, size[1] // 4), 40).resize(size).convert("RGB")
    image.putpixel((number % size[0], number // size[0]), (255, 0, 0))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def until(condition: Callable[[], Any], timeout: float, what: str) -> Any:
    """Wait for a condition, or give up on the measurement."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"gave up after {timeout:.0f} s: {what}")
        time.sleep(0.05)
    return value


class Stand:
    """A running shop without its pages: database, emulator, workers, product, shoppers."""

    def __init__(self, control: Any, base_url: str) -> None:
        self.control = control
        self.base_url = base_url

    def product(self, title: str = "Linen shirt") -> Any:
        from django.core.files.base import ContentFile
        from oscar.core.loading import get_model
        from oscar.test.factories import create_product

        product = create_product(title=title, price="39.00", num_in_stock=5)
        get_model("catalogue", "ProductImage").objects.create(
            product=product, original=ContentFile(picture(1), name=f"{product.pk}.jpg")
        )
        return product

    def shopper(self, number: int) -> tuple[Any, Any]:
        """A guest who agreed, and her photo, taken in but not yet at Genlook."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from genlook_oscar.models import Configuration, Shopper
        from genlook_oscar.shopper import consent
        from genlook_oscar.shopper.photos import take_in

        configuration = Configuration.load()
        shopper = Shopper.objects.create()
        consent.record(shopper, configuration)
        file = SimpleUploadedFile("me.jpg", picture(number))
        return shopper, take_in(shopper, file, configuration)

    def requests(self) -> dict[str, int]:
        """The requests that Genlook met so far, by endpoint."""
        found: dict[str, int] = self.control.state()["requests"]
        return found


@contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process with all its children, gone at the end."""
    running = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            running.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


@contextmanager
def database() -> Iterator[str]:
    """A fresh test database, destroyed at the end; yields its name."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield str(connection.settings_dict["NAME"])
    finally:
        connection.close()
        teardown_databases(made, verbosity=0)


@contextmanager
def stand(
    *,
    workers: int = 2,
    rate: int = 100,
    generation: tuple[float, float] = (8.0, 12.0),
    draw: bool = True,
    cluster: bool = True,
) -> Iterator[Stand]:
    """Everything running. `rate` is the account's limit per minute, at Genlook and in the
    shop; 0 for none. `generation` is the least and most a generation takes, in seconds."""
    os.environ["BENCH_WORKERS"] = str(workers)
    os.environ["BENCH_RATE"] = str(rate)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from genlook_oscar.emulator import Control
    from genlook_oscar.models import Configuration
    from tests.processes import database_url

    with ExitStack() as stack:
        stack.enter_context(database())
        service = stack.enter_context(process("-m", "genlook_oscar.emulator", "--port", "0"))
        assert service.stdout
        match = re.search(r"(http://[^/\s]+)(\S*)", service.stdout.readline())
        assert match
        control = Control(match.group(1))
        control.settings(
            generation_seconds=list(generation),
            requests_per_minute=rate or None,
            credits=1_000_000,
            draw=draw,
        )
        settings.GENLOOK_BASE_URL = match.group(0)
        settings.GENLOOK_REQUESTS_PER_MINUTE = rate
        Configuration(enabled=True).save()
        if cluster:
            stack.enter_context(
                process(
                    "-m",
                    "django",
                    "qcluster",
                    DATABASE_URL=database_url(connection.settings_dict),
                    GENLOOK_BASE_URL=match.group(0),
                )
            )
        yield Stand(control, match.group(0))


def spread(values: list[float]) -> str:
    """Median, 95th percentile and maximum, in seconds."""
    ordered = sorted(values)
    if not ordered:
        return "none"
    at = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95)]
    return f"p50 {at[0]:.2f}  p95 {at[1]:.2f}  max {ordered[-1]:.2f}"
