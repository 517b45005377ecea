from __future__ import annotations

import math

import pytest

from genlook_oscar.insight.shares import Difference, Share

pytestmark = pytest.mark.anydb


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), "Two-sided confidence intervals for the
        # single proportion", table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    share = Share(part, whole)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # "Interval estimation for the difference between independent proportions", table II,
        # method 10.
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_the_interval_of_a_difference_is_newcombes(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = Difference(Share(*one), Share(*other))
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    back = Difference(Share(*other), Share(*one))
    assert math.isclose(back.low, -found.high)


def test_few_cases_are_no_number() -> None:
    assert not Share(0, 0).is_enough
    assert (Share(0, 0).low, Share(0, 0).high) == (0.0, 1.0)
    assert not Share(10, 29).is_enough
    assert not Share(4, 5000).is_enough
    assert not Share(28, 30).is_enough
    assert Share(5, 30).is_enough
    assert not Difference(Share(5, 30), Share(4, 30)).is_enough


def test_a_difference_is_certain_only_where_no_difference_lies_outside() -> None:
    assert Difference(Share(56, 70), Share(48, 80)).is_certain
    assert not Difference(Share(50, 70), Share(48, 80)).is_certain
    assert Difference(Share(1, 300), Share(30, 300)).is_certain
