"""Product pictures and photos lie in storages that are no folders, as in object storage."""

from .base import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "tests.projects.storage.Bucket"},
    "genlook": {"BACKEND": "tests.projects.storage.Bucket", "OPTIONS": {"folder": "private"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
del GENLOOK_PRIVATE_ROOT  # noqa: F821
