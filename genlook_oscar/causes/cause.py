"""What a cause is, and what its columns may hold."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise

OK, WARNING, CRITICAL = SEVERITIES = ("ok", "warning", "critical")
MAIL, WEBHOOK, HEALTH, METRICS = TELLINGS = ("mail", "webhook", "health", "metrics")
SHOWN = frozenset({HEALTH, METRICS})
SENT = frozenset({MAIL, WEBHOOK})
EVERYWHERE = frozenset(TELLINGS)

Words = str | Promise


@dataclass(frozen=True)
class Cause:
    """Why something cannot be, with a sentence for each reader.

    `merchant` says what is so, `operator` what to do about it (empty: nothing), `shopper` what
    stands in place of a try-on (empty: shoppers notice nothing). The merchant's sentence may hold
    `%(name)s` of the numbers that a finding brings.

    `severity` is one of `SEVERITIES`, `resting` the one while try-on is switched off. `told` is
    how it is told, of `TELLINGS`; what `rests` or has a `resting` severity is sent to nobody
    while try-on is off. It is sent when it has lasted for `after`, once, and when it has gone and
    come back, but no sooner than `again`.

    `alarm` is its name in the signal `alarm_raised` and in the health's `alarm`, `circuit` the
    health's reason for which clicks are refused.
    """

    code: str
    severity: str
    merchant: Words
    operator: Words = ""
    shopper: Words = ""
    resting: str = ""
    rests: bool = False
    told: frozenset[str] = EVERYWHERE
    after: timedelta = timedelta(0)
    again: timedelta = timedelta(days=1)
    alarm: str = ""
    circuit: str = ""

    @property
    def needs_on(self) -> bool:
        """Whether it concerns nobody while try-on is switched off."""
        return self.rests or bool(self.resting)

    def severity_now(self, enabled: bool) -> str:
        """How bad it is while try-on is switched on, or off."""
        return self.severity if enabled else self.resting or self.severity
