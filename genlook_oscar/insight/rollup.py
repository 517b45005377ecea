"""Days that are over, counted once and kept (`models.daily`). The sweep keeps them up.

A day is kept only when nothing of it is open any more. What changes it afterwards (a deletion,
a picture that comes late) leaves a mark in the same transaction, and as long as a day has a
mark, or is not kept, its try-ons themselves are counted. So the figures are right at every
moment; the kept days only make them fast.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.utils.timezone import get_default_timezone_name

from .. import clock, logs
from ..conf import conf
from ..models import DayMark, ProductDay, ShopDay, TryOn
from ..models.daily import shop_day
from ..shops import MAIN
from ..transactions import atomic
from .counting import clicked_in, tallies
from .period import DAY, Period, today
from .tally import Tally

logger = logs.logger(__name__)

SECONDS = 3.0
"""Of one sweep, at most: a year of a busy shop is caught up within minutes, and a worker is
not kept from try-ons meanwhile."""
REST = timedelta(hours=1)
"""After midnight, until the day before is counted: longer than any process is slow."""
LAST_LOOK = 4 * DAY
"""After this, nothing of a day's try-ons changes by itself; it is counted once more, in case
something did that left no mark."""


def kept() -> QuerySet[ShopDay]:
    """The days whose kept figures hold: counted in this time zone, and unchanged since. They are
    the main shop's; those of another one are counted each time."""
    if conf.shop != MAIN:
        return ShopDay.objects.none()
    marked = DayMark.objects.values("day")
    return ShopDay.objects.filter(zone=_basis()).exclude(day__in=marked)


def _basis() -> str:
    """What a day was counted by: the time zone, and which shops are apart."""
    others = conf.shops[1:]
    zone = get_default_timezone_name()
    # Shortened, however many there are: the column has room for the longest zone and this.
    return f"{zone} {hashlib.sha256(repr(others).encode()).hexdigest()[:8]}" if others else zone


def catch_up(seconds: float = SECONDS) -> int:
    """Count the days that are due, the latest first, for so many seconds at most but at least
    one; returns how many. Harmless when run twice, or by two processes at once."""
    end = clock.ticks() + seconds
    done = 0
    for day in due():
        try:
            done += recount(day)
        except IntegrityError:
            # A product was deleted between its count and its row; the next sweep comes soon.
            logger.info("The figures of %s have to be counted again.", day)
        if clock.ticks() >= end:
            break
    return done


def due() -> Iterator[date]:
    """The days before today that have to be counted: not kept yet, marked, or not final."""
    yesterday = today() - DAY
    first = TryOn.objects.order_by("created_at").values_list("created_at", flat=True).first()
    found: set[date] = set()
    if first and shop_day(first) <= yesterday:
        period = Period(shop_day(first), yesterday)
        rows = ShopDay.objects.filter(zone=_basis())
        there = rows.filter(day__range=(period.start, period.end))
        # Nearly always all are there, and no list of them is needed.
        if there.count() < period.length:
            found.update(set(period.days()) - set(there.values_list("day", flat=True)))
    found.update(DayMark.objects.filter(day__lte=yesterday).values_list("day", flat=True))
    early = ShopDay.objects.filter(is_final=False, day__lte=yesterday - LAST_LOOK)
    found.update(early.values_list("day", flat=True))
    return iter(sorted(found, reverse=True))


def recount(day: date) -> bool:
    """Count a day anew and keep it. False when it is not to be kept (yet): something of it is
    open, or another process is counting it."""
    period = Period(day, day)
    now = clock.now()
    if now < period.moments()[1] + REST:
        return False
    with atomic():
        row = ShopDay.objects.select_for_update().filter(day=day).first()
        if row is None:
            try:
                with atomic():
                    # Without a zone until it is counted: nobody takes it for anything.
                    row = ShopDay.objects.create(day=day)
            except IntegrityError:
                return False
        # Read before the count: a change that the count does not see yet has a mark that
        # is not among these, and stays.
        marks = list(DayMark.objects.filter(day=day).values_list("pk", flat=True))
        ProductDay.objects.filter(day=day).delete()
        if _open(period).exists():
            row.delete()
            return False
        _keep(row, period)
        DayMark.objects.filter(pk__in=marks).delete()
    return True


def _keep(row: ShopDay, period: Period) -> None:
    whole = tallies([period]).get((row.day,), Tally())
    for name, value in whole.values().items():
        setattr(row, name, value)
    row.zone = _basis()
    row.is_final = clock.now() >= period.moments()[1] + LAST_LOOK
    row.save()
    by_product = tallies([period], by_product=True)
    ProductDay.objects.bulk_create(
        (
            ProductDay(day=row.day, product_id=product_id, title=title, **tally.values())
            for (_day, product_id, title), tally in by_product.items()
        ),
        batch_size=500,
    )


def _open(period: Period) -> QuerySet[TryOn]:
    """The try-ons of these days whose outcome or credit may still change by itself."""
    may_change = (
        Q(status__in=TryOn.LIVE) | Q(late_until__gt=clock.now()) | Q(charge=TryOn.Charge.RESERVED)
    )
    return clicked_in([period]).filter(may_change)
