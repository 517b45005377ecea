"""Shares with their intervals, as bars with whiskers and as words."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..insight.conversion import Conversion
from ..insight.experiment import Experiment
from ..insight.shares import Share


@dataclass(frozen=True)
class Bar:
    """One share: what of, in words, and where it is drawn in percent of the width."""

    name: str
    share: Share
    text: str
    width: str
    low: str
    high: str


@dataclass(frozen=True)
class After:
    """What followed the try-ons. `shoppers` had a picture; `sold` is by currency. The credits of
    all try-ons come to `credits_per_order`, None where no order followed."""

    shoppers: int
    bars: list[Bar]
    sold: list[tuple[str, Decimal]]
    orders: int
    credits_per_order: float | None


def after(found: Conversion, credits: int) -> After:
    """The page's part of these."""
    named = [(_("Put it into the basket"), found.basket), (_("Ordered it"), found.order)]
    each = credits / found.orders if found.orders and credits else None
    return After(found.order.whole, bars(named), found.sold, found.orders, each)


@dataclass(frozen=True)
class Compared:
    """The experiment as it stands: the two groups, and what can be said of their difference."""

    experiment: Experiment
    bars: list[Bar]
    verdict: str


def compared(found: Experiment) -> Compared:
    """The page's part of an experiment."""
    named = [(_("With the button"), found.shown), (_("Without it"), found.control)]
    lift = found.lift
    points = {
        "value": percent(abs(lift.value), 2),
        "low": percent(lift.low, 2),
        "high": percent(lift.high, 2),
    }
    if not lift.is_enough:
        verdict = _("There are too few orders yet to compare the groups. Let it run.")
    elif not lift.is_certain:
        verdict = _(
            "No difference can be told yet: it may be anything from %(low)s to %(high)s "
            "percentage points."
        )
    elif lift.value > 0:
        verdict = _(
            "Where the button is shown, %(value)s percentage points more visitors order "
            "(between %(low)s and %(high)s)."
        )
    else:
        verdict = _(
            "Where the button is shown, %(value)s percentage points fewer visitors order "
            "(the difference lies between %(low)s and %(high)s)."
        )
    return Compared(found, bars(named), verdict % points)


def bars(named: list[tuple[str, Share]]) -> list[Bar]:
    """The shares one below the other, on one scale that holds the longest interval."""
    longest = max((share.high for _name, share in named if share.is_enough), default=1.0)
    top = min(longest * 1.05, 1.0) or 1.0

    def across(value: float) -> str:
        return f"{100 * min(value / top, 1):.2f}%"

    return [
        Bar(
            name, share, in_words(share), across(share.value), across(share.low), across(share.high)
        )
        for name, share in named
    ]


def in_words(share: Share) -> str:
    """The share with its interval, or that there are too few to tell."""
    if not share.is_enough:
        return _("%(part)d of %(whole)d: too few to tell a share") % {
            "part": share.part,
            "whole": share.whole,
        }
    return _("%(value)s %% (between %(low)s and %(high)s %%)") % {
        "value": percent(share.value),
        "low": percent(share.low),
        "high": percent(share.high),
    }


def percent(value: float, digits: int = 1) -> str:
    """A share of 1 in percent."""
    # Rounded first: Django cuts off what does not fit.
    return str(number_format(round(100 * value, digits), digits))
