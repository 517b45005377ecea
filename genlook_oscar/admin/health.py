"""What the admin says about the account, read from our own row only."""

from .. import clock
from ..causes import explained
from ..engine.report import ago
from ..models import Account


def alarm(account: Account | None) -> str:
    """What the merchant must do so that try-ons work again; empty when all is well."""
    if account is None or not account.alarm_code:
        return ""
    text = explained(account.alarm_code)
    if account.alarm_at is None:
        return text
    return f"{text} ({account.alarm_code}, {ago((clock.now() - account.alarm_at).total_seconds())})"
