"""The shop stands below a path that the web server takes away."""

from typing import Any

from .base import *  # noqa: F403

FORCE_SCRIPT_NAME = "/shop"
STATIC_URL = "/shop/static/"
MEDIA_URL = "/shop/media/"
SESSION_COOKIE_PATH = "/shop"
# Oscar's own looks up addresses together with the path, which are then none: its whole
# dashboard answers 404 (django-oscar 4.2, `dashboard.nav.default_access_fn`).
OSCAR_DASHBOARD_DEFAULT_ACCESS_FUNCTION = "tests.projects.sub_path.is_staff"


def is_staff(user: Any, *args: Any, **kwargs: Any) -> bool:
    return bool(user.is_staff)
