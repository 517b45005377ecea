"""A shop as the README's five steps leave it, but for one cluster for all its tasks and SQLite
without options: each project of another shape takes all of this and changes what its name says."""

import os
from pathlib import Path

import oscar
from oscar.defaults import *  # noqa: F403

from genlook_oscar.known_good import Q_CLUSTER as Q_CLUSTER

HERE = Path(os.environ["PROJECT_FOLDER"])
"""Where this project keeps its database and files."""

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
SITE_ID = 1
ROOT_URLCONF = "tests.projects.urls"
STATIC_URL = "/static/"
STATIC_ROOT = HERE / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = HERE / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": HERE / "db.sqlite3"},
}


class NoMigrations:
    """Tables as the models are: the migrations have tests of their own, and take long."""

    def __contains__(self, label: str) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES = NoMigrations()

INSTALLED_APPS = [
    "genlook_oscar",
    *oscar.INSTALLED_APPS,
    "sorl.thumbnail",
    "django_q",
    "genlook_oscar.dashboard",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.apps.communication.notifications.context_processors.notifications",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]

AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}

GENLOOK_API_KEY = os.environ["GENLOOK_API_KEY"]
GENLOOK_BASE_URL = os.environ["GENLOOK_BASE_URL"]
GENLOOK_PRIVATE_ROOT = HERE / "private"
# However busy the machine is: what a photo may take is a matter of tests of its own.
GENLOOK_PHOTO_SECONDS = 60
