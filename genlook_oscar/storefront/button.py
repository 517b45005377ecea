"""What the product page shows: the button that leads to the fitting room, or nothing."""

import logging
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from ..catalogue.eligibility import verdict

logger = logging.getLogger(__name__)


def button_context(request: HttpRequest | None, product: Any) -> dict[str, Any] | None:
    """Decide on the button of an Oscar product, for `genlook_oscar/button.html`.

    Returns None where nothing is to be shown: no button for this shopper, or this page has
    the product's button already. Staff get the reason instead (`hidden_because`). One query
    at most, and no exception: the product page goes on without us.
    """
    if request is None or not getattr(product, "pk", None):
        return None
    seen: dict[int, bool] = request.__dict__.setdefault("_genlook_buttons", {})
    if product.pk in seen:
        return None
    user = getattr(request, "user", None)
    try:
        answer = verdict(product, user=user)
        seen[product.pk] = answer.shown
        if answer.shown:
            first = sum(seen.values()) == 1
            return {**_button(product, answer.configuration), "first_on_page": first}
        if user is not None and user.is_staff:
            return {"hidden_because": {"code": answer.reason, "why": answer.explanation}}
    except Exception:
        logger.exception("The try-on button of product %s was left out.", product.pk)
    return None


def _button(product: Any, configuration: Any) -> dict[str, Any]:
    return {
        "product_pk": product.pk,
        "room_url": reverse("genlook_oscar:room", args=[product.pk]),
        "new_url": reverse("genlook_oscar:new", args=[product.pk]),
        "label": configuration.button_label or _("See it on me"),
    }
