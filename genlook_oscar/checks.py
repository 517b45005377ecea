"""System checks: what is wrong with a project's settings, and what to write instead. Those of
django-q2 stand in `queue_checks`.

Each has a stable id and a hint that can be acted on; docs/checks.md explains them all.
The texts are in English only, as Django's own: a developer reads them in a console.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.storage.handler import InvalidStorageError

from . import known_good
from .conf import conf, table
from .engine import credentials
from .models.storage import ALIAS, is_writable
from .setting_checks import TAG, check

MIDDLEWARE = "genlook_oscar.middleware.shop_in_charge"
PRIVATE_ROOT_LINE = 'GENLOOK_PRIVATE_ROOT = Path(__file__).resolve().parent / "private"'


@check(TAG)
def check_private_storage(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Shoppers' pictures have a place that can be written and that no web server serves
    (GENLOOK_PRIVATE_ROOT or STORAGES["genlook"], MEDIA_ROOT, STATIC_ROOT, STATICFILES_DIRS:
    E001, E002, E005, W005)."""
    return [*_private_storage()]


@check(TAG)
def check_installation(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The apps, the key and the database that try-ons need (INSTALLED_APPS, GENLOOK_API_KEY,
    DATABASES, GENLOOK_SITE_URL, MEDIA_URL: E003, W001, W003, W009)."""
    return [*_installation()]


@check(TAG)
def check_shops(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Where GENLOOK_SITE_KEYS names shops, a request's can be told (MIDDLEWARE, INSTALLED_APPS:
    E013, E014)."""
    return [*_shops()] if conf.site_keys else []


def _shops() -> Iterator[CheckMessage]:
    if not apps.is_installed("django.contrib.sites"):
        yield Error(
            "GENLOOK_SITE_KEYS names sites, and django.contrib.sites is not installed.",
            hint='Add "django.contrib.sites" to INSTALLED_APPS, and run migrate.',
            id="genlook_oscar.E013",
        )
    if MIDDLEWARE not in settings.MIDDLEWARE:
        yield Error(
            "GENLOOK_SITE_KEYS names several shops, and no middleware tells whose a request is: "
            "all would spend the credits of GENLOOK_API_KEY.",
            hint=f'Write MIDDLEWARE = ["{MIDDLEWARE}", *MIDDLEWARE] at the end of the settings.',
            id="genlook_oscar.E014",
        )


def _private_storage() -> Iterator[CheckMessage]:
    if ALIAS not in settings.STORAGES:
        root = _private_root()
        if root is None and table()["GENLOOK_PRIVATE_ROOT"].value is None:
            yield Error(
                "GENLOOK_PRIVATE_ROOT is not set, so there is no place for shoppers' photos.",
                hint="Name a folder that no web server serves, for example "
                f'{PRIVATE_ROOT_LINE}, or a storage: STORAGES["genlook"].',
                id="genlook_oscar.E001",
            )
    else:
        try:
            storage = storages[ALIAS]
        except Exception as error:
            # Only Django's own words are shown: those of a backend may hold what it was given.
            said = f": {error}" if isinstance(error, InvalidStorageError) else ""
            yield Error(
                f'STORAGES["genlook"] cannot be set up ({type(error).__name__}{said}).',
                hint="Write a private storage, for example "
                'STORAGES["genlook"] = {"BACKEND": "django.core.files.storage.FileSystemStorage", '
                '"OPTIONS": {"location": "/srv/shop/private"}}.',
                id="genlook_oscar.E005",
            )
            return
        root = _resolved(storage.location) if isinstance(storage, FileSystemStorage) else None
    if root is None:
        return
    for name, served in _served_folders():
        if root.is_relative_to(served) or served.is_relative_to(root):
            yield Error(
                f"Shoppers' photos would lie in {root}, which overlaps {name} ({served}): "
                "everybody could fetch them.",
                hint="Set GENLOOK_PRIVATE_ROOT to a folder that neither lies in a folder which "
                f"the web server serves nor contains one, for example {PRIVATE_ROOT_LINE}.",
                id="genlook_oscar.E002",
            )
    if not is_writable(root):
        yield Warning(
            f"Shoppers' photos cannot be written to {root} by the user who runs this check.",
            hint="If web server and workers run as this user: "
            f'mkdir -p "{root}" && chown "$USER" "{root}" (as root), or another '
            "GENLOOK_PRIVATE_ROOT.",
            id="genlook_oscar.W005",
        )


@check(TAG)
def check_signing(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The shop's signature on pictures, where it is wanted, can be given (W020)."""
    fault = credentials.fault()
    if not fault:
        return []
    return [
        Warning(
            f"Pictures are handed out without the shop's content credentials: {fault}",
            hint="GENLOOK_C2PA_CERTIFICATE names a PEM file with the certificate and its chain, "
            "GENLOOK_C2PA_KEY one with its private key, GENLOOK_C2PA_ALGORITHM how it signs "
            '("es256" unless set). The workers must be able to read both. Install the library '
            'with `pip install "genlook-oscar[c2pa]"`. Without both settings nothing is signed.',
            id="genlook_oscar.W020",
        )
    ]


def _private_root() -> Path | None:
    try:
        return _resolved(conf.private_root)
    except ImproperlyConfigured:
        return None


def _served_folders() -> Iterator[tuple[str, Path]]:
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        value = getattr(settings, name, None)
        if value:
            yield name, _resolved(value)
    for value in getattr(settings, "STATICFILES_DIRS", ()):
        # An entry may be a pair of prefix and folder.
        yield "STATICFILES_DIRS", _resolved(value[1] if isinstance(value, (list, tuple)) else value)


def _resolved(path: Any) -> Path:
    return Path(os.path.realpath(os.fspath(path)))


def _media_have_hosts() -> bool:
    # Of any other storage nobody can tell without a file in it.
    storage = storages["default"]
    base = storage.base_url if isinstance(storage, FileSystemStorage) else None
    return base is None or bool(urlsplit(base).netloc)


def _installation() -> Iterator[CheckMessage]:
    if not apps.is_installed("django_q"):
        yield Error(
            "django-q2, which makes the try-ons, is not installed.",
            hint='Add "django_q" to INSTALLED_APPS and run `manage.py migrate`.',
            id="genlook_oscar.E003",
        )
    if table()["GENLOOK_API_KEY"].value is None:
        yield Warning(
            "GENLOOK_API_KEY is not set: nothing can be tried on"
            + (", but in the shops of GENLOOK_SITE_KEYS." if conf.site_keys else "."),
            hint="Read it from the environment: "
            'GENLOOK_API_KEY = os.environ.get("GENLOOK_API_KEY", ""). '
            "Keys are made in your Genlook account.",
            id="genlook_oscar.W001",
        )
    if conf.product_images == "urls" and not conf.site_url and not _media_have_hosts():
        yield Warning(
            "Genlook is to fetch product pictures by their addresses, which name no host: no "
            "product can be tried on.",
            hint='Write GENLOOK_SITE_URL = "https://shop.example" with the address of your shop, '
            'or GENLOOK_PRODUCT_IMAGES = "bytes".',
            id="genlook_oscar.W009",
        )
    database = settings.DATABASES.get("default", {})
    if str(database.get("ENGINE", "")).endswith("sqlite3"):
        mode = (database.get("OPTIONS") or {}).get("transaction_mode") or ""
        if mode.upper() != "IMMEDIATE":
            yield Warning(
                "SQLite is used without immediate transactions: with workers beside the web "
                'server, the shop\'s own pages and django-q2 meet "database is locked".',
                hint="Write "
                + known_good.line('DATABASES["default"]["OPTIONS"]', known_good.SQLITE_OPTIONS)
                + ".",
                id="genlook_oscar.W003",
            )
