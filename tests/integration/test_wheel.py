"""The wheel, installed into an empty environment, by the README's five steps alone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "only for this test"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = BASE_DIR / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3",
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

WAGTAIL = """
INSTALLED_APPS += ["wagtail.contrib.redirects", "wagtail.contrib.settings", "wagtail.embeds",
    "wagtail.sites", "wagtail.users", "wagtail.snippets", "wagtail.documents", "wagtail.images",
    "wagtail.search", "wagtail.admin", "wagtail", "modelcluster", "taggit"]
INSTALLED_APPS += ["genlook_oscar.dashboard", "genlook_oscar.cms"]
WAGTAIL_SITE_NAME = "A shop"
WAGTAILADMIN_BASE_URL = "http://testserver"
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

SHOPPER = """
import io, json, os, subprocess, sys, time
import django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
django.setup()
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from oscar.core.loading import get_model
from oscar.test.factories import create_product
from PIL import Image
from genlook_oscar.models import Configuration

def picture(color):
    out = io.BytesIO()
    Image.new("RGB", (600, 750), color).save(out, "JPEG")
    return out.getvalue()

configuration = Configuration.load()
configuration.enabled = True
configuration.save()
product = create_product(title="Linen shirt", price="39.00", num_in_stock=3)
get_model("catalogue", "ProductImage").objects.create(
    product=product, original=ContentFile(picture("#4477aa"), name="shirt.jpg"))
client = Client()
page = client.get(product.get_absolute_url(), follow=True).content.decode()
assert "genlook-try-on" in page, "no button on the product page"
photo = client.post("/try-on/photos/", {"photo": SimpleUploadedFile("me.jpg", picture("#aa8866")),
                                        "consent": "true"})
assert photo.status_code == 201, photo.content
answer = client.post("/try-on/", {"product": product.pk, "photo": photo.json()["id"]},
                     headers={"accept": "application/json"})
assert answer.status_code == 202, answer.content
end = time.monotonic() + 60
while time.monotonic() < end:
    state = client.get(answer.json()["url"], headers={"accept": "application/json"}).json()
    if state["status"] not in ("queued", "generating"):
        break
    time.sleep(0.2)
assert state["status"] == "completed", state
assert client.get(state["result_url"]).headers["Content-Type"] == "image/jpeg"
print("COMPLETED")
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


def readme_blocks(kind: str) -> str:
    """The README's steps, as code: what a developer would paste."""
    text = textwrap.dedent((ROOT / "README.md").read_text())
    blocks = re.findall(rf"^( *)```python {kind}\n(.*?)^ *```", text, re.M | re.S)
    assert blocks, f"the README shows no {kind}"
    return "\n".join(textwrap.dedent(block) for _indent, block in blocks)


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
    settings = SETTINGS + (WAGTAIL if wagtail else "") + readme_blocks("settings")
    (folder / "settings.py").write_text(settings)
    (folder / "urls.py").write_text(URLS + readme_blocks("urls"))
    (folder / "manage.py").write_text(MANAGE)
    (folder / "shopper.py").write_text(SHOPPER)
    return python


def environment(**more: str) -> dict[str, str]:
    ours = ("DJANGO", "GENLOOK", "DATABASE", "PYTHON")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"GENLOOK_API_KEY": "gk_wheel"} | more


@contextmanager
def running(
    command: list[Path | str], folder: Path, **more: str
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(**more),
        stdout=subprocess.PIPE,
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
        "genlook_oscar/locale/de/LC_MESSAGES/django.mo",
    ):
        assert needed in names
    assert not [name for name in names if name.startswith(("tests/", "sandbox/", "bench/"))]


def test_check_and_migrate_without_wagtail_and_a_shopper(wheel: Path, tmp_path: Path) -> None:
    python = project(tmp_path, wheel, wagtail=False)
    with pytest.raises(AssertionError, match="No module named"):
        run(tmp_path, python, "-c", "import wagtail")
    assert "no issues" in run(tmp_path, python, "manage.py", "check")
    run(tmp_path, python, "manage.py", "migrate", "-v0")
    assert "No changes" in run(tmp_path, python, "manage.py", "makemigrations", "--check")
    emulator = [python, "-m", "genlook_oscar.emulator", "--port", "0", "--generation-seconds", "1"]
    with running(emulator, tmp_path) as service:
        assert service.stdout
        url = re.search(r"http://\S+", service.stdout.readline()).group()
        with running([python, "manage.py", "qcluster"], tmp_path, GENLOOK_BASE_URL=url):
            assert "COMPLETED" in run(tmp_path, python, "shopper.py", GENLOOK_BASE_URL=url)


def test_check_and_migrate_with_wagtail(wheel: Path, tmp_path: Path) -> None:
    python = project(tmp_path, wheel, wagtail=True)
    assert "no issues" in run(tmp_path, python, "manage.py", "check")
    run(tmp_path, python, "manage.py", "migrate", "-v0")
    run(tmp_path, python, "manage.py", "migrate", "-v0", "genlook_oscar", "zero")
