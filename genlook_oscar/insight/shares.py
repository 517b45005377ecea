"""Shares and their differences, with intervals that a statistician would sign.

A share's interval is Wilson's score interval, a difference's the one that Newcombe builds of
two of those (Statistics in Medicine 17, 1998, method 10): both hold what they promise also for
few and for rare events, where the usual formula does not.
"""

import math
from dataclasses import dataclass

Z = 1.959964
"""For 95 of 100: so many of such intervals hold the true value."""
ENOUGH_OF = 30
ENOUGH_EACH = 5
"""Below so many cases, or so many of either outcome, a share is not told as a number. Chosen
here, as rules of thumb in textbooks have it."""


@dataclass(frozen=True)
class Share:
    """`part` of `whole`, with the interval from `low` to `high`; all shares are 0 to 1."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share itself; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def is_enough(self) -> bool:
        """Whether there are enough cases to tell a number."""
        rarer = min(self.part, self.whole - self.part)
        return self.whole >= ENOUGH_OF and rarer >= ENOUGH_EACH

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self._ends()[0]

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self._ends()[1]

    def _ends(self) -> tuple[float, float]:
        if not self.whole:
            return 0.0, 1.0
        spread = Z * Z / self.whole
        middle = (self.value + spread / 2) / (1 + spread)
        half = (
            Z
            * math.sqrt(self.value * (1 - self.value) / self.whole + spread / (4 * self.whole))
            / (1 + spread)
        )
        return max(middle - half, 0.0), min(middle + half, 1.0)


@dataclass(frozen=True)
class Difference:
    """How much larger the share `one` is than `other`, from `low` to `high`."""

    one: Share
    other: Share

    @property
    def value(self) -> float:
        """The difference itself, -1 to 1."""
        return self.one.value - self.other.value

    @property
    def low(self) -> float:
        """The lower end of the interval."""
        return self.value - math.hypot(
            self.one.value - self.one.low, self.other.high - self.other.value
        )

    @property
    def high(self) -> float:
        """The upper end of the interval."""
        return self.value + math.hypot(
            self.one.high - self.one.value, self.other.value - self.other.low
        )

    @property
    def is_enough(self) -> bool:
        """Whether both shares have enough cases."""
        return self.one.is_enough and self.other.is_enough

    @property
    def is_certain(self) -> bool:
        """Whether the interval leaves no room for no difference."""
        return self.low > 0 or self.high < 0
