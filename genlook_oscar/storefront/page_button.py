"""The button on a page that is the same for everybody, and may therefore be cached."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from ..languages import with_language
from ..models import Configuration
from .words import button_label


def is_preview(request: HttpRequest) -> bool:
    """Whether an editor looks at a page of Wagtail's that is not published. Nothing there may
    cost a credit."""
    return bool(getattr(request, "is_preview", False))


def page_button_context(
    request: HttpRequest | None, product: Any, configuration: Configuration, beside: Iterable[int]
) -> dict[str, Any] | None:
    """For `genlook_oscar/button.html`, or in a preview of Wagtail's for `resting.html`; None
    without a request. The caller has decided that there is one; `beside` are the ids of
    products that its fitting room offers as well. No query, and nothing that depends on the
    visitor."""
    if request is None:
        return None
    if is_preview(request):
        return {"resting": True, "label": button_label(configuration)}
    return shown_button(request, product, configuration, beside)


def shown_button(
    request: HttpRequest, product: Any, configuration: Configuration, beside: Iterable[int] = ()
) -> dict[str, Any]:
    """For `genlook_oscar/button.html`: the button of a product that has one, noted in what
    this page has said."""
    seen = said_on(request)
    first_on_page = not any(seen.values())
    seen[product.pk] = True
    room_url = reverse("genlook_oscar:room", args=[product.pk])
    others = urlencode([("beside", pk) for pk in beside if pk != product.pk])
    return {
        "product_pk": product.pk,
        "room_url": with_language(f"{room_url}?{others}" if others else room_url),
        "new_url": with_language(reverse("genlook_oscar:new", args=[product.pk])),
        "label": button_label(configuration),
        "first_on_page": first_on_page,
    }


def said_on(request: HttpRequest) -> dict[int, bool]:
    """The products of which this page has said something, and whether that was a button."""
    seen: dict[int, bool] = request.__dict__.setdefault("_genlook_buttons", {})
    return seen
