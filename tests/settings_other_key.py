"""The same project, on a host that was given another key."""

from tests.settings import *  # noqa: F403

SECRET_KEY = "only on this host"
