from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from genlook_oscar.dashboard.plot import HEIGHT, MOST_BARS, WIDEST, stacked
from genlook_oscar.insight.series import Day

pytestmark = pytest.mark.anydb

FIRST = date(2026, 11, 2)  # a Monday


def days(*totals: int) -> list[Day]:
    return [
        Day(FIRST + timedelta(days=number), completed=total) for number, total in enumerate(totals)
    ]


def percent(text: str) -> float:
    assert text.endswith("%")
    return float(text[:-1])


@pytest.mark.parametrize(
    ("most", "marks"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (8, [0, 2, 4, 6, 8]),
        (9, [0, 5, 10]),
        (73, [0, 20, 40, 60, 80]),
        (1000, [0, 500, 1000]),
        (123_456, [0, 50_000, 100_000, 150_000]),
    ],
)
def test_the_lines_are_round_numbers_from_nothing_to_above_the_highest_bar(
    most: int, marks: list[int]
) -> None:
    plot = stacked(days(most))
    assert [line.label for line in plot.lines] == marks
    assert float(plot.lines[0].y) == HEIGHT
    assert float(plot.lines[-1].y) == 0


def test_parts_stand_on_each_other_and_are_as_high_as_they_count() -> None:
    (bar,) = stacked([Day(FIRST, completed=10, failed=5, cancelled=0, under_way=5)]).bars
    assert [(part.outcome, float(part.y), float(part.height)) for part in bar.parts] == [
        ("completed", HEIGHT * 0.5, HEIGHT * 0.5),
        ("failed", HEIGHT * 0.25, HEIGHT * 0.25),
        ("under_way", 0, HEIGHT * 0.25),
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 30, MOST_BARS])
def test_bars_stand_side_by_side_inside_the_drawing(count: int) -> None:
    bars = stacked(days(*[3] * count)).bars
    edges = [(percent(bar.x), percent(bar.x) + percent(bar.width)) for bar in bars]
    assert len(bars) == count
    assert edges[0][0] >= 0
    assert edges[-1][1] <= 100
    assert all(left[1] < right[0] for left, right in pairwise(edges))
    assert all(percent(bar.width) <= WIDEST for bar in bars)
    labels = [bar.label for bar in bars if bar.label]
    assert labels[0] == "2 Nov"
    assert 1 <= len(labels) <= 5


def test_many_days_are_drawn_as_calendar_weeks_that_hold_them_all() -> None:
    # From a Wednesday on, so that the first week is a short one.
    many = days(*range(MOST_BARS + 3))[2:]
    assert len(many) == MOST_BARS + 1
    plot = stacked(many)
    assert plot.step == "week"
    assert plot.bars[0].text.endswith(": Completed 20")
    assert [bar.text.split(":")[0] for bar in plot.bars[:2]] == [
        "Week from Nov. 4, 2026",
        "Week from Nov. 9, 2026",
    ]
    assert sum(int(bar.text.rsplit(" ", 1)[1]) for bar in plot.bars) == sum(
        day.total for day in many
    )
    assert stacked(many[1:]).step == "day"
