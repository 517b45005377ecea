"""What is kept of days that are over is what their try-ons say, whatever happens to them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils.timezone import get_default_timezone
from oscar.core.loading import get_model

from genlook_oscar import clock, tasks
from genlook_oscar.insight import rollup
from genlook_oscar.insight.period import DAY, Period
from genlook_oscar.insight.series import figures
from genlook_oscar.insight.tally import Tally
from genlook_oscar.insight.tried import Tried, most_tried
from genlook_oscar.models import DayMark, ProductDay, ShopDay, Shopper, TryOn
from genlook_oscar.shopper.adoption import adopt
from tests.conftest import wait_until
from tests.rows import Charge, Status, add_tryon, berlin

pytestmark = pytest.mark.django_db

# The night of 24 to 25 October 2026 has an hour more in Berlin, that of 1 November in New York.
PERIOD = Period(date(2026, 10, 21), date(2026, 11, 3))
NOW = berlin("2026-11-03 15:00")
PATIENT = 600.0
"""Seconds for one turn: no machine is too slow for that."""


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.shift(seconds=(NOW - clock.now()).total_seconds()):
        yield


@pytest.fixture
def goods(make_product: Callable[..., Any]) -> list[Any]:
    return [make_product(title, color=None) for title in ("Shirt", "Hat", "Coat", "Hat")]


def at_random(goods: list[Any], number: int = 400) -> None:
    """Try-ons of every outcome all over the period, some products unknown or renamed."""
    random = Random(20261103)
    shoppers = Shopper.objects.bulk_create(Shopper() for _ in range(60))
    first, after = PERIOD.moments()
    rows = []
    for _ in range(number):
        clicked = first + random.random() * (min(after, NOW) - first)
        final = clicked < NOW - timedelta(hours=2)
        status = random.choice(
            [Status.COMPLETED] * 5
            + [Status.EXPIRED, Status.FAILED, Status.CANCELLED]
            + ([] if final else list(TryOn.LIVE))
        )
        product = random.choice([*goods, None])
        rows.append(
            TryOn(
                shopper=random.choice(shoppers),
                product=product,
                product_title=random.choice(["Old name", product.title if product else "Gone"]),
                status=status,
                charge=random.choice([Charge.SETTLED, Charge.NONE, Charge.UNCERTAIN])
                if status not in TryOn.LIVE
                else Charge.RESERVED,
                created_at=clicked,
                deadline_at=clicked + timedelta(minutes=5),
                finished_at=None
                if status in TryOn.LIVE
                else clicked + timedelta(seconds=random.choice([3, 9.96, 25.6, 88, 700])),
            )
        )
    TryOn.objects.bulk_create(rows)


def counted(products: list[Any] | None) -> dict[date, Tally]:
    """The figures as a loop over all rows finds them."""
    found = {day: Tally() for day in PERIOD.days()}
    shoppers: dict[date, set[Any]] = defaultdict(set)
    for row in TryOn.objects.all():
        if products is not None and row.product not in products:
            continue
        day = row.created_at.astimezone(get_default_timezone()).date()
        if day not in found:
            continue
        tally = found[day]
        pictured = row.status in (Status.COMPLETED, Status.EXPIRED)
        name = "completed" if pictured else row.status
        name = "under_way" if row.status in TryOn.LIVE else name
        setattr(tally, name, getattr(tally, name) + 1)
        tally.settled += row.charge == Charge.SETTLED
        tally.uncertain += row.charge == Charge.UNCERTAIN
        if pictured:
            which = row.shopper_id if products is None else (row.shopper_id, row.product_id)
            shoppers[day].add((which, row.product_title) if products is not None else which)
            tenths = round((row.finished_at - row.created_at).total_seconds() * 10 + 1e-9)
            # 25.6 s and above share a number with their neighbours; these are its middles.
            tally.seconds[{256: 257, 880: 882, 7000: 6992}.get(tenths, tenths)] += 1
    for day, some in shoppers.items():
        found[day].shoppers = len(some)
    return found


def ranked(products: list[Any] | None) -> list[Tried]:
    totals: Counter[Any] = Counter()
    pictures: Counter[Any] = Counter()
    titles: dict[Any, str] = {}
    for row in TryOn.objects.all():
        day = row.created_at.astimezone(get_default_timezone()).date()
        outside = not PERIOD.start <= day <= PERIOD.end
        if outside or (products is not None and row.product not in products):
            continue
        key = (row.product_id, "" if row.product_id else row.product_title)
        totals[key] += 1
        pictures[key] += row.status in (Status.COMPLETED, Status.EXPIRED)
        titles[key] = max(titles.get(key, ""), row.product_title)
    rows = [Tried(key[0], titles[key], totals[key], pictures[key]) for key in totals]
    return sorted(rows, key=lambda row: (-row.total, row.product_id or 0, row.title))


def check(some: list[Any]) -> None:
    own = get_model("catalogue", "Product").objects.filter(pk__in=[row.pk for row in some])
    assert figures(PERIOD) == counted(None)
    assert figures(PERIOD, own) == counted(list(own))
    assert most_tried(PERIOD) == ranked(None)
    assert most_tried(PERIOD, own) == ranked(list(own))
    assert most_tried(PERIOD, limit=2) == ranked(None)[:2]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
def test_the_figures_are_right_whatever_is_kept_and_whatever_changes(
    zone: str, goods: list[Any], settings: Any
) -> None:
    settings.TIME_ZONE = zone
    at_random(goods)
    some = goods[:2]
    check(some)

    assert rollup.catch_up(PATIENT) >= 12
    check(some)
    assert rollup.catch_up(PATIENT) == 0

    # Deleted, one by one and with their shopper; and a product, whose try-ons stay.
    some_rows = list(TryOn.objects.values_list("pk", flat=True)[:25])
    TryOn.objects.filter(pk__in=some_rows).delete()
    Shopper.objects.order_by("pk")[3].delete()
    check(some)
    goods[1].delete()
    some = [goods[0], goods[2]]
    check(some)
    assert rollup.catch_up(PATIENT) > 0
    check(some)
    assert not DayMark.objects.filter(day__lt=PERIOD.end - DAY).exists()

    # A picture that was paid for comes late; a guest signs in and turns out to be another.
    late = TryOn.objects.filter(status=Status.FAILED).order_by("created_at")[0]
    assert TryOn.objects.move(
        late.pk, Status.FAILED, Status.COMPLETED, finished_at=late.created_at + timedelta(seconds=9)
    )
    user = get_user_model().objects.create_user("ada", "ada@example.com", "pass")
    guest, customer = Shopper.objects.order_by("pk")[:2]
    Shopper.objects.filter(pk=customer.pk).update(user=user)
    adopt(guest.key, user)
    check(some)
    assert rollup.catch_up(PATIENT) > 0
    check(some)

    # Days of another time zone are other days.
    settings.TIME_ZONE = "Asia/Tokyo"
    check(some)
    assert rollup.catch_up(PATIENT) >= 12
    check(some)


def test_only_what_is_kept_is_read_of_days_that_are_over(goods: list[Any]) -> None:
    at_random(goods, 50)
    rollup.catch_up(PATIENT)
    before = figures(PERIOD), most_tried(PERIOD)
    TryOn.objects.filter(created_at__lt=berlin("2026-10-30 00:00"))._raw_delete("default")
    assert (figures(PERIOD), most_tried(PERIOD)) == before


def test_a_day_is_kept_only_when_nothing_of_it_is_open_any_more() -> None:
    yesterday = NOW - DAY
    followed = add_tryon(yesterday, Status.FAILED)
    TryOn.objects.filter(pk=followed.pk).update(late_until=NOW + timedelta(hours=1))
    assert rollup.catch_up(PATIENT) == 0
    TryOn.objects.update(late_until=None)
    assert rollup.catch_up(PATIENT) == 1
    assert not ShopDay.objects.get().is_final
    # Opened again, as when somebody repairs a row by hand and says so.
    TryOn.objects.update(charge=Charge.RESERVED)
    DayMark.note(yesterday)
    assert rollup.catch_up(PATIENT) == 0
    assert not ShopDay.objects.exists()
    assert not ProductDay.objects.exists()


def test_the_day_before_waits_for_the_slow_ones_until_an_hour_after_midnight(
    pass_time: Callable[..., None],
) -> None:
    add_tryon(NOW)
    pass_time(hours=9, minutes=30)
    assert rollup.catch_up(PATIENT) == 0
    pass_time(hours=1)
    assert rollup.catch_up(PATIENT) == 1


def test_each_day_is_counted_once_more_when_nothing_can_change_it_any_more(
    pass_time: Callable[..., None],
) -> None:
    add_tryon(NOW - DAY)
    rollup.catch_up(PATIENT)
    # A change that nobody has told of.
    TryOn.objects.update(charge=Charge.UNCERTAIN)
    pass_time(days=4)
    rollup.catch_up(PATIENT)
    assert ShopDay.objects.get(day=date(2026, 11, 2)).is_final
    assert ShopDay.objects.get(day=date(2026, 11, 2)).uncertain == 1


def test_a_shop_that_stood_still_catches_up_day_by_day(configuration: Any) -> None:
    for days in (1, 3, 40):
        add_tryon(NOW - days * DAY)
    # As one sweep that has no time, as many, and as whoever runs beside it.
    assert rollup.catch_up(seconds=0) == 1
    assert list(ShopDay.objects.values_list("day", flat=True)) == [date(2026, 11, 2)]
    # Each sweep goes on where the one before had to stop.
    wait_until(lambda: tasks.sweep() or ShopDay.objects.count() == 40, timeout=120)
    assert [row.total for row in figures(PERIOD).values()] == [0] * 10 + [1, 0, 1, 0]


def test_a_change_that_is_not_counted_yet_keeps_its_mark(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As when the deletion is committed while the day is being counted."""
    gone = add_tryon(NOW - DAY)
    stays = add_tryon(NOW - DAY)
    rollup.catch_up(PATIENT)
    TryOn.objects.filter(pk=gone.pk).delete()
    counting = rollup.tallies

    def slow(*args: Any, **kwargs: Any) -> Any:
        found = counting(*args, **kwargs)
        if not kwargs:
            TryOn.objects.filter(pk=stays.pk).delete()
        return found

    monkeypatch.setattr(rollup, "tallies", slow)
    assert rollup.recount(date(2026, 11, 2))
    monkeypatch.undo()
    assert DayMark.objects.count() == 1
    assert figures(PERIOD)[date(2026, 11, 2)] == Tally()
    rollup.catch_up(PATIENT)
    assert not DayMark.objects.exists()
    assert figures(PERIOD)[date(2026, 11, 2)] == Tally()
