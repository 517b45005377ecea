"""To which account at Genlook something belongs.

What Genlook gave an id to, it knows in one account only: asked for with another account's key it
is forbidden or unknown, which says nothing about the thing itself. So each row that names such an
id carries the mark of its account.
"""

import hashlib
import hmac

from django.db.models import Q

from .. import shops
from ..conf import conf
from ..shops import MAIN


def mark() -> str:
    """Tells the configured account at Genlook from another: 16 hexadecimal digits, from which
    the key cannot be read; empty without a key."""
    if not conf.api_key:
        return ""
    return hmac.new(conf.api_key.encode(), conf.base_url.encode(), hashlib.sha256).hexdigest()[:16]


def marks() -> list[str]:
    """Those of all configured accounts."""
    found = []
    for shop in conf.accounts:
        with shops.of(shop):
            found.append(mark())
    return found


def ours(field: str = "account") -> Q:
    """The condition that what the row names is at the configured account. Rows from before
    accounts were told apart count as ours."""
    return Q(**{f"{field}__in": ["", mark()]})


def of_shop(field: str = "shop") -> Q:
    """The condition that a row is the shop's in charge; none in a project with one shop. What
    belongs to a site that is named no more is the main shop's."""
    named = conf.shops[1:]
    if not named:
        return Q()
    return ~Q(**{f"{field}__in": named}) if conf.shop == MAIN else Q(**{field: conf.shop})


def at_account(field: str = "shop") -> Q:
    """The condition that a row is of one of the shops whose account is in charge; none in a
    project with one account."""
    mates = conf.mates
    others = [shop for shop in conf.shops if shop not in mates]
    if not others:
        return Q()
    return ~Q(**{f"{field}__in": others}) if MAIN in mates else Q(**{f"{field}__in": list(mates)})


def last_sent_here(field: str = "accounts") -> Q:
    """The condition that the last of the accounts in `field` is the configured one; see
    `Photo.accounts`."""
    return Q(**{field: ""}) | Q(**{f"{field}__endswith": mark()})
