"""The demo shop: its pictures, its data, its settings, and that one command runs it."""

from __future__ import annotations

import io
import math
import os
import re
import runpy
import signal
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from django.apps import apps
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from oscar.core.loading import get_model
from PIL import Image

from genlook_oscar.models import Configuration, ProductLink
from sandbox.demo.goods import CATEGORIES, ITEMS
from sandbox.demo.management.commands.seed_demo import Command
from sandbox.run import Processes, free_port, is_free
from tests.conftest import wait_until
from tests.processes import burst

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
GOODS = sorted((SANDBOX / "pictures" / "products").glob("*.jpg"))
PEOPLE = sorted((SANDBOX / "pictures" / "people").glob("*.jpg"))


def seed() -> None:
    if apps.is_installed("wagtail"):
        from wagtail.models import Locale, Page

        # Wagtail's migrations make them, and tests run without migrations.
        Locale.objects.get_or_create(language_code="en")
        if Page.get_first_root_node() is None:
            Page.add_root(title="Root", slug="root")
    call_command(Command(), stdout=io.StringIO())


def settings_with(monkeypatch: pytest.MonkeyPatch, data: Path, **environ: str) -> dict[str, Any]:
    for name in ("DATABASE_URL", "GENLOOK_API_KEY", "GENLOOK_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SANDBOX_DATA": str(data), **environ}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_module("sandbox.settings")


@pytest.mark.parametrize("path", [*GOODS, *PEOPLE], ids=lambda path: path.stem)
def test_each_picture_decodes_on_a_light_ground_and_is_large_enough(path: Path) -> None:
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == "JPEG"
        assert picture.width >= 800
        assert picture.height >= 480
        corners = [(2, 2), (picture.width - 3, 2), (2, picture.height - 3)]
        assert all(min(picture.getpixel(corner)) > 200 for corner in corners)
        darkest, _ = picture.convert("L").getextrema()
        assert darkest < 160, "nothing is drawn"


def test_pictures_are_few_bytes_and_all_of_them_are_used() -> None:
    variants = [variant for item in ITEMS for variant in item.variants]
    used = {item.picture for item in [*ITEMS, *variants]} | {row[1] for row in CATEGORIES.values()}
    assert {path.stem for path in GOODS} == used - {None}
    assert len(PEOPLE) == 3
    assert sum(path.stat().st_size for path in [*GOODS, *PEOPLE]) < 1_500_000


@pytest.mark.django_db
def test_the_shop_has_what_a_demo_needs() -> None:
    seed()
    Product = get_model("catalogue", "Product")
    assert Product.objects.browsable().count() >= 12
    parent = Product.objects.get(structure=Product.PARENT)
    pictures = [child.primary_image().original.name for child in parent.children.all()]
    assert len(set(pictures)) == 3
    assert Product.objects.browsable().filter(images=None).count() == 1
    assert ProductLink.objects.get(enabled=False).product.title == "Canvas tote"
    assert Configuration.load().enabled
    for email in ("admin@example.com", "shopper@example.com"):
        assert authenticate(None, username=email, password="genlook-demo")
    assert get_model("address", "Country").objects.filter(is_shipping_country=True).exists()


def everything() -> dict[str, list[Any]]:
    """All rows that the demo data consists of, with all their values."""
    models = [get_user_model(), Configuration, ProductLink]
    models += [get_model("catalogue", name) for name in ("Product", "Category", "ProductImage")]
    models += [get_model("partner", "StockRecord"), get_model("address", "Country")]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.django_db
def test_a_second_start_keeps_everything_as_it_is() -> None:
    seed()
    before = everything()
    seed()
    assert everything() == before


@pytest.mark.django_db
def test_a_second_start_keeps_what_the_merchant_changed() -> None:
    seed()
    StockRecord = get_model("partner", "StockRecord")
    StockRecord.objects.filter(partner_sku="AO-HAT-500").update(
        partner_sku="STRAW", price=Decimal("55.00")
    )
    get_model("catalogue", "Product").objects.get(title="Trench coat").delete()
    Configuration.objects.update(enabled=False)
    admin = get_user_model().objects.get(email="admin@example.com")
    admin.set_password("another one")
    admin.save()
    before = everything()
    seed()
    assert everything() == before


def test_photos_are_never_where_the_shop_hands_out_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = settings_with(monkeypatch, tmp_path)
    private = settings["GENLOOK_PRIVATE_ROOT"]
    assert private.is_relative_to(tmp_path)
    served = [settings["MEDIA_ROOT"], *settings["STATICFILES_DIRS"]]
    for folder in served:
        path = Path(folder[1] if isinstance(folder, tuple) else folder)
        assert not private.is_relative_to(path)
        assert not path.is_relative_to(private)


def test_sqlite_and_queue_are_set_as_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = settings_with(monkeypatch, tmp_path)
    options = settings["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "WAL" in options["init_command"]
    queue = settings["Q_CLUSTER"]
    waiting = math.ceil((queue["queue_limit"] + queue["bulk"]) / queue["workers"])
    assert queue["retry"] > queue["timeout"] * (1 + waiting)
    apps = settings["INSTALLED_APPS"]
    assert apps.index("genlook_oscar") < apps.index("oscar.config.Shop")


def test_another_database_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "postgres://shop:pw@db.example.com/shop"
    database = settings_with(monkeypatch, tmp_path, DATABASE_URL=url)["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["CONN_MAX_AGE"] == 600
    assert database["CONN_HEALTH_CHECKS"] is True
    assert "OPTIONS" not in database or "transaction_mode" not in database["OPTIONS"]


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = settings_with(monkeypatch, tmp_path)["SECRET_KEY"]
    assert len(key) >= 50
    assert settings_with(monkeypatch, tmp_path)["SECRET_KEY"] == key
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


# Like a qcluster: a first process, and one that outlives it unless somebody ends it.
LEADER = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(300)
"""


def test_when_one_process_is_killed_all_end_and_nothing_is_left_behind(tmp_path: Path) -> None:
    group = Processes(dict(os.environ))
    note = tmp_path / "pid"
    try:
        group.start("leader", sys.executable, "-c", LEADER, str(note))
        group.start("other", sys.executable, "-c", "import time; time.sleep(300)")
        child = int(wait_until(lambda: note.exists() and note.read_text(), what="the child"))
        group.running["leader"].kill()
        assert group.wait() == ("leader", -signal.SIGKILL)
        assert is_alive(child)
    finally:
        group.end()
    assert not is_alive(group.running["other"].pid)
    wait_until(lambda: not is_alive(child), what="the end of the leader's child")


# What `run.py` does around its processes, with one that does not want to end.
STUBBORN = """
import os, sys
from sandbox import run
run.GRACE_SECONDS = 0.5
stay = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"
with run.processes(dict(os.environ)) as group:
    group.listen()
    group.start("stubborn", sys.executable, "-c", stay + "; time.sleep(300)")
    print(group.running["stubborn"].pid, flush=True)
    print("asked" if group.wait() is None else "ended", flush=True)
"""


def test_any_number_of_signals_stops_the_shop_within_the_grace_time() -> None:
    for _attempt in range(3):
        run = subprocess.Popen(
            [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, text=True, cwd=SANDBOX.parent
        )
        assert run.stdout is not None
        with run, run.stdout:
            watchdog = threading.Timer(60, run.kill)
            watchdog.start()
            try:
                said = {run.stdout.readline() for _line in range(2)}
                child = int(max(said, key=len))
                burst(run.pid)
                assert run.stdout.readline() == "asked\n"
                burst(run.pid, times=20)
                assert run.wait(timeout=30) == 0
            finally:
                watchdog.cancel()
                run.kill()
        assert not is_alive(child)


def fetch(url: str) -> str:
    with urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


@pytest.mark.slow
@pytest.mark.anydb
def test_one_command_runs_the_shop_and_one_signal_ends_it(tmp_path: Path) -> None:
    shop = f"http://127.0.0.1:{(port := free_port())}"
    environment = dict(os.environ, PORT=str(port), SANDBOX_DATA=str(tmp_path / "data"))
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "GENLOOK_API_KEY", "MAKELEVEL"):
        environment.pop(name, None)
    log = tmp_path / "log"
    with log.open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, str(SANDBOX / "run.py")],
            env=environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(
            lambda: run.poll() is not None or "Logins" in log.read_text(),
            timeout=400,
            what="the shop",
        )
        assert run.poll() is None, log.read_text()
        front = fetch(f"{shop}/")
        assert front.count("person-") >= 6
        listing = fetch(f"{shop}/catalogue/")
        assert listing.count('class="product_pod"') == len(ITEMS)
        product = fetch(
            shop + re.findall(r'href="(/catalogue/floral-wrap-dress[^"]*)"', listing)[0]
        )
        magazine = fetch(f"{shop}/lookbook/")
        assert magazine.count("<genlook-try-on") == 11
        assert front.count("<genlook-try-on") == 6
        for page in (front, listing, magazine):
            assert 'href="/lookbook/"' in page
        assert 'href="/catalogue/"' in magazine
        assert 'type="password"' in fetch(f"{shop}/dashboard/try-on/")
        for page in (front, listing, product, magazine):
            assert not re.findall(r'(?:src|action)="(?:https?:)?//(?!127\.0\.0\.1)[^"]*"', page)
        assert "locked" not in log.read_text()
        # As when the terminal's group is told to end, and make passes the same signal on.
        burst(run.pid)
        assert run.wait(30) == 0, log.read_text()
        assert is_free("127.0.0.1", port)
    finally:
        run.terminate()
        run.wait(30)
