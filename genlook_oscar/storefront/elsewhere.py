"""Word of a try-on on any page of the shop, while it is being made.

A cookie names the last try-on that was begun, from the click until she is told: so a page
knows without a query whether it has something to tell, for every other visitor it costs
nothing, and closing the tab loses nothing. It is no key: only its owner can ask for the
try-on.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse

from ..models import TryOn

COOKIE = "genlook_live"
SECONDS = 24 * 60 * 60
"""How long she may be away and is still told. Chosen here: longer than any picture takes."""


def remember(response: HttpResponseBase, tryon: TryOn) -> None:
    """Have the shop's pages tell of a try-on that has just been begun."""
    if tryon.is_final:
        return
    # Read and forgotten by our own script, which is where she is told.
    response.set_cookie(
        COOKIE,
        str(tryon.pk),
        max_age=SECONDS,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        samesite="Lax",
    )


def forget(request: HttpRequest, response: HttpResponseBase, tryon: TryOn) -> None:
    """She has seen how the try-on ended, if it has."""
    if tryon.is_final and request.COOKIES.get(COOKIE) == str(tryon.pk):
        response.delete_cookie(COOKIE, samesite="Lax")


def notice_context(request: HttpRequest | None) -> dict[str, Any] | None:
    """What `genlook_oscar/elsewhere.html` reads; None where nothing is to be told, the page
    is the try-on's own, or has the notice already. No query and no exception."""
    if request is None or COOKIE not in request.COOKIES or hasattr(request, "_genlook_notice"):
        return None
    try:
        url = reverse("genlook_oscar:tryon", args=[UUID(request.COOKIES[COOKIE])])
    except (ValueError, NoReverseMatch):
        return None
    request._genlook_notice = True  # type: ignore[attr-defined]
    return None if request.path == url else {"url": url}
