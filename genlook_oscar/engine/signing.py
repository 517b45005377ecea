"""Whether web server and workers sign tasks with the same key.

django-q2 signs each task with SECRET_KEY and the `name` of Q_CLUSTER. A worker that has another
key throws the task away, with a line in its log that no shopper's page can see. So both leave a
fingerprint of theirs in the account's row, whenever they write to it anyway.
"""

from django.conf import settings
from django.utils.crypto import salted_hmac

from ..models import Account

SALT = "genlook_oscar.engine.signing"


def fingerprint() -> str:
    """16 hex digits that are the same for the same key and name. The key cannot be read from
    them."""
    name = (getattr(settings, "Q_CLUSTER", None) or {}).get("name", "default")
    return salted_hmac(SALT, str(name), algorithm="sha256").hexdigest()[:16]


def same_key(account: Account, *, waiting: bool) -> bool | None:
    """Whether workers read what is signed by this process and, where something is `waiting`, by
    the one that last called them: without a call, what is noted of it may be old. None before
    any worker has left its fingerprint."""
    if not account.alive_key:
        return None
    others = {fingerprint()}
    if waiting and account.called_key:
        others.add(account.called_key)
    return others == {account.alive_key}
