"""Days of the shop's clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from django.utils.timezone import get_default_timezone, make_aware

from .. import clock
from ..models.daily import shop_day

DAY = timedelta(days=1)


def today() -> date:
    """The day it is where the shop is."""
    return shop_day(clock.now())


@dataclass(frozen=True)
class Period:
    """Days from `start` to `end`, both included. Raises ValueError when `end` comes first."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError("A period does not end before it starts.")

    @classmethod
    def last(cls, days: int) -> "Period":
        """The last `days` days, today included."""
        end = today()
        return cls(end - (days - 1) * DAY, end)

    @property
    def length(self) -> int:
        """The number of days, 1 or more."""
        return (self.end - self.start).days + 1

    def days(self) -> Iterator[date]:
        """Each day, in order."""
        return (self.start + number * DAY for number in range(self.length))

    def moments(self) -> tuple[datetime, datetime]:
        """The first moment, and the first one that no longer belongs to it; in UTC, where
        hours are not skipped or repeated."""
        return _midnight(self.start), _midnight(self.end + DAY)


def runs(days: Iterable[date]) -> list[Period]:
    """The same days as the fewest periods, in order."""
    found: list[Period] = []
    for day in sorted(set(days)):
        if found and found[-1].end + DAY == day:
            found[-1] = Period(found[-1].start, day)
        else:
            found.append(Period(day, day))
    return found


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()), get_default_timezone()).astimezone(
        timezone.utc
    )
