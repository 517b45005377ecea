"""The CSRF token stands in the session, not in a cookie."""

from .base import *  # noqa: F403

CSRF_USE_SESSIONS = True
