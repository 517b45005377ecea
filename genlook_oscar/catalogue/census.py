"""How many products can be tried on: the number of product pages with a button, judged by the
resolver that decides on each page, and by nothing else."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import ngettext

from ..models import BLOCKING, Ready
from ..visitor import Visitor
from . import facts_of_all
from .eligibility import of_product
from .reasons import Reason

State = tuple[Reason, str]
"""Why there is a button or none, and the code of `Ready` of the product's own pictures."""


@dataclass(frozen=True)
class Census:
    """The product pages that shoppers can open, by state. A page shows a product with all its
    variants, so variants are not counted beside it."""

    states: dict[State, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def fit(self) -> int:
        """Those that have a button, for a guest of a shop that is open and has used nothing."""
        return sum(count for (reason, _), count in self.states.items() if reason == Reason.SHOWN)

    @property
    def words(self) -> str:
        """Both numbers in a sentence."""
        return ngettext(
            "%(fit)d of %(count)d product can be tried on",
            "%(fit)d of %(count)d products can be tried on",
            self.total,
        ) % {"fit": self.fit, "count": self.total}


def census(products: QuerySet[Any] | None = None) -> Census:
    """Count these products, all with None. Six queries at most, whatever their number."""
    states: Counter[State] = Counter()
    guest = Visitor(None)
    for own in facts_of_all.read(products):
        reason = of_product(own, guest, itself=False) or Reason.SHOWN
        states[reason, own["genlook_ready"] or ""] += 1
    return Census(dict(states))


def label(state: State) -> str:
    """A state as the merchant reads it."""
    reason, code = state
    if reason == Reason.NOT_READY:
        return str(Ready(code).label)
    if reason == Reason.NO_PICTURE:
        return str(Ready.NO_PICTURE.label)
    if reason != Reason.SHOWN:
        return str(reason.label)
    # Its own pictures may be unfit and one of its variants' fit.
    return str((Ready.READY if code in BLOCKING else Ready(code)).label)
