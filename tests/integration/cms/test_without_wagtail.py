"""The shop where Wagtail cannot be imported, and where it is but our app for it is not."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
from typing import Any

import pytest

from tests.processes import environment

INSTALLED = any(importlib.metadata.distributions(name="wagtail"))

SHOP = """
import sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
settings.ALLOWED_HOSTS = ["*"]
call_command("check")
# Reads every migration of the project; the wheel's tests apply them.
call_command("makemigrations", "genlook_oscar", check=True, dry_run=True)
shopper = Client()
page = shopper.get(sys.argv[1])
assert page.status_code == 200, page.status_code
assert b"<genlook-try-on" in page.content
for address in (f"/try-on/room/{sys.argv[2]}/", "/try-on/", "/try-on/photos/", "/admin/login/"):
    answer = shopper.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
assert shopper.get("/dashboard/try-on/").status_code == 302
import genlook_oscar.dashboard.views
ours = [name for name in sys.modules if name.startswith("genlook_oscar.cms")]
theirs = [name for name in sys.modules if name.startswith("wagtail.")]
print(len(ours), len(theirs))
"""


@pytest.mark.anydb
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wagtail", ["0", "bare"])
def test_the_shop_works(wagtail: str, product: Any, configuration: Any) -> None:
    if wagtail == "bare" and not INSTALLED:
        pytest.skip("Wagtail is not installed")
    done = subprocess.run(
        [sys.executable, "-c", SHOP, product.get_absolute_url(), str(product.pk)],
        env=environment(GENLOOK_TEST_WAGTAIL=wagtail),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    ours, theirs = map(int, done.stdout.splitlines()[-1].split())
    assert ours == 0
    assert (theirs == 0) is (wagtail == "0")


def test_wagtail_is_not_to_be_had_without_it() -> None:
    """The first of the two is worth something: where it runs, Wagtail cannot be imported."""
    done = subprocess.run(
        [sys.executable, "-c", "import tests.settings, wagtail"],
        env=environment(GENLOOK_TEST_WAGTAIL="0"),
        capture_output=True,
        text=True,
    )
    assert "ModuleNotFoundError" in done.stderr
