"""Where the bars of a plot stand; the template draws them as SVG.

Across, everything is in percent of the width, so that one drawing fits a phone and a desk
and its words keep their size; up and down, in pixels. Numbers are strings with a point, in
whatever language the page is.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ..insight.series import DAY, OUTCOMES, Day

HEIGHT = 200
"""Pixels from the lowest line to the highest."""
MOST_BARS = 92
"""Above a quarter of a year, bars would be thinner than three pixels on a phone: then each
stands for a week."""
WIDEST = 6.0
"""Percent of the width, so that one lonely day is no wall."""
LABELS = 5
"""As many dates as fit below the plot on a phone."""


@dataclass(frozen=True)
class Part:
    """One outcome's share of a bar."""

    outcome: str
    y: str
    height: str


@dataclass(frozen=True)
class Bar:
    """One day or week. `label` stands below it, where there is room; `text` says it all."""

    x: str
    width: str
    middle: str
    label: str
    text: str
    parts: list[Part]


@dataclass(frozen=True)
class Line:
    """A line across, with the number it stands for."""

    y: str
    label: int


@dataclass(frozen=True)
class Plot:
    """`step` of the bars is day or week."""

    height: int
    step: str
    bars: list[Bar]
    lines: list[Line]


def words() -> dict[str, str]:
    """What the outcomes are called."""
    return {
        "completed": _("Completed"),
        "failed": _("Failed"),
        "cancelled": _("Cancelled"),
        "under_way": _("Under way"),
    }


def credit_words() -> dict[str, str]:
    """What credits are called by what is known of them."""
    return {"settled": _("Charged"), "uncertain": _("Uncertain")}


def added(days: Iterable[Day], first: date) -> Day:
    """The sum of all, under the first one's date."""
    names = [field.name for field in fields(Day) if field.name != "day"]
    rows = list(days)
    return Day(first, **{name: sum(getattr(row, name) for row in rows) for name in names})


def stacked(
    days: Sequence[Day], parts: Sequence[str] = OUTCOMES, names: Mapping[str, str] | None = None
) -> Plot:
    """The plot of these days, one bar for each, or for each week where they are many. `parts`
    are the fields of `Day` that a bar is made of, `names` what they are called."""
    by_week = len(days) > MOST_BARS
    shown = list(_weeks(days)) if by_week else list(days)
    names = names or words()
    top, marks = scale(max((_height(day, parts) for day in shown), default=0))
    slot = 100 / max(len(shown), 1)
    width = min(slot * 0.8, WIDEST)
    every = -(-len(shown) // LABELS)
    bars = []
    for number, day in enumerate(shown):
        middle = (number + 0.5) * slot
        bars.append(
            Bar(
                x=f"{middle - width / 2:.3f}%",
                width=f"{width:.3f}%",
                middle=f"{middle:.3f}%",
                label=mark_label(day.day) if number % every == 0 else "",
                text=_text(day, by_week, parts, names),
                parts=list(_parts(day, top, parts)),
            )
        )
    lines = [Line(pixels(HEIGHT - HEIGHT * mark / top), mark) for mark in marks]
    return Plot(HEIGHT, "week" if by_week else "day", bars, lines)


def _weeks(days: Sequence[Day]) -> Iterator[Day]:
    def monday(day: Day) -> date:
        return day.day - day.day.weekday() * DAY

    for _start, rows in groupby(days, monday):
        week = list(rows)
        yield added(week, week[0].day)


def _height(day: Day, parts: Sequence[str]) -> int:
    return sum(getattr(day, part) for part in parts)


def _parts(day: Day, top: int, parts: Sequence[str]) -> Iterator[Part]:
    below = 0.0
    for outcome in parts:
        height = HEIGHT * getattr(day, outcome) / top
        if height:
            below += height
            yield Part(outcome, pixels(HEIGHT - below), pixels(height))


def scale(most: float) -> tuple[int, list[int]]:
    """A round number not below `most`, and the four or five marks up to it, 0 among them."""
    step = 1
    while step * 4 < most:
        # 1, 2, 5, 10, 20, 50, …
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    count = max(math.ceil(most / step), 1)
    return step * count, [step * number for number in range(count + 1)]


def when_text(day: date, by_week: bool) -> str:
    """The day, or the week that begins with it, in words."""
    when = date_format(day, "DATE_FORMAT")
    return _("Week from %(date)s") % {"date": when} if by_week else when


def mark_label(day: date) -> str:
    """What stands below the plot where a day is."""
    return date_format(day, "j M")


def _text(day: Day, by_week: bool, parts: Sequence[str], names: Mapping[str, str]) -> str:
    counted = ", ".join(
        f"{names[part]} {getattr(day, part)}" for part in parts if getattr(day, part)
    )
    return f"{when_text(day.day, by_week)}: {counted or '0'}"


def pixels(value: float) -> str:
    """As SVG reads it, in whatever language the page is."""
    return f"{value:.2f}"
