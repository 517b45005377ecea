"""The README's five steps and the dashboard's, to the letter, on the tables of the migrations."""

import oscar

from tests.documents import steps

from .base import *  # noqa: F403
from .base import HERE

INSTALLED_APPS = [*oscar.INSTALLED_APPS, "sorl.thumbnail"]
ROOT_URLCONF = "tests.projects.five_steps_urls"
MIGRATION_MODULES: dict[str, str] = {}
PROJECT_CROWD = True

# What the steps put beside the settings lies beside this project's database.
__file__ = str(HERE / "settings.py")
exec(steps("settings") + steps("settings", "docs/dashboard.md"))
