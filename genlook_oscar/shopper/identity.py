"""Who is asking: a customer by her account, a guest by a key in her session.

A guest's session is made when she first gives us something, never by looking at a page.
"""

import uuid
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .. import logs
from ..models import Shopper
from ..visitor import SESSION_KEY, guest_key
from .adoption import adopt

__all__ = ["SESSION_KEY", "bring_along", "current", "get_or_create", "lock", "shopper_filter"]

logger = logs.logger(__name__)


def shopper_filter(request: HttpRequest, path: str = "shopper") -> Q:
    """Return the condition that picks what belongs to whoever is asking.

    `path` leads from the rows to their shopper ("" for shoppers themselves), so that one
    query finds a row and checks its owner. Nobody's rows cost no query at all.
    """
    before = f"{path}__" if path else ""
    user, key = _user(request), guest_key(request)
    mine = Q(pk__in=[])
    if user is not None:
        mine |= Q(**{f"{before}user": user})
    if key is not None:
        # A key is a guest's only: her row may have become, or gone into, a customer's.
        guest = {f"{before}key": key, f"{before}user": None, f"{before}merged_into": None}
        mine |= Q(**guest)
    return mine


def current(request: HttpRequest) -> Shopper | None:
    """Return the shopper who is asking, or None when she has given us nothing yet."""
    rows = list(Shopper.objects.filter(shopper_filter(request, ""))[:2])
    return next((row for row in rows if row.user_id), rows[0] if rows else None)


def all_of(request: HttpRequest) -> list[Shopper]:
    """Every row of whoever is asking: the customer's, and that of the guest of this session
    whose things could not be moved to it yet."""
    return list(Shopper.objects.filter(shopper_filter(request, "")))


def get_or_create(request: HttpRequest) -> Shopper:
    """Return the shopper who is asking, made now if need be; a guest gets a session."""
    user = _user(request)
    if user is not None:
        bring_along(request, user)
        return Shopper.objects.get_or_create(user=user)[0]
    shopper = current(request)
    if shopper is None:
        shopper = Shopper.objects.get_or_create(key=_new_key(request))[0]
        if shopper.user_id or shopper.merged_into_id:
            shopper = Shopper.objects.create()
        request.session[SESSION_KEY] = str(shopper.key)
    return shopper


def bring_along(request: HttpRequest, user: Any) -> None:
    """Give the signed-in user what she collected as a guest of this session.

    Raises nothing: a login must not fail because of us. What fails is tried again when she
    next uses the fitting room, because the key stays in the session until then.
    """
    key = guest_key(request)
    if key is None:
        return
    try:
        adopt(key, user)
        del request.session[SESSION_KEY]
    except Exception:
        logger.exception("A guest's try-ons could not be moved to the customer who signed in.")


def lock(shopper: Shopper) -> Shopper:
    """Lock the shopper's row in the open transaction and return the row that counts: the
    customer's, when the guest has signed in meanwhile.

    What is created for a shopper under this lock cannot be left behind by a login in the
    same moment. Raises `Shopper.DoesNotExist` when she was deleted.
    """
    rows = Shopper.objects.select_for_update()
    locked = rows.get(pk=shopper.pk)
    return rows.get(pk=locked.merged_into_id) if locked.merged_into_id else locked


def _user(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def _new_key(request: HttpRequest) -> uuid.UUID:
    """A key that nobody can guess. Two first requests of one session come to the same."""
    if not request.session.session_key:
        return uuid.uuid4()
    secret = salted_hmac("genlook_oscar.shopper", request.session.session_key, algorithm="sha256")
    return uuid.UUID(bytes=secret.digest()[:16])
