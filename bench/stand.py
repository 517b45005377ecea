"""What every measurement stands on: a database, a Genlook service and workers, all real.

The emulator, the workers and the web server are processes of their own; this one plays the
shoppers. One process has one stand.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from .processes import Tree, running, until
from .web import READY_SECONDS, WebServer, web_server, with_photos_apart

SIZE = (1080, 1350)
"""A photo's pixels: 4:5, about what a phone's photo has left after the shop has scaled it."""
WORKERS_NICE = 10
"""The workers come after the web server where they share a machine, as docs/operations.md
advises; and so does Genlook, which in truth has machines of its own."""


def picture(number: int) -> bytes:
    """A JPEG of a photo's size, different from any other number's."""
    image = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 40).resize(SIZE).convert("RGB")
    image.putpixel((number % SIZE[0], number // SIZE[0]), (255, 0, 0))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


class Stand:
    """A running shop. `flow` is "ours" or "documented"; `cluster` the workers' processes,
    `web` the address of the shop's pages, where asked for; `scratch` a folder that goes."""

    def __init__(self, flow: str, control: Any, base_url: str, scratch: str) -> None:
        self.flow = flow
        self.scratch = scratch
        self.control = control
        self.base_url = base_url
        self.cluster: Tree | None = None
        self.web = ""
        self.server: WebServer | None = None

    def product(self, title: str = "Linen shirt") -> Any:
        """A product with stock and a picture, not yet at Genlook."""
        from django.core.files.base import ContentFile
        from oscar.core.loading import get_model
        from oscar.test.factories import create_product

        product = create_product(title=title, price="39.00", num_in_stock=5)
        get_model("catalogue", "ProductImage").objects.create(
            product=product, original=ContentFile(picture(1), name=f"{product.pk}.jpg")
        )
        return product

    def shopper(self) -> Any:
        """A guest who has agreed."""
        from genlook_oscar.models import Configuration, Shopper
        from genlook_oscar.shopper import consent

        shopper = Shopper.objects.create()
        consent.record(shopper, Configuration.load())
        return shopper

    def photo(self, shopper: Any, number: int) -> Any:
        """Her photo, taken in but not yet at Genlook."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from genlook_oscar.models import Configuration
        from genlook_oscar.shopper.photos import take_in

        file = SimpleUploadedFile("me.jpg", picture(number))
        return take_in(shopper, file, Configuration.load())

    def make_known(self, product: Any, photos: list[Any]) -> None:
        """Have Genlook know the product and the photos, as after earlier try-ons. The
        requests for that count nowhere."""
        from django.conf import settings

        from genlook_oscar.api import Client, ImageFile
        from genlook_oscar.catalogue.fingerprint import fingerprint
        from genlook_oscar.catalogue.links import link_for
        from genlook_oscar.catalogue.payload import VALID_FOR_DAYS, upsert
        from genlook_oscar.engine import products
        from genlook_oscar.models import Photo

        limit = self.control.state()["settings"]["requests_per_minute"]
        self.control.settings(requests_per_minute=None)
        link = link_for(product)
        payload = upsert(link)

        def send(photo: Any) -> tuple[Any, str]:
            with photo.file.open("rb") as file, Client(settings.GENLOOK_API_KEY, base) as client:
                image = ImageFile(file.read(), "photo.jpg", "image/jpeg")
                return photo, client.upload_image(image).image_id

        base = self.base_url
        with Client(settings.GENLOOK_API_KEY, base) as client:
            client.upsert_product(payload)
        products.note_sent(link, fingerprint(product), VALID_FOR_DAYS)
        with ThreadPoolExecutor(4) as pool:
            for photo, image_id in pool.map(send, photos):
                Photo.objects.filter(pk=photo.pk).update(
                    image_id=image_id,
                    image_expires_at=photo.created_at + timedelta(hours=20),
                    sent_at=photo.created_at,
                )
                photo.refresh_from_db()
        self.control.settings(requests_per_minute=limit)

    def click(self, shopper: Any, product: Any, photo: Any) -> Any:
        """The click, by the flow of this stand; returns the try-on. The same may be clicked
        again and is another try-on."""
        if self.flow == "documented":
            from . import documented

            return documented.click(shopper, product, photo)
        from genlook_oscar.engine import tryons
        from genlook_oscar.models import TryOn

        tryon = tryons.request(shopper, product, photo).tryon
        TryOn.objects.filter(pk=tryon.pk).update(live_key=None, reuse_key="")
        return tryon

    def ready(self) -> None:
        """Wait until the workers take tasks."""
        from django_q.models import OrmQ
        from django_q.tasks import async_task

        async_task("time.sleep", 0, q_options={"save": False})
        until(lambda: not OrmQ.objects.exists(), READY_SECONDS, "the workers take no task")

    def requests(self) -> dict[str, int]:
        """The requests that Genlook's API met so far, by endpoint. Downloads of results go
        to another host and count for no limit."""
        met = self.control.state()["requests"]
        return {name: n for name, n in met.items() if not name.startswith("GET /results")}


def saved_at(tryon: Any) -> float:
    """When the picture was in our storage: the moment its file was written."""
    return float(Path(tryon.result.path).stat().st_mtime)


def spent(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """The requests between two looks at `Stand.requests`."""
    return {name: n - before.get(name, 0) for name, n in after.items() if n > before.get(name, 0)}


@contextmanager
def database() -> Iterator[str]:
    """A fresh database, destroyed at the end; yields its URL."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from tests.processes import database_url

    made = setup_databases(verbosity=0, interactive=False)
    try:
        yield database_url(connection.settings_dict)
    finally:
        connection.close()
        teardown_databases(made, verbosity=0)


@contextmanager
def stand(
    flow: str = "ours",
    *,
    workers: int = 2,
    rate: int = 100,
    generation: tuple[float, float] = (8.0, 12.0),
    cluster: bool = True,
    web: bool = False,
    threads: int = 0,
    photos_apart: bool = False,
) -> Iterator[Stand]:
    """Everything running. `rate` is the account's limit per minute, at Genlook and in the
    shop; 0 for none. `generation` is the least and most a generation takes, in seconds.
    `threads` and `photos_apart`: see bench/web.py."""
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="genlook-bench-"))
        os.environ.update(
            BENCH_WORKERS=str(workers),
            BENCH_RATE=str(rate),
            BENCH_TASK_SECONDS="60" if flow == "ours" else "900",
            DJANGO_SETTINGS_MODULE="bench.settings",
            GENLOOK_TEST_SCRATCH=scratch,
        )
        arguments = ("genlook_oscar.emulator", "--port", "0", "--credits", "1000000")
        service = stack.enter_context(running(*arguments, say=True, nice=WORKERS_NICE))
        assert service.process.stdout
        match = re.search(r"(http://[^/\s]+)/\S*", service.process.stdout.readline())
        if not match:
            raise SystemExit("the emulator does not start")
        # In the environment before Django reads its settings, here and in all processes.
        os.environ["GENLOOK_BASE_URL"] = match.group(0)
        import django

        django.setup()
        os.environ["DATABASE_URL"] = stack.enter_context(database())
        from django_q.models import Schedule

        from genlook_oscar.emulator import Control
        from genlook_oscar.models import Account, Configuration

        control = Control(match.group(1))
        control.settings(generation_seconds=list(generation), requests_per_minute=rate or None)
        configuration = Configuration(enabled=True)
        configuration.lift_limits()
        configuration.save()
        Account.load()
        if flow == "documented":
            # The sweep would take the documented flow's rows for lost ones of ours.
            Schedule.objects.all().delete()
        place = Stand(flow, control, match.group(0), scratch)
        if cluster:
            place.cluster = stack.enter_context(running("django", "qcluster", nice=WORKERS_NICE))
            place.ready()
        if web:
            server = with_photos_apart(threads, scratch) if photos_apart else web_server(threads)
            place.server = stack.enter_context(server)
            place.web = place.server.address
        yield place
