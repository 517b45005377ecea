"""What the product page and a listing show: the button that leads to the fitting room, words
that say why there is none now, or nothing."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from ..catalogue.eligibility import Display, Verdict, verdict, verdicts
from ..catalogue.reasons import Reason
from ..insight.experiment import note_visit
from .page_button import is_preview, said_on, shown_button
from .words import button_label

LISTS = ("products", "object_list", "page_obj", "page", "recommended_products")
"""Where Oscar's pages keep the products that they list."""


def button_context(request: HttpRequest | None, product: Any) -> dict[str, Any] | None:
    """Decide on the button of an Oscar product, for `genlook_oscar/button.html`.

    Returns None where nothing is to be shown: no button for this shopper, or this page has
    the product's button already. Staff get the reason as well (`hidden_because`), shoppers
    words (`instead`) where there is something that they can do or wait for. One query at
    most. In a preview of Wagtail's the button rests (`resting`).
    """
    if request is None or not getattr(product, "pk", None):
        return None
    seen = said_on(request)
    if product.pk in seen:
        return None
    answer = verdict(product, request=request)
    if answer.shown and is_preview(request):
        return {"resting": True, "label": button_label(answer.configuration)}
    seen[product.pk] = False
    if answer.shown or answer.reason == Reason.EXPERIMENT:
        note_visit(request, answer.configuration)
    return _context(request, product, answer)


def tile_context(
    request: HttpRequest | None, product: Any, page: dict[str, Any]
) -> dict[str, Any] | None:
    """The small button on a product's tile in a listing, for `genlook_oscar/tile.html`; None
    where there is none.

    The first tile decides for all products that the page's context lists, in one query.
    """
    if request is None or not getattr(product, "pk", None) or is_preview(request):
        return None
    if said_on(request).get(product.pk):
        return None
    known = _known(request)
    if product.pk not in known:
        prepare(request, [product, *_listed(page)])
    answer = known[product.pk]
    if not answer.shown:
        return None
    first_tile = not request.__dict__.setdefault("_genlook_tiled", False)
    request.__dict__["_genlook_tiled"] = True
    button = _context(request, product, answer)
    return button and {**button, "first_tile": first_tile, "title": product.get_title()}


def prepare(request: HttpRequest, products: Iterable[Any]) -> None:
    """Decide for all these products in one query, for the tiles that follow."""
    known = _known(request)
    products = [product for product in products if getattr(product, "pk", None)]
    known.update(verdicts([one for one in products if one.pk not in known], request=request))


def _context(request: HttpRequest, product: Any, answer: Verdict) -> dict[str, Any] | None:
    if answer.shown:
        return shown_button(request, product, answer.configuration)
    user = getattr(request, "user", None)
    said: dict[str, Any] = {}
    if user is not None and user.is_staff:
        said["hidden_because"] = {"code": answer.reason, "why": answer.explanation}
    if answer.display == Display.EXPLAIN:
        said["instead"] = answer.words
        said["sign_in"] = answer.sign_in
    return said or None


def _listed(page: dict[str, Any]) -> list[Any]:
    """The products that a page's context lists, which may be records of a search."""
    for name in LISTS:
        found = page.get(name)
        found = getattr(found, "object_list", found)
        if isinstance(found, Iterable) and not isinstance(found, str):
            return [getattr(one, "object", None) or one for one in found]
    return []


def _known(request: HttpRequest) -> dict[int, Verdict]:
    known: dict[int, Verdict] = request.__dict__.setdefault("_genlook_verdicts", {})
    return known
