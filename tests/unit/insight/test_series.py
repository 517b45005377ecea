from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from oscar.core.loading import get_model

from genlook_oscar import clock
from genlook_oscar.insight.series import (
    Day,
    Period,
    TimeToPicture,
    by_day,
    time_to_picture,
)
from genlook_oscar.insight.tried import Tried, most_tried
from genlook_oscar.models import TryOn
from tests.rows import Charge, Status, add_tryon, berlin

pytestmark = pytest.mark.django_db

NOON = berlin("2026-11-20 12:00")
DAY = date(2026, 11, 20)
ONE_DAY = Period(DAY, DAY)


def of(*products: Any) -> Any:
    return get_model("catalogue", "Product").objects.filter(pk__in=[row.pk for row in products])


def test_each_day_of_the_period_is_there_even_without_try_ons() -> None:
    days = by_day(Period(date(2026, 2, 27), date(2026, 3, 2)))
    assert [day.day.isoformat() for day in days] == [
        "2026-02-27",
        "2026-02-28",
        "2026-03-01",
        "2026-03-02",
    ]
    assert [day.total for day in days] == [0, 0, 0, 0]


def test_a_day_counts_by_outcome_and_credit() -> None:
    add_tryon(NOON)
    add_tryon(NOON, Status.EXPIRED)
    add_tryon(NOON, Status.FAILED)
    add_tryon(NOON, Status.FAILED, charge=Charge.UNCERTAIN)
    add_tryon(NOON, Status.FAILED, charge=Charge.SETTLED)
    add_tryon(NOON, Status.FAILED, charge=Charge.RELEASED)
    add_tryon(NOON, Status.CANCELLED)
    for status in TryOn.LIVE:
        add_tryon(NOON, status, charge=Charge.RESERVED)
    (day,) = by_day(ONE_DAY)
    assert day == Day(DAY, completed=2, failed=4, cancelled=1, under_way=3, settled=3, uncertain=1)
    assert day.total == 10


def test_a_try_on_belongs_to_the_day_that_the_shops_clock_showed_at_its_click() -> None:
    add_tryon(berlin("2026-11-19 23:59"))
    add_tryon(berlin("2026-11-20 00:00"))
    add_tryon(berlin("2026-11-20 23:59"))
    add_tryon(berlin("2026-11-21 00:00"))
    days = by_day(Period(date(2026, 11, 19), date(2026, 11, 21)))
    assert [day.total for day in days] == [1, 2, 1]
    assert by_day(ONE_DAY)[0].total == 2


def test_days_are_the_shops_whatever_time_zone_is_current(settings: Any) -> None:
    add_tryon(berlin("2026-11-20 00:30"))
    with timezone.override("America/New_York"):
        assert by_day(ONE_DAY)[0].total == 1
    settings.TIME_ZONE = "America/New_York"
    assert by_day(ONE_DAY)[0].total == 0


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-20", 24)]
)
def test_days_of_23_and_25_hours_lose_nothing_and_count_nothing_twice(day: str, hours: int) -> None:
    period = Period(date.fromisoformat(day), date.fromisoformat(day))
    first, after = period.moments()
    assert after - first == timedelta(hours=hours)
    for number in range(-1, hours + 1):
        add_tryon(first + timedelta(hours=number))
    assert [row.total for row in by_day(period)] == [hours]


def test_the_last_days_end_today_where_the_shop_is(settings: Any) -> None:
    with clock.shift(seconds=(berlin("2026-11-20 00:10") - clock.now()).total_seconds()):
        assert Period.last(1) == ONE_DAY
        assert Period.last(7) == Period(date(2026, 11, 14), DAY)
        settings.TIME_ZONE = "UTC"
        assert Period.last(1) == Period(date(2026, 11, 19), date(2026, 11, 19))


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end before it starts"):
        Period(DAY, date(2026, 11, 19))


def test_median_and_95th_percentile_are_times_that_shoppers_waited() -> None:
    for seconds in range(20, 0, -1):
        add_tryon(NOON, seconds=seconds)
    assert time_to_picture(ONE_DAY) == TimeToPicture(20, median=10.0, p95=19.0)
    add_tryon(NOON, Status.EXPIRED, seconds=600)
    assert time_to_picture(ONE_DAY) == TimeToPicture(21, median=11.0, p95=20.0)


@pytest.mark.parametrize(
    ("waited", "told"),
    [(0.04, 0.0), (0.05, 0.1), (9.94, 9.9), (9.95, 10.0), (12.3, 12.3), (25.54, 25.5)],
)
def test_times_are_told_to_the_nearest_tenth_of_a_second(waited: float, told: float) -> None:
    add_tryon(NOON, seconds=waited)
    assert time_to_picture(ONE_DAY) == TimeToPicture(1, told, told)


@pytest.mark.parametrize("waited", [25.6, 61.7, 119.9, 300.0, 4321.0, 86_400.0])
def test_long_times_are_told_within_half_a_percent(waited: float) -> None:
    add_tryon(NOON, seconds=waited)
    told = time_to_picture(ONE_DAY).median
    assert told is not None
    assert abs(told - waited) <= waited / 250


def test_only_pictures_count_for_the_time_to_picture() -> None:
    assert time_to_picture(ONE_DAY) == TimeToPicture(0, None, None)
    add_tryon(NOON, Status.FAILED, seconds=300)
    add_tryon(NOON, Status.CANCELLED, seconds=1)
    add_tryon(NOON, Status.GENERATING)
    add_tryon(NOON - timedelta(days=1), seconds=99)
    assert time_to_picture(ONE_DAY) == TimeToPicture(0, None, None)


def test_the_most_tried_products_come_first(make_product: Callable[..., Any]) -> None:
    shirt, hat = make_product("Shirt", color=None), make_product("Hat", color=None)
    coat = make_product("Coat", color=None)
    for _ in range(3):
        add_tryon(NOON, product=hat)
    add_tryon(NOON, Status.FAILED, product=hat)
    for product in (shirt, shirt, coat):
        add_tryon(NOON, product=product)
    add_tryon(NOON - timedelta(days=1), product=coat)
    assert most_tried(ONE_DAY) == [
        Tried(hat.pk, "Hat", 4, 3),
        Tried(shirt.pk, "Shirt", 2, 2),
        Tried(coat.pk, "Coat", 1, 1),
    ]
    assert [row.title for row in most_tried(ONE_DAY, limit=2)] == ["Hat", "Shirt"]


def test_deleted_products_are_told_apart_by_the_title_they_had(
    make_product: Callable[..., Any],
) -> None:
    hat, coat = make_product("Hat", color=None), make_product("Coat", color=None)
    add_tryon(NOON, product=hat)
    add_tryon(NOON, product=hat)
    add_tryon(NOON, product=coat)
    hat.delete()
    coat.delete()
    assert most_tried(ONE_DAY) == [Tried(None, "Hat", 2, 2), Tried(None, "Coat", 1, 1)]


def test_one_that_was_renamed_between_is_still_one_product(
    make_product: Callable[..., Any],
) -> None:
    hat = make_product("Hat", color=None)
    add_tryon(NOON, product=hat)
    add_tryon(NOON, product=hat, title="Straw hat")
    assert most_tried(ONE_DAY) == [Tried(hat.pk, "Straw hat", 2, 2)]


def test_figures_of_some_products_leave_out_all_others(make_product: Callable[..., Any]) -> None:
    shirt, hat = make_product("Shirt", color=None), make_product("Hat", color=None)
    add_tryon(NOON, product=shirt, seconds=5)
    add_tryon(NOON, product=hat, seconds=50)
    add_tryon(NOON, title="Gone", seconds=70)
    own = of(shirt)
    assert by_day(ONE_DAY, own) == [Day(DAY, completed=1, settled=1)]
    assert time_to_picture(ONE_DAY, own) == TimeToPicture(1, 5.0, 5.0)
    assert most_tried(ONE_DAY, own) == [Tried(shirt.pk, "Shirt", 1, 1)]
    nothing = of()
    assert by_day(ONE_DAY, nothing) == [Day(DAY)]
    assert time_to_picture(ONE_DAY, nothing).count == 0
    assert most_tried(ONE_DAY, nothing) == []


@pytest.mark.parametrize("figure", [by_day, time_to_picture, most_tried])
def test_each_figure_costs_the_same_queries_however_many_try_ons(
    figure: Callable[..., Any],
    make_product: Callable[..., Any],
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    own = of(make_product("Shirt", color=None))
    period = Period(DAY - timedelta(days=300), DAY)
    for number in range(30):
        add_tryon(NOON - timedelta(days=number), product=own[0] if number % 2 else None)
    for products in (None, own):
        with django_assert_max_num_queries(7):
            figure(period, products)
