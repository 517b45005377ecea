"""What is counted of some try-ons, and how a median comes out of counts.

Seconds are kept in tenths with eight significant bits: exact below 25.6 s, within 0.4 % above.
So the pictures of a day, or of a year, are some hundred pairs of numbers that can be added.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ..models import TryOn

Status = TryOn.Status
Charge = TryOn.Charge
PICTURED = (Status.COMPLETED, Status.EXPIRED)
"""An expired try-on had its picture; its days are over, or the shopper deleted it."""
SIGNIFICANT_BITS = 8
NUMBERS = ("completed", "failed", "cancelled", "settled", "uncertain", "shoppers")
"""What is stored of a day that is over, beside its seconds: nothing is under way any more."""


@dataclass
class Tally:
    """Try-ons by outcome, their credits, the shoppers who had a picture, and how many
    pictures took how many tenths of a second."""

    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    under_way: int = 0
    settled: int = 0
    uncertain: int = 0
    shoppers: int = 0
    seconds: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All try-ons."""
        return self.completed + self.failed + self.cancelled + self.under_way

    def count(self, status: str, charge: str, tenths: int | None, number: int) -> None:
        """Add `number` try-ons that are alike; `tenths` until their picture, if they have it."""
        if status in TryOn.LIVE:
            self.under_way += number
        elif status in PICTURED:
            self.completed += number
        else:
            setattr(self, status, getattr(self, status) + number)
        if charge in (Charge.SETTLED, Charge.UNCERTAIN):
            setattr(self, charge, getattr(self, charge) + number)
        if tenths is not None:
            self.seconds[rounded(tenths)] += number

    def add(self, row: Any) -> None:
        """Add another, or a stored row of `models.daily`."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(row, name))
        self.under_way += getattr(row, "under_way", 0)
        self.add_seconds(row.seconds)

    def add_seconds(self, pairs: Any) -> None:
        """Add counts of tenths: a counter, or a stored list of pairs."""
        for tenths, number in pairs.items() if isinstance(pairs, Counter) else pairs:
            self.seconds[tenths] += number

    def values(self) -> dict[str, Any]:
        """What is stored of it."""
        numbers: dict[str, Any] = {name: getattr(self, name) for name in NUMBERS}
        return numbers | {"seconds": sorted(self.seconds.items())}


@dataclass(frozen=True)
class TimeToPicture:
    """Seconds from the click until the picture was in the shop, over `count` pictures; None
    where there is none. `p95`: 95 of 100 came within it. Exact to a tenth below 25.6 s, within
    0.4 % above."""

    count: int
    median: float | None
    p95: float | None

    @classmethod
    def of(cls, tallies: Iterable[Tally]) -> "TimeToPicture":
        """That of all the pictures in these. The percentile is the nearest rank: a time that
        some shopper waited."""
        together: Counter[int] = Counter()
        for tally in tallies:
            together.update(tally.seconds)
        counts = sorted(together.items())
        total = sum(number for _tenths, number in counts)
        return cls(total, _at_rank(counts, total, 50), _at_rank(counts, total, 95))


def rounded(tenths: int) -> int:
    """The middle of the numbers that share the eight highest bits."""
    shift = max(tenths.bit_length() - SIGNIFICANT_BITS, 0)
    return (tenths >> shift << shift) + (1 << shift >> 1)


def _at_rank(counts: list[tuple[int, int]], total: int, percent: int) -> float | None:
    """The value at the nearest rank, in seconds, of (tenths, count) in ascending order."""
    rank = math.ceil(total * percent / 100)
    for tenths, number in counts:
        rank -= number
        if rank <= 0:
            return tenths / 10
    return None
