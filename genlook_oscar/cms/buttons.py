"""Which products of a page have a button: decided for all of them in one query.

Pages may be cached and are the same for everybody, so it is decided for nobody in particular.
What depends on the visitor (whether she is signed in, her limits, her photo, her CSRF token)
she learns in the fitting room, which is fetched from the shop after the page.
"""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from .. import logs
from ..catalogue.eligibility import Reason, Verdict, verdicts

logger = logs.logger(__name__)

ANYBODY = SimpleNamespace(pk=None, is_authenticated=True, is_active=True, is_staff=False)
"""Whoever may look at a page. A page has the button for customers as well: behind it guests
are asked to sign in."""


def has_button(answer: Verdict | None) -> bool:
    """Whether a page shows a button. That Genlook or the workers are down is said in the fitting
    room: a page may be kept for longer than that."""
    down = (Reason.SERVICE_DOWN, Reason.WORKERS_DOWN)
    return answer is not None and (answer.shown or answer.reason in down)


def decide(products: Iterable[Any], request: Any = None) -> dict[int, Verdict]:
    """The verdicts on these products by their ids. No exception: a page goes on without us.
    With a request, each product is decided once for the whole page."""
    known: dict[int, Verdict] = {}
    if request is not None:
        known = request.__dict__.setdefault("_genlook_page_verdicts", {})
    wanted = {product.pk: product for product in products if product.pk not in known}
    if wanted:
        try:
            known.update(verdicts(wanted.values(), user=ANYBODY))
        except Exception:
            logger.exception("Try-on was left out of a page.")
    return known
