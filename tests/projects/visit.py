"""A day in a project: `python -m tests.projects.visit SHAPE`, in a process of its own.

The shop is filled, a guest tries something on and looks at her picture, staff look at every
page of ours. Ends with 0, or with what went wrong.
"""

import asyncio
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import django

JSON = "application/json"
NOBODYS = "00000000-0000-4000-8000-000000000000"
JPEG = b"\xff\xd8\xff"


def picture(color: str) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (600, 750), "#f4f4f2")
    draw = ImageDraw.Draw(image)
    draw.rectangle((150, 150, 450, 600), fill=color)
    draw.ellipse((240, 40, 360, 150), fill="#c68863")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


class Browser:
    """A browser as far as a visit needs one: it knows the shop by the addresses in its pages
    alone, keeps cookies, and sends the token that the room gave it."""

    def __init__(self, customer: Any = None) -> None:
        from django.conf import settings
        from django.test import AsyncClient, Client

        self.asgi = getattr(settings, "PROJECT_ASGI", False)
        # What a web server in front takes off an address.
        self.below = settings.FORCE_SCRIPT_NAME or ""
        kind = AsyncClient if self.asgi else Client
        self.client: Any = kind(enforce_csrf_checks=True)
        self.token = ""
        if customer:
            backend = "django.contrib.auth.backends.ModelBackend"
            if self.asgi:
                asyncio.run(self.client.aforce_login(customer, backend))
            else:
                self.client.force_login(customer, backend)

    def send(self, method: str, address: str, *, status: int, **options: Any) -> Any:
        assert address.startswith(f"{self.below}/"), f"{address} does not lead into the shop"
        options["headers"] = {"Accept": JSON, "X-CSRFToken": self.token} | options.get(
            "headers", {}
        )
        call = getattr(self.client, method)(address.removeprefix(self.below), **options)
        answer = asyncio.run(_awaited(call)) if self.asgi else call
        if answer.status_code != status:
            said = answer.headers.get("Location") or answer.getvalue()[:2000]
            raise AssertionError(method, address, answer.status_code, said)
        return answer

    def page(self, address: str, status: int = 200) -> str:
        html = {"Accept": "text/html,*/*;q=0.8"}
        return str(self.send("get", address, status=status, headers=html).content.decode())

    def get(self, address: str) -> Any:
        return self.send("get", address, status=200).json()

    def content(self, address: str) -> bytes:
        return bytes(self.send("get", address, status=200).getvalue())

    def post(self, address: str, data: Any, status: int, **options: Any) -> Any:
        return self.send("post", address, data=data, status=status, **options).json()

    def enter(self, product_page: str) -> dict[str, str]:
        """Open the fitting room of the product on this page; its addresses by name."""
        page = self.page(product_page)
        button = re.search(r'<genlook-try-on [^>]*data-room="([^"]+)"', page)
        assert button, "the product page has no button"
        room = self.page(button[1].replace("&amp;", "&"))
        values = dict(re.findall(r'data-([\w-]+)="([^"]*)"', room))
        product = re.search(r'name="product" value="([^"]+)"', room)
        assert product
        self.token = values["csrf"]
        return {**values, "product": product[1], "page": page, "room": room}

    def photo(self, room: dict[str, str], color: str) -> str:
        from django.core.files.uploadedfile import SimpleUploadedFile

        file = SimpleUploadedFile("me.jpg", picture(color), content_type="image/jpeg")
        sent = {"photo": file, "consent": "1", "consent_version": room["consent-version"]}
        return str(self.post(room["photos-url"], sent, 201)["id"])

    def click(self, room: dict[str, str], photo: str, status: int = 202) -> dict[str, Any]:
        body = {"product": room["product"], "photo": photo}
        return dict(self.post(room["tryons-url"], body, status, content_type=JSON))


async def _awaited(call: Any) -> Any:
    answer = await call
    if answer.streaming:
        content = b"".join([part async for part in answer])
        answer.getvalue = lambda: content
    return answer


def prepare(template: Path | None) -> Any:
    """The tables, a shop that is open and a product; `template` is a file of such tables."""
    from django.conf import settings
    from django.contrib.sites.models import Site
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from django.db import connection
    from oscar.core.loading import get_model
    from oscar.test.factories import create_product

    from genlook_oscar.models import Configuration

    if connection.vendor == "sqlite" and template and template.exists():
        shutil.copy(template, settings.DATABASES["default"]["NAME"])
    else:
        call_command("migrate", run_syncdb=True, verbosity=0)
        if connection.vendor == "sqlite" and template:
            connection.close()
            shutil.copy(settings.DATABASES["default"]["NAME"], template)
    Site.objects.get_or_create(pk=1, defaults={"domain": "shop.example", "name": "shop"})
    configuration = Configuration.load()
    configuration.enabled = True
    configuration.lift_limits()
    configuration.save()
    call_command("collectstatic", verbosity=0, interactive=False)
    product = create_product(title="Linen shirt", price="39.00", num_in_stock=50)
    get_model("catalogue", "ProductImage").objects.create(
        product=product, original=ContentFile(picture("#4477aa"), name="shirt.jpg")
    )
    return product


def work() -> None:
    """Do what stands in the queue, as a worker does."""
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    while row := OrmQ.objects.using("default").order_by("pk").first():
        task = SignedPackage.loads(row.payload)
        row.delete()
        import_string(task["func"])(*task["args"], **task["kwargs"])


def person(name: str, **rights: bool) -> Any:
    """A user of whatever model the project has."""
    from django.contrib.auth import get_user_model

    User = get_user_model()
    told = {"email": f"{name}@example.com", "username": name}
    known = {field.name for field in User._meta.get_fields()}
    return User.objects.create(**{key: told[key] for key in told if key in known}, **rights)


def try_on(product_page: str, customer: Any = None) -> None:
    """From the product page to the picture and to its end."""
    shopper = Browser(customer)
    room = shopper.enter(product_page)
    photo = shopper.photo(room, "#aa7744")
    accepted = shopper.click(room, photo)
    work()
    state = shopper.get(accepted["url"])
    assert state["status"] == "completed", state
    assert shopper.content(state["result_url"]).startswith(JPEG)
    assert shopper.content(state["photo"]["preview_url"]).startswith(JPEG)
    assert shopper.click(room, photo, status=200)["reused"]
    for address in (
        accepted["url"],
        room["tryons-url"],
        f"{room['tryons-url']}new/{room['product']}/",
    ):
        assert "genlook" in shopper.page(address), address
    # Somebody else sees nothing of it.
    Browser().send("get", state["result_url"], status=404)
    shopper.send("delete", accepted["url"], status=204)
    shopper.send("delete", f"{room['photos-url']}{photo}/", status=204)
    work()


def look_around() -> None:
    """Every page of ours for staff answers."""
    from django.contrib import admin
    from django.urls import reverse

    from genlook_oscar.models import Configuration, TryOn

    staff = Browser(person("boss", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        if model._meta.app_label == "genlook_oscar":
            name = f"admin:genlook_oscar_{model._meta.model_name}_"
            alone = model is Configuration
            staff.page(
                reverse(f"{name}change", args=[1]) if alone else reverse(f"{name}changelist")
            )
    for tryon in TryOn.objects.all():
        staff.page(reverse("admin:genlook_oscar_tryon_change", args=[tryon.pk]))
    staff.page(reverse("genlook_oscar_dashboard:genlook-figures"))
    staff.page(reverse("genlook_oscar_dashboard:genlook-product", args=[1]))
    staff.get(reverse("genlook_oscar:health"))


@contextmanager
def cluster() -> Iterator[None]:
    """A real `qcluster` of this project, for its try-ons."""
    from django.conf import settings

    named = {"Q_CLUSTER_NAME": getattr(settings, "GENLOOK_Q_CLUSTER", settings.Q_CLUSTER["name"])}
    workers = subprocess.Popen(
        [sys.executable, "-m", "django", "qcluster"],
        env=os.environ | named,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        workers.terminate()
        with suppress(subprocess.TimeoutExpired):
            workers.wait(15)
        with suppress(ProcessLookupError):
            os.killpg(workers.pid, signal.SIGKILL)
        workers.wait()


def speak(product: Any, language: str) -> None:
    """The room speaks the language of the page that opened it, and so does what follows."""
    from django.utils import translation
    from django.utils.translation import gettext

    with translation.override(language):
        address = product.get_absolute_url()
        room_name, refused = gettext("Fitting room"), gettext("This is not here, or no longer.")
        heading = gettext("You have not tried anything on yet.")
    shopper = Browser()
    room = shopper.enter(address)
    assert f'lang="{language}"' in room["room"]
    assert room_name in room["room"]
    nobodys = f"{room['photos-url']}{NOBODYS}/image/"
    told = shopper.send("get", nobodys, status=404).json()
    assert told["message"] == refused, told
    assert heading in shopper.page(room["tryons-url"])
    new = re.search(r'href="([^"]*/new/[^"]*)"', room["page"])
    assert new
    assert f'lang="{language}"' in Browser().page(new[1].replace("&amp;", "&"))


def crowd(product_page: str, shoppers: int = 5, clicks: int = 4) -> None:
    """So many at once, each with as many clicks, beside a real cluster: every one a picture."""
    from django.db import connection

    from tests.conftest import wait_until

    failures: list[BaseException] = []
    pictures: list[bytes] = []
    together = threading.Barrier(shoppers)
    # Oscar's product page reads and then writes, in one transaction with ATOMIC_REQUESTS: on
    # SQLite two at once are more than it bears, with us or without.
    one_by_one = threading.Lock()

    def shop(number: int) -> None:
        try:
            shopper = Browser()
            with one_by_one:
                room = shopper.enter(product_page)
            together.wait(60)
            urls = []
            for turn in range(clicks):
                photo = shopper.photo(room, f"#{40 * number + 20:02x}{50 * turn + 20:02x}77")
                urls.append(shopper.click(room, photo)["url"])
            for url in urls:
                state: dict[str, Any] = {}

                def ended(url: str = url) -> dict[str, Any] | None:
                    state = shopper.get(url)
                    return state if state["status"] not in ("queued", "generating") else None

                state = wait_until(ended, timeout=120, what=url)
                assert state["status"] == "completed", state
                pictures.append(shopper.content(state["result_url"]))
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=shop, args=[number]) for number in range(shoppers)]
    with cluster():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not failures, failures
    assert len(pictures) == shoppers * clicks


def main() -> None:
    (shape,) = sys.argv[1:]
    module = f"tests.projects.{shape}"
    if (Path(__file__).parent / shape).is_dir():
        module += ".settings"
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    django.setup()
    template = os.environ.get("PROJECT_TABLES")
    product = prepare(Path(template) if template else None)
    from django.conf import settings
    from django.core.management import call_command

    call_command("check", databases=["default"], fail_level="ERROR")
    address = product.get_absolute_url()
    try_on(address)
    try_on(address, person("ada"))
    look_around()
    for language in getattr(settings, "PROJECT_LANGUAGES", ()):
        speak(product, language)
    if getattr(settings, "PROJECT_CROWD", False):
        crowd(address)
    if not settings.MIGRATION_MODULES:
        call_command("makemigrations", check=True)
        call_command("migrate", "genlook_oscar", "zero", verbosity=0)


if __name__ == "__main__":
    main()
