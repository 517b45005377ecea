"""The shop is served by ASGI."""

from .base import *  # noqa: F403

PROJECT_ASGI = True
