"""The shop's day of a moment, as the database finds it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.db.models.functions import TruncDate
from django.utils.timezone import get_default_timezone

from .period import DAY, Period

STEP = timedelta(minutes=15)
"""All offsets from UTC since 1972 begin on a quarter of an hour (tz database)."""


class LocalDay(TruncDate):
    """The shop's day of the column `moment`, for rows of these periods.

    MySQL and MariaDB convert between time zones only where somebody has loaded their tables
    of them, and give NULL elsewhere: they are told the offsets that hold in the periods.
    """

    def __init__(self, moment: str, periods: Iterable[Period] = (), **extra: Any) -> None:
        extra.setdefault("tzinfo", get_default_timezone())
        super().__init__(moment, **extra)
        self._periods = tuple(periods)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        if not settings.USE_TZ or not self._periods:
            return self.as_sql(compiler, connection, **context)
        zone = self.tzinfo or get_default_timezone()
        moments = [period.moments() for period in self._periods]
        first, after = min(start for start, _ in moments), max(end for _, end in moments)
        column, values = compiler.compile(self.lhs)
        sql, params = "", []
        for since, seconds in reversed([*offsets(first, after, zone)]):
            sql += f" WHEN {column} >= %s THEN {seconds:d}"
            params += [*values, connection.ops.adapt_datetimefield_value(since)]
        shifted = f"DATE({column} + INTERVAL (CASE{sql} END) SECOND)"
        return shifted, [*values, *params]


def offsets(first: datetime, after: datetime, zone: tzinfo) -> Iterator[tuple[datetime, int]]:
    """The moments from which on an offset from UTC, in seconds, holds between `first` and
    `after`, in order; the first one is `first`."""

    def offset(moment: datetime) -> int:
        delta = moment.astimezone(zone).utcoffset()
        return int(delta.total_seconds()) if delta else 0

    yield first, offset(first)
    moment = first
    while moment < after:
        following = min(moment + DAY, after)
        if offset(following) != offset(moment):
            following = moment + STEP
            while offset(following) == offset(moment):
                following += STEP
            yield following, offset(following)
        moment = following
