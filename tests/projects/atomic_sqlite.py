"""ATOMIC_REQUESTS on SQLite whose transactions begin by reading."""

from .base import *  # noqa: F403
from .base import DATABASES

DATABASES["default"]["ATOMIC_REQUESTS"] = True
PROJECT_CROWD = True
