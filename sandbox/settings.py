"""Settings of the demo shop. What differs from machine to machine comes from the environment.

SANDBOX_DATA      folder of the database, pictures, search index and secret key
DATABASE_URL      another database than the SQLite file in that folder
GENLOOK_API_KEY   key of a Genlook account (`run.py` gives a demo key for the emulator)
GENLOOK_BASE_URL  another service than Genlook's own
SANDBOX_HOSTS     further host names to answer to, with commas between them
SANDBOX_DEBUG     1 shows Django's error pages
"""

import os
import secrets
from pathlib import Path

import dj_database_url
import django
import oscar
from oscar import defaults
from oscar.defaults import *  # noqa: F403

from genlook_oscar import known_good
from genlook_oscar.dashboard.navigation import NAVIGATION_ENTRY

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("SANDBOX_DATA") or HERE / "var").resolve()
DATA.mkdir(parents=True, exist_ok=True)


def kept_secret(path: Path) -> str:
    """The secret in a file that only its owner may read; made at first use, then kept."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text()


SECRET_KEY = kept_secret(DATA / "secret.key")
DEBUG = os.environ.get("SANDBOX_DEBUG") == "1"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ALLOWED_HOSTS += [host for host in os.environ.get("SANDBOX_HOSTS", "").split(",") if host]
ROOT_URLCONF = "sandbox.urls"
WSGI_APPLICATION = "sandbox.wsgi.application"
SITE_ID = 1
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{DATA / 'shop.sqlite3'}",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Web and workers write at once. A transaction that reads first and then wants to write
    # cannot wait for the other writer and fails; IMMEDIATE takes the lock at its beginning
    # and waits. WAL lets readers go on meanwhile.
    DATABASES["default"]["OPTIONS"] = known_good.SQLITE_OPTIONS

INSTALLED_APPS = [
    # Before Oscar, so that its product page finds the button's template first.
    "genlook_oscar",
    "sandbox.demo",
    "sandbox.pages",
    *oscar.INSTALLED_APPS,
    "sorl.thumbnail",
    "django.contrib.sitemaps",
    "django_q",
    "genlook_oscar.dashboard",
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
    "genlook_oscar.cms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
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

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("fr", "Français"),
    ("es", "Español"),
    ("it", "Italiano"),
    ("nl", "Nederlands"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ar", "العربية"),
]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
# The demo persons are offered for download to whoever has no photo at hand.
STATICFILES_DIRS = [HERE / "static", ("demo/people", HERE / "pictures" / "people")]
# Straight from where the apps keep them: no step that could be forgotten after a change.
WHITENOISE_USE_FINDERS = True
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA / "media"

# Oscar lists products by way of the search index; Haystack's `simple` engine lists none.
HAYSTACK_CONNECTIONS = {
    "default": {
        "ENGINE": "haystack.backends.whoosh_backend.WhooshEngine",
        "PATH": str(DATA / "search"),
    }
}
# One product class and no ratings yet: filters would only take the room.
OSCAR_SEARCH_FACETS = {"fields": {}, "queries": {}}
HAYSTACK_SIGNAL_PROCESSOR = "sandbox.demo.search.ProductSignalProcessor"

OSCAR_SHOP_NAME = "Atelier Oscar"
OSCAR_SHOP_TAGLINE = ""
OSCAR_HOMEPAGE = "/"
OSCAR_DEFAULT_CURRENCY = "EUR"
OSCAR_FROM_EMAIL = "shop@example.com"
OSCAR_DASHBOARD_NAVIGATION = [*defaults.OSCAR_DASHBOARD_NAVIGATION, NAVIGATION_ENTRY]

WAGTAIL_SITE_NAME = "Atelier Oscar"
WAGTAILADMIN_BASE_URL = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
# The demo asks nobody else on the network for anything.
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False

_MAIL = "django.core.mail.backends.filebased.EmailBackend"
if django.VERSION >= (6, 1):
    MAILERS = {"default": {"BACKEND": _MAIL, "OPTIONS": {"file_path": DATA / "mail"}}}
else:
    EMAIL_BACKEND = _MAIL
    EMAIL_FILE_PATH = DATA / "mail"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"genlook_oscar": {"level": "INFO"}, "django.request": {"level": "ERROR"}},
}

# Half the workers that a shop has: the demo's shoppers are one person.
Q_CLUSTER = known_good.Q_CLUSTER | {"name": "sandbox", "workers": 2, "queue_limit": 2}
GENLOOK_Q_CLUSTER = known_good.GENLOOK_Q_CLUSTER

GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", "")
GENLOOK_BASE_URL = os.environ.get("GENLOOK_BASE_URL", "")
GENLOOK_PRIVATE_ROOT = DATA / "private"
