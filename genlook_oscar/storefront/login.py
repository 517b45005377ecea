"""A shop that Django's LoginRequiredMiddleware closes to guests, kept closed by our own answer:
the middleware would answer a script with the page of a form."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from ..engine.messages import shopper_message
from .answers import Problem, wants_json


def refusal(request: HttpRequest, view: Any) -> HttpResponseBase | None:
    """What a guest of such a shop is answered: the way to the login; None for all others. Raises
    `Problem` where a script asks."""
    middleware = _middleware(tuple(settings.MIDDLEWARE))
    if middleware is None or request.user.is_authenticated:
        return None
    if wants_json(request):
        raise Problem("sign_in_first", shopper_message("sign_in_first"), 403)
    return middleware.handle_no_permission(request, view)


@lru_cache(maxsize=1)
def _middleware(names: tuple[str, ...]) -> LoginRequiredMiddleware | None:
    for name in names:
        found = import_string(name)
        if isinstance(found, type) and issubclass(found, LoginRequiredMiddleware):
            return found(lambda request: None)  # type: ignore[arg-type]
    return None
