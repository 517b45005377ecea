"""The project that the tests run in: an Oscar shop with Wagtail beside it."""

import json
import os
import sys
import tempfile
from pathlib import Path

import dj_database_url
import oscar
import pymysql
from oscar import defaults
from oscar.defaults import *  # noqa: F403

from genlook_oscar import known_good
from genlook_oscar.dashboard.navigation import NAVIGATION_ENTRY
from tests.mailing import mail_settings

SCRATCH = Path(os.environ.get("GENLOOK_TEST_SCRATCH") or tempfile.mkdtemp(prefix="genlook-tests-"))
# Of several that test side by side, each has a folder of its own.
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and SCRATCH.name != worker:
    SCRATCH = SCRATCH / worker
    SCRATCH.mkdir(parents=True, exist_ok=True)
# Processes that the tests start share the folder, and so the pictures.
os.environ["GENLOOK_TEST_SCRATCH"] = str(SCRATCH)

SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
LANGUAGE_CODE = "en"
SITE_ID = 1
ROOT_URLCONF = "tests.urls"
STATIC_URL = "/static/"
STATIC_ROOT = SCRATCH / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = SCRATCH / "media"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
globals().update(mail_settings("django.core.mail.backends.locmem.EmailBackend"))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{SCRATCH / 'db.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"].endswith("mysql"):
    # Stands in for mysqlclient, which would have to be compiled.
    pymysql.install_as_MySQLdb()
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = known_good.SQLITE_OPTIONS
    # In a file, because the live server and the workers are threads and processes of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}

# 1: Wagtail and our app for it; bare: Wagtail alone; 0: Wagtail cannot even be imported.
_WAGTAIL = os.environ.get("GENLOOK_TEST_WAGTAIL", "1")
WAGTAIL = _WAGTAIL == "1"
if _WAGTAIL == "0":
    sys.modules["wagtail"] = None  # type: ignore[assignment]

INSTALLED_APPS = [
    "genlook_oscar",
    *oscar.INSTALLED_APPS,
    "sorl.thumbnail",
    "django.contrib.sitemaps",
    "django_q",
    "genlook_oscar.dashboard",
]
if _WAGTAIL != "0":
    INSTALLED_APPS += [
        "wagtail.contrib.forms",
        "wagtail.contrib.redirects",
        "wagtail.contrib.settings",
        "wagtail.embeds",
        "wagtail.sites",
        "wagtail.users",
        "wagtail.snippets",
        "wagtail.documents",
        "wagtail.images",
        "wagtail.search",
        "wagtail.admin",
        "wagtail",
        "modelcluster",
        "taggit",
        "django_filters",
    ]
if WAGTAIL:
    # The demo shop's pages are made of our blocks.
    INSTALLED_APPS += ["genlook_oscar.cms", "sandbox.pages"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
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
                "django.template.context_processors.debug",
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

OSCAR_DASHBOARD_NAVIGATION = [*defaults.OSCAR_DASHBOARD_NAVIGATION, NAVIGATION_ENTRY]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
WAGTAIL_SITE_NAME = "Tests"
WAGTAILADMIN_BASE_URL = "http://testserver"
# Tests ask nobody on the network.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False

# Clusters that a test starts learn from their environment what the test has set.
REDIS = os.environ.get("GENLOOK_TEST_REDIS")
Q_CLUSTER = known_good.Q_CLUSTER | {"name": "tests", "workers": 2, "queue_limit": 2}
if REDIS:
    del Q_CLUSTER["orm"]
    Q_CLUSTER["redis"] = REDIS

GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", "gk_tests")
GENLOOK_ALERT_WEBHOOK = os.environ.get("GENLOOK_ALERT_WEBHOOK", "")
# Processes that a test with several shops starts.
if _site_keys := os.environ.get("GENLOOK_TEST_SITE_KEYS"):
    GENLOOK_SITE_KEYS = {int(site): key for site, key in json.loads(_site_keys).items()}
GENLOOK_BASE_URL = os.environ.get("GENLOOK_BASE_URL", "http://127.0.0.1:9/tryon/v1")
GENLOOK_PRIVATE_ROOT = SCRATCH / "private"
# However busy the machine is: what a photo may take is a matter of tests of its own.
GENLOOK_PHOTO_SECONDS = 60
for _name in ("CONNECT_TIMEOUT", "READ_TIMEOUT", "DEADLINE_SECONDS", "REQUESTS_PER_MINUTE"):
    if f"GENLOOK_{_name}" in os.environ:
        globals()[f"GENLOOK_{_name}"] = float(os.environ[f"GENLOOK_{_name}"])
