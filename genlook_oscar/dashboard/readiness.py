"""How many products can be tried on, and what keeps the others from it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from ..catalogue.census import Census, State, census, label
from ..catalogue.reasons import Reason
from ..models import Ready

SHOWN_FIRST = [Reason.SHOWN, Reason.PRODUCT_OFF, Reason.CATEGORY_OFF]


@dataclass(frozen=True)
class Row:
    """Products in one state. `kind` names the colour of its bar, `share` is the bar's length
    beside the longest; `url` leads to their links, empty where the user may not go."""

    label: str
    count: int
    kind: str
    share: str
    url: str


@dataclass(frozen=True)
class Readiness:
    """The rows, what can be tried on first, and all of it counted."""

    rows: list[Row]
    census: Census


def readiness(products: QuerySet[Any] | None, admin_url: str = "") -> Readiness:
    """The state of these products, of all with None, as their pages show it. `admin_url` is the
    list of product links, if the user may see it."""
    found = census(products)
    named: dict[tuple[str, str], State] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for state, count in sorted(found.states.items(), key=lambda item: _order(item[0])):
        key = (label(state), _kind(state))
        named.setdefault(key, state)
        counts[key] += count
    longest = max(counts.values(), default=1)
    rows = [
        Row(
            label=words,
            count=counts[words, kind],
            kind=kind,
            share=f"{100 * counts[words, kind] / longest:.2f}%",
            url=_url(admin_url, state),
        )
        for (words, kind), state in named.items()
    ]
    return Readiness(rows, found)


def _order(state: State) -> tuple[int, int]:
    reason, code = state
    place = SHOWN_FIRST.index(reason) if reason in SHOWN_FIRST else len(SHOWN_FIRST)
    return place, -Ready.values.index(code)


def _url(admin_url: str, state: State) -> str:
    return f"{admin_url}?ready={state[1]}" if admin_url and state[1] else ""


def _kind(state: State) -> str:
    reason, code = state
    if reason in (Reason.PRODUCT_OFF, Reason.CATEGORY_OFF) or code == Ready.UNCHECKED:
        return "cancelled"
    return "completed" if reason == Reason.SHOWN else "failed"
