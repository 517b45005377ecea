"""Words that a shop had before there were languages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BEFORE, AFTER = "0023_alerts", "0025_words_moved"
TEXTS = {
    "button_label": "Anprobieren",
    "consent_text": "Nach {days} Tagen gelöscht.",
    "disclaimer": "Von einer Maschine.",
}


def to(target: str):
    """Migrate there; the models as they were then."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    MigrationExecutor(connection).migrate([("genlook_oscar", target)])
    state = MigrationExecutor(connection).loader.project_state([("genlook_oscar", target)])
    return state.apps.get_model


def there_and_back() -> None:
    """In a process and a database of its own: the tests' has no migrations."""
    import django
    from django.conf import settings

    django.setup()
    settings.LANGUAGE_CODE = "de-at"
    model = to(BEFORE)
    model("genlook_oscar", "Configuration").objects.create(
        pk=1, budget_per_day=None, privacy_url="/datenschutz/", **TEXTS
    )
    model = to(AFTER)
    row = model("genlook_oscar", "Configuration").objects.get()
    assert (row.budget_per_day, row.privacy_url) == (None, "/datenschutz/")
    words = model("genlook_oscar", "Words").objects.get()
    assert (words.language, words.configuration_id) == ("de", 1)
    assert {name: getattr(words, name) for name in TEXTS} == TEXTS
    model("genlook_oscar", "Words").objects.create(configuration=row, language="ar")
    row = to(BEFORE)("genlook_oscar", "Configuration").objects.get()
    assert {name: getattr(row, name) for name in TEXTS} == TEXTS
    to(BEFORE)("genlook_oscar", "Configuration").objects.update(**dict.fromkeys(TEXTS, ""))
    assert not to(AFTER)("genlook_oscar", "Words").objects.exists()
    print("there and back")  # noqa: T201


@pytest.mark.slow
@pytest.mark.anydb
def test_they_become_the_words_of_the_shops_language(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.test_words_migration"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "there and back\n", done.stderr


if __name__ == "__main__":
    there_and_back()
