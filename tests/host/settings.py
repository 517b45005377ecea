"""A plain Oscar shop, with the package or without: `GENLOOK_HOST=with` installs it."""

import os
import tempfile
from pathlib import Path

import oscar
from oscar import defaults
from oscar.defaults import *  # noqa: F403

WITH = os.environ.get("GENLOOK_HOST") == "with"
SCRATCH = Path(tempfile.mkdtemp(prefix="genlook-host-"))

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["*"]
USE_TZ = True
SITE_ID = 1
ROOT_URLCONF = "tests.host.urls"
STATIC_URL = "/static/"
MEDIA_URL = "/media/"
MEDIA_ROOT = SCRATCH / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

INSTALLED_APPS = [*oscar.INSTALLED_APPS, "sorl.thumbnail"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
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
AUTHENTICATION_BACKENDS = ["oscar.apps.customer.auth_backends.EmailBackend"]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
OSCAR_ALLOW_ANON_CHECKOUT = True
OSCAR_INITIAL_ORDER_STATUS = OSCAR_INITIAL_LINE_STATUS = "Pending"
OSCAR_ORDER_STATUS_PIPELINE = OSCAR_LINE_STATUS_PIPELINE = {
    "Pending": ("Shipped", "Cancelled"),
    "Shipped": (),
    "Cancelled": (),
}

if WITH:
    from genlook_oscar.dashboard.navigation import NAVIGATION_ENTRY
    from genlook_oscar.known_good import Q_CLUSTER  # noqa: F401

    INSTALLED_APPS = [
        "genlook_oscar",
        *INSTALLED_APPS,
        "django_q",
        "genlook_oscar.dashboard",
    ]
    OSCAR_DASHBOARD_NAVIGATION = [*defaults.OSCAR_DASHBOARD_NAVIGATION, NAVIGATION_ENTRY]
    GENLOOK_API_KEY = "gk_tests"
    GENLOOK_PRIVATE_ROOT = SCRATCH / "private"
