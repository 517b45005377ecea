"""The private storage is named in STORAGES; there is no GENLOOK_PRIVATE_ROOT."""

from .base import *  # noqa: F403
from .base import HERE

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "genlook": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HERE / "vault"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
del GENLOOK_PRIVATE_ROOT  # noqa: F821
