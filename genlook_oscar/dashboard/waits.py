"""The plot of the time to picture: a line for the median, one for the 95th percentile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ..insight.series import DAY
from ..insight.tally import Tally, TimeToPicture
from .plot import HEIGHT, LABELS, MOST_BARS, Line, mark_label, pixels, scale, when_text


@dataclass(frozen=True)
class Point:
    """One day's or week's value; strings as SVG reads them. `text` says both values."""

    x: str
    y: str
    text: str
    name: str


@dataclass(frozen=True)
class Segment:
    """The line from one value to the next."""

    x1: str
    y1: str
    x2: str
    y2: str
    name: str


@dataclass(frozen=True)
class WaitPlot:
    """`labels` are (x, words) below the plot; `step` is day or week."""

    height: int
    step: str
    points: list[Point]
    segments: list[Segment]
    lines: list[Line]
    labels: list[tuple[str, str]]


CURVES = ("p95", "median")


def waits(days: Mapping[date, Tally]) -> WaitPlot:
    """The plot of these days, or of their weeks where they are many. A day without a picture
    is a gap."""
    by_week = len(days) > MOST_BARS
    slots = _weeks(days) if by_week else [(day, [tally]) for day, tally in days.items()]
    found = [(day, TimeToPicture.of(tallies)) for day, tallies in slots]
    top, marks = scale(max((wait.p95 or 0 for _day, wait in found), default=0))
    slot = 100 / max(len(found), 1)
    points: list[Point] = []
    segments: list[Segment] = []
    for name in CURVES:
        before: Point | None = None
        for number, (day, wait) in enumerate(found):
            value = getattr(wait, name)
            if value is None:
                before = None
                continue
            x = f"{(number + 0.5) * slot:.3f}%"
            point = Point(x, pixels(HEIGHT - HEIGHT * value / top), _text(day, wait, by_week), name)
            if before:
                segments.append(Segment(before.x, before.y, point.x, point.y, name))
            points.append(point)
            before = point
    every = -(-len(found) // LABELS)
    return WaitPlot(
        HEIGHT,
        "week" if by_week else "day",
        points,
        segments,
        [Line(pixels(HEIGHT - HEIGHT * mark / top), mark) for mark in marks],
        [
            (f"{(number + 0.5) * slot:.3f}%", mark_label(day))
            for number, (day, _wait) in enumerate(found)
            if number % every == 0
        ],
    )


def _weeks(days: Mapping[date, Tally]) -> list[tuple[date, Sequence[Tally]]]:
    found: list[tuple[date, Sequence[Tally]]] = []
    for _monday, some in groupby(days.items(), lambda item: item[0] - item[0].weekday() * DAY):
        week = list(some)
        found.append((week[0][0], [tally for _day, tally in week]))
    return found


def _text(day: date, wait: TimeToPicture, by_week: bool) -> str:
    return _("%(when)s: half within %(median)s s, 95 of 100 within %(p95)s s") % {
        "when": when_text(day, by_week),
        "median": number_format(wait.median or 0, 1),
        "p95": number_format(wait.p95 or 0, 1),
    }
