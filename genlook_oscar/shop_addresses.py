"""Where the shop is, and its own addresses of e-mail, as e-mails and alerts name them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.sites.models import Site
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext
from oscar import defaults

from .conf import conf

UNSET_DOMAIN = "example.com"
"""The domain of the first site as Django makes it: nobody has said what it is."""


def site_url() -> str:
    """Scheme and host of the shop: GENLOOK_SITE_URL, which is the main shop's, or as Oscar's own
    e-mails name it."""
    scheme = getattr(settings, "OSCAR_URL_SCHEMA", "http")
    if conf.shop:
        return f"{scheme}://{Site.objects.get(pk=conf.shop).domain}"
    return conf.site_url or f"{scheme}://{Site.objects.get_current().domain}"


def shop_name() -> str:
    """The name of the shop in charge, where there are several: its domain. One query."""
    if not conf.shop:
        return gettext("All other sites")
    domain = Site.objects.filter(pk=conf.shop).values_list("domain", flat=True).first()
    return domain or gettext("No site has the number %(number)d") % {"number": conf.shop}


def is_known() -> bool:
    """Whether a link that begins with `site_url` can lead to the shop."""
    try:
        if conf.shop:
            return Site.objects.filter(pk=conf.shop).exists()
        return bool(conf.site_url) or Site.objects.get_current().domain != UNSET_DOMAIN
    except Exception:
        # No such site, or no SITE_ID.
        return False


def link(names: Iterable[tuple[str, list[Any]]]) -> str:
    """The whole address of the first of these pages (name of the URL, arguments) that the
    project has, in the language active now; where the shop's host is not known, its path
    alone. Empty without any."""
    for name, arguments in names:
        try:
            path = reverse(name, args=arguments)
        except NoReverseMatch:
            continue
        return f"{site_url()}{path}" if is_known() else path
    return ""


def from_email() -> str:
    """Whom e-mails come from: OSCAR_FROM_EMAIL, as the shop's other e-mails do; where that is
    still Oscar's own placeholder, DEFAULT_FROM_EMAIL."""
    own = getattr(settings, "OSCAR_FROM_EMAIL", "")
    return own if own and own != defaults.OSCAR_FROM_EMAIL else settings.DEFAULT_FROM_EMAIL


@dataclass(frozen=True)
class Whom:
    """Who is told: addresses, and the setting that names them, empty for the merchant's own."""

    addresses: list[str]
    setting: str = ""


def whom(named: list[str]) -> Whom:
    """Whom alerts go to: the addresses that the merchant has `named`, else ADMINS, else
    MANAGERS, else OSCAR_FROM_EMAIL, unless it is Oscar's own placeholder. None: nobody."""
    if named:
        return Whom(named)
    for setting in ("ADMINS", "MANAGERS"):
        if found := [_address(one) for one in getattr(settings, setting)]:
            return Whom(found, setting)
    own = getattr(settings, "OSCAR_FROM_EMAIL", "")
    real = own and own != defaults.OSCAR_FROM_EMAIL
    return Whom([own], "OSCAR_FROM_EMAIL") if real else Whom([])


def _address(one: Any) -> str:
    # Pairs of name and address until Django 6.0, addresses since.
    return str(one) if isinstance(one, str) else str(one[1])
