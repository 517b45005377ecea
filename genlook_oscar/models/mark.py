"""To which account at Genlook something belongs.

What Genlook gave an id to, it knows in one account only: asked for with another account's key it
is forbidden or unknown, which says nothing about the thing itself. So each row that names such an
id carries the mark of its account.
"""

import hashlib
import hmac

from django.db.models import Q

from ..conf import conf


def mark() -> str:
    """Tells the configured account at Genlook from another: 16 hexadecimal digits, from which
    the key cannot be read; empty without a key."""
    if not conf.api_key:
        return ""
    return hmac.new(conf.api_key.encode(), conf.base_url.encode(), hashlib.sha256).hexdigest()[:16]


def ours(field: str = "account") -> Q:
    """The condition that what the row names is at the configured account. Rows from before
    accounts were told apart count as ours."""
    return Q(**{f"{field}__in": ["", mark()]})


def last_sent_here(field: str = "accounts") -> Q:
    """The condition that the last of the accounts in `field` is the configured one; see
    `Photo.accounts`."""
    return Q(**{field: ""}) | Q(**{f"{field}__endswith": mark()})
