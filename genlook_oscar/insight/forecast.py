"""What the shop's credits of this month come to if it goes on as in the last week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .period import DAY

WEEK = 7
"""Whole days that the pace is of: a whole week, because weekends are not like other days."""
DIGITS = 2
"""Of a forecast: the rest would promise what a week cannot tell."""


@dataclass(frozen=True)
class Month:
    """Credits of this month: `spent` until now, and `expected` at its end, roughly; None where
    less than a week is known, or nothing was spent in it."""

    spent: int
    expected: int | None


def month(
    spent: int, spent_today: int, days: Mapping[date, int], today: date, since: date
) -> Month:
    """The forecast, from the credits of this month and of today, those of each day (`days` has
    the last week at least), and the day of the first try-on.

    The rule: what is spent, and for the rest of today and each day that is left of the month as
    much as the mean of the last seven whole days, in two digits.
    """
    week = [days.get(today - number * DAY, 0) for number in range(1, WEEK + 1)]
    if since > today - WEEK * DAY or not any(week):
        return Month(spent, None)
    pace = sum(week) / WEEK
    left = (_next_month(today) - today).days - 1
    expected = spent + max(pace - spent_today, 0) + pace * left
    return Month(spent, max(spent, _rough(expected)))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + 32 * DAY).replace(day=1)


def _rough(number: float) -> int:
    whole = round(number)
    return round(whole, DIGITS - len(str(whole))) if whole >= 10**DIGITS else whole
