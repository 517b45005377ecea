"""The wheel, installed into an empty environment, by the README's five steps alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.run import free_port
from tests.conftest import wait_until
from tests.documents import steps

ROOT = Path(__file__).resolve().parents[2]
PARTS = [
    "genlook_oscar",
    "setup.cfg",
    "pyproject.toml",
    "MANIFEST.in",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
]

pytestmark = [pytest.mark.slow, pytest.mark.anydb]

SETTINGS = """
import os
from pathlib import Path
import oscar
from oscar.defaults import *

HERE = Path(__file__).resolve().parent
SECRET_KEY = "only for this test"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = HERE / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "db.sqlite3",
    "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;"}}}
INSTALLED_APPS = [*oscar.INSTALLED_APPS, "sorl.thumbnail"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
        "oscar.apps.search.context_processors.search_form",
        "oscar.apps.checkout.context_processors.checkout",
        "oscar.apps.communication.notifications.context_processors.notifications",
        "oscar.core.context_processors.metadata"]}}]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
GENLOOK_BASE_URL = os.environ.get("GENLOOK_BASE_URL")
"""

URLS = """
from django.apps import apps
from django.contrib import admin
from django.urls import include, path
shop = apps.get_app_config("oscar").urls[0]
urlpatterns = [path("admin/", admin.site.urls), path("", include(shop))]
"""

MANAGE = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
"""

STOCK = """
import io, os
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from oscar.test.factories import create_product
from PIL import Image
from genlook_oscar.models import Configuration

configuration = Configuration.load()
configuration.enabled = True
configuration.save()
picture = io.BytesIO()
Image.new("RGB", (600, 750), "#4477aa").save(picture, "JPEG")
product = create_product(title="Linen shirt", price="39.00", num_in_stock=3)
get_model("catalogue", "ProductImage").objects.create(
    product=product, original=ContentFile(picture.getvalue(), name="shirt.jpg"))
print(product.get_absolute_url())
"""

SHOPPERS = """
import io, re, sys, time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import requests
from PIL import Image

shop, product, shoppers, clicks = *sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4])
together = Barrier(shoppers)
JSON, HTML = {"Accept": "application/json"}, {"Accept": "text/html"}

def visit(number):
    session = requests.Session()
    session.trust_env = False

    def ask(method, address, status, **options):
        headers = {**JSON, **options.pop("headers", {})}
        answer = session.request(method, shop + address, headers=headers, timeout=120, **options)
        assert answer.status_code == status, (method, address, answer.status_code, answer.text)
        return answer

    together.wait()
    page = ask("GET", product, 200, headers=HTML).text
    button = re.search(r'data-room="([^"]+)"', page)
    assert button, "no button on the product page"
    room = ask("GET", button[1], 200, headers=HTML).text
    said = dict(re.findall(r'data-([\\w-]+)="([^"]*)"', room))
    headers = {"X-CSRFToken": said["csrf"]}
    body = {"product": re.search(r'name="product" value="([^"]+)"', room)[1]}
    pictures = 0
    for turn in range(clicks):
        photo = io.BytesIO()
        Image.new("RGB", (600, 750), (40 * number, 50 * turn, 120)).save(photo, "JPEG")
        sent = {"photo": ("me.jpg", photo.getvalue(), "image/jpeg")}
        agreed = {"consent": "1", "consent_version": said["consent-version"]}
        taken = ask("POST", said["photos-url"], 201, files=sent, data=agreed, headers=headers)
        body["photo"] = taken.json()["id"]
        clicked = ask("POST", said["tryons-url"], 202, json=body, headers=headers).json()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            state = ask("GET", clicked["url"], 200).json()
            if state["status"] not in ("queued", "generating"):
                break
            time.sleep(0.2)
        assert state["status"] == "completed", state
        assert ask("GET", state["result_url"], 200).content.startswith(b"\\xff\\xd8\\xff")
        pictures += 1
    return pictures

with ThreadPoolExecutor(shoppers) as pool:
    print(sum(pool.map(visit, range(shoppers))), "PICTURES")
"""


# As anyone would build it: the wheel is made from the sdist, so the sdist must be whole too.
@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    for part in PARTS:
        path = ROOT / part
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(path, source / part, ignore=ignored)
        else:
            shutil.copy(path, source / part)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(source / "dist"), str(source)],
        check=True,
        capture_output=True,
    )
    (built,) = (source / "dist").glob("*.whl")
    return built


VISITOR = """
import io, os
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.test import Client
from oscar.core.loading import get_model
from oscar.test.factories import create_product
from PIL import Image
from wagtail.models import Site
from genlook_oscar.models import Configuration
from lookbook.models import LandingPage

Configuration(enabled=True).save()
picture = io.BytesIO()
Image.new("RGB", (600, 750), "#ddd").save(picture, "JPEG")
shirt = create_product(title="Shirt", price="39.00", num_in_stock=5)
get_model("catalogue", "ProductImage").objects.create(
    product=shirt, original=ContentFile(picture.getvalue(), name="shirt.jpg"))
hat = create_product(title="Hat", price="39.00", num_in_stock=5)
get_model("catalogue", "ProductImage").objects.create(
    product=hat, original=ContentFile(picture.getvalue(), name="hat.jpg"))
one = {"product": shirt, "layout": "card", "without": "product"}
more = {"products": [hat], "layout": "grid", "without": "product"}
stage = {"products": [shirt, hat]}
Site.objects.get().root_page.add_child(instance=LandingPage(
    title="Summer", slug="summer", body=[("product", one), ("products", more), ("stage", stage)]))
page = Client(headers={"host": "localhost"}).get("/summer/")
assert page.status_code == 200, page.status_code
print(page.content.decode().count("<genlook-try-on"), "buttons")
boss = get_user_model().objects.create_superuser("boss", "boss@example.com", "pass")
merchant = Client(headers={"host": "localhost"})
merchant.force_login(boss, "django.contrib.auth.backends.ModelBackend")
for address in ("", "try-on/", "try-on/report/", "try-on/products/", "genlook_product_chooser/"):
    answer = merchant.get(f"/cms-admin/{address}")
    assert answer.status_code == 200, (address, answer.status_code)
"""


def project(folder: Path, wheel: Path, *, wagtail: bool) -> Path:
    """An empty Oscar project with the wheel installed and the five steps done; its Python."""
    # The pip at hand installs into it, and compiles nothing that no test imports.
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    extras = "[heif,wagtail]" if wagtail else "[heif]"
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile"),
            f"{wheel}{extras}",
            "django-oscar[sorl-thumbnail]",
        ],
        check=True,
        capture_output=True,
    )
    settings, urls = SETTINGS + steps("settings"), URLS + steps("urls")
    if wagtail:
        guide = "docs/wagtail.md"
        settings += steps("settings", guide)
        settings += 'INSTALLED_APPS += ["genlook_oscar.dashboard", "lookbook"]\n'
        urls += steps("urls", guide)
        app = folder / "lookbook"
        (app / "templates" / "lookbook").mkdir(parents=True)
        (app / "__init__.py").touch()
        (app / "models.py").write_text(steps("models", guide))
        template = app / "templates" / "lookbook" / "landing_page.html"
        template.write_text(steps("template", guide))
    (folder / "settings.py").write_text(settings)
    (folder / "urls.py").write_text(urls)
    (folder / "manage.py").write_text(MANAGE)
    (folder / "stock.py").write_text(STOCK)
    (folder / "shoppers.py").write_text(SHOPPERS)
    return python


def environment(**more: str) -> dict[str, str]:
    ours = ("DJANGO", "GENLOOK", "DATABASE", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"GENLOOK_API_KEY": "gk_wheel"} | more


@contextmanager
def running(
    command: list[Path | str], folder: Path, to: Any = subprocess.PIPE, **more: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(**more),
        stdout=to,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def answers(shop: str) -> bool:
    """Whether somebody listens there."""
    host, port = shop.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def run(folder: Path, python: Path, *arguments: str, **more: str) -> str:
    done = subprocess.run(
        [python, *arguments],
        cwd=folder,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_wheel_carries_what_it_needs(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "genlook_oscar/py.typed",
        "genlook_oscar/migrations/0001_initial.py",
        "genlook_oscar/templates/oscar/catalogue/detail.html",
        "genlook_oscar/templates/genlook_oscar/room.html",
        "genlook_oscar/templates/genlook_oscar/dashboard/figures.html",
        "genlook_oscar/templates/genlook_oscar/cms/product.html",
        "genlook_oscar/static/genlook_oscar/dashboard.css",
        "genlook_oscar/static/genlook_oscar/loader.js",
        "genlook_oscar/static/genlook_oscar/room.js",
        "genlook_oscar/static/genlook_oscar/room.css",
        "genlook_oscar/static/genlook_oscar/crop.js",
        "genlook_oscar/static/genlook_oscar/crop.css",
        "genlook_oscar/engine/marks/ar.png",
        "genlook_oscar/locale/de/LC_MESSAGES/django.mo",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "sandbox/", "bench/"))]


def test_five_shoppers_at_once_by_the_five_steps_alone(wheel: Path, tmp_path: Path) -> None:
    python = project(tmp_path, wheel, wagtail=False)
    with pytest.raises(AssertionError, match="No module named"):
        run(tmp_path, python, "-c", "import wagtail")
    assert "no issues" in run(tmp_path, python, "manage.py", "check")
    run(tmp_path, python, "manage.py", "migrate", "-v0")
    assert "No changes" in run(tmp_path, python, "manage.py", "makemigrations", "--check")
    product = run(tmp_path, python, "stock.py").splitlines()[0]
    shop = f"127.0.0.1:{free_port()}"
    emulator = [python, "-m", "genlook_oscar.emulator", "--port", "0", "--generation-seconds", "1"]
    with running(emulator, tmp_path) as service:
        assert service.stdout
        url = re.search(r"http://\S+", service.stdout.readline()).group()
        there = {"GENLOOK_BASE_URL": url}
        workers = [python, "manage.py", "qcluster"]
        web = [python, "manage.py", "runserver", "--noreload", shop]
        log = tmp_path / "web.log"
        with (
            running(workers, tmp_path, Q_CLUSTER_NAME="tryons", **there),
            log.open("w") as out,
            running(web, tmp_path, to=out, **there),
        ):
            wait_until(lambda: answers(shop), what="the shop")
            visit = ["shoppers.py", f"http://{shop}", product, "5", "4"]
            assert "20 PICTURES" in run(tmp_path, python, *visit), log.read_text()
        assert "locked" not in log.read_text()
        assert not re.search(r'" 5\d\d ', log.read_text())


def test_check_and_migrate_with_wagtail(wheel: Path, tmp_path: Path) -> None:
    python = project(tmp_path, wheel, wagtail=True)
    (tmp_path / "visitor.py").write_text(VISITOR)
    assert "no issues" in run(tmp_path, python, "manage.py", "check")
    run(tmp_path, python, "manage.py", "makemigrations", "lookbook", "-v0")
    run(tmp_path, python, "manage.py", "migrate", "-v0")
    assert "4 buttons" in run(tmp_path, python, "visitor.py")
    run(tmp_path, python, "manage.py", "migrate", "-v0", "genlook_oscar", "zero")
