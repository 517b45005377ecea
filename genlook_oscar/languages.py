"""Our pages speak the language of the page that led to them.

Where a shop has its language in its addresses (`i18n_patterns`) and ours stand outside of
them, nothing else tells: such an address gets the language as a parameter, and a cookie keeps
it for what the room asks afterwards. Mounted inside, or in a shop that knows the language by
session, cookie or host, Django does all of it.
"""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import translation

FIELD = "language"
COOKIE = "genlook_language"


def with_language(address: str) -> str:
    """An address of ours, as a page in the language that is active now links to it."""
    language = translation.get_language()
    if not language or not _is_outside(urlsplit(address).path):
        return address
    return f"{address}{'&' if '?' in address else '?'}{urlencode({FIELD: language})}"


def take(request: HttpRequest) -> str:
    """Speak from now on as the page that led here did; "" where Django knows better."""
    if not _is_outside(request.path):
        return ""
    for told in (request.GET.get(FIELD), request.COOKIES.get(COOKIE)):
        if told and translation.check_for_language(told):
            try:
                language = translation.get_supported_language_variant(told)
            except LookupError:
                continue
            translation.activate(language)
            request.LANGUAGE_CODE = language
            return language
    return ""


def keep(request: HttpRequest, response: HttpResponseBase, language: str) -> None:
    """Have what follows speak the language that `take` has taken."""
    if FIELD in request.GET and language and request.COOKIES.get(COOKIE) != language:
        response.set_cookie(
            COOKIE,
            language,
            path=reverse("genlook_oscar:tryons"),
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )


def _is_outside(path: str) -> bool:
    """Whether the shop's addresses tell the language and this one does not."""
    used, _ = is_language_prefix_patterns_used(get_urlconf() or settings.ROOT_URLCONF)
    return used and not translation.get_language_from_path(
        f"/{path.removeprefix(get_script_prefix())}"
    )
