from __future__ import annotations

import os
import subprocess
import sys

SHOP = """
import sys
import django
django.setup()
from django.core.management import call_command
from django.urls import get_resolver
call_command("check")
assert get_resolver().url_patterns
assert "genlook_oscar.storefront.room" in sys.modules
assert "genlook_oscar.dashboard.views" in sys.modules
print(*[name for name in sys.modules if name.split(".")[0] == "wagtail" or ".cms" in name])
"""


def test_a_shop_without_the_cms_app_imports_nothing_of_wagtail() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOP],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "GENLOOK_TEST_WAGTAIL": "0"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == ""
