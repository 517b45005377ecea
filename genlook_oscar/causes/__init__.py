"""The one list of causes: why something is not as it should be, how bad that is, what each
reader is told of it, and how.

Everything that tells of trouble reads it: the health and its metrics, the console, the admin and
the dashboard, alerts by e-mail and webhook, the signal `alarm_raised`, and what stands where a
shopper cannot try on. Codes are stable. docs/operations.md has the same table, made by a test.
"""

from . import account, shop, workers
from .cause import (
    CRITICAL,
    HEALTH,
    MAIL,
    METRICS,
    OK,
    SEVERITIES,
    WARNING,
    WEBHOOK,
    Cause,
)

__all__ = [
    "ALARMS",
    "CAUSES",
    "CRITICAL",
    "HEALTH",
    "MAIL",
    "METRICS",
    "OK",
    "SEVERITIES",
    "WARNING",
    "WEBHOOK",
    "Cause",
    "account",
    "explained",
    "of_alarm",
    "shop",
    "workers",
]

CAUSES: dict[str, Cause] = {cause.code: cause for cause in (*workers.ALL, *account.ALL, *shop.ALL)}
"""Every cause by its code."""

ALARMS: dict[str, Cause] = {cause.alarm: cause for cause in CAUSES.values() if cause.alarm}
"""The causes that `alarm_raised` tells of, by the code that it gives them: Genlook's own, where
there is one."""


def of_alarm(code: str) -> Cause:
    """The cause that an alarm tells of; one that is not known is a refusal of Genlook's."""
    return ALARMS.get(code, account.REFUSED)


def explained(code: str) -> str:
    """What the merchant reads of an alarm: what is so, and what to do about it."""
    cause = of_alarm(code)
    numbers = {"code": code} if cause is account.REFUSED else {}
    said = str(cause.merchant)
    return f"{said % numbers if numbers else said} {cause.operator}"
