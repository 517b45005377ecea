"""Moments in the future that rows hold, and clocks that are set.

A clock that stood ahead and is put right leaves leases and pauses that would last for hours.
None of ours is ever so long, so whatever is further ahead than that counts as over.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from ..conf import conf

LONGEST_WATCH = timedelta(minutes=1)
"""No lease of the watcher lasts longer."""


def longest_lease() -> timedelta:
    """No claim and no pause of a try-on or a photo lasts longer: leases are made of two
    requests at their slowest, pauses of five minutes at most."""
    return timedelta(seconds=300 + 4 * (conf.connect_timeout + conf.read_timeout))


def over(field: str, now: datetime, longest: timedelta | None = None) -> Q:
    """The condition that the moment in `field` has come, or was never meant."""
    latest = now + (longest or longest_lease())
    return Q(**{f"{field}__lte": now}) | Q(**{f"{field}__gt": latest})


def free(field: str, now: datetime, longest: timedelta | None = None) -> Q:
    """The condition that no lease holds the row: none was taken, or it is `over`."""
    return Q(**{field: None}) | over(field, now, longest)


def past(field: str, moment: datetime, now: datetime) -> Q:
    """The condition that what is noted in `field` happened before `moment`, never, or, by the
    clock of now, in a future that has not been."""
    return Q(**{field: None}) | Q(**{f"{field}__lte": moment}) | Q(**{f"{field}__gt": now})


def ahead(moment: datetime | None, now: datetime, longest: timedelta) -> float:
    """Seconds until `moment`; 0 when it is over."""
    if moment is None or not now < moment <= now + longest:
        return 0.0
    return (moment - now).total_seconds()
