"""Sessions that live in the browser: no row, no key."""

from .base import *  # noqa: F403

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
