"""What the admin says about the account, read from our own row only."""

from .. import clock, shops
from ..causes import explained
from ..conf import conf
from ..engine.report import ago
from ..models import Account
from ..shop_addresses import shop_name


def alarms() -> str:
    """The same of all accounts, each with the name of its shop where there are several. One
    query for each account."""
    told = []
    for shop in conf.accounts:
        with shops.of(shop):
            if words := alarm(Account.mine().first()):
                told.append(words if len(conf.accounts) == 1 else f"{shop_name()}: {words}")
    return " ".join(told)


def alarm(account: Account | None) -> str:
    """What the merchant must do so that try-ons work again; empty when all is well."""
    if account is None or not account.alarm_code:
        return ""
    text = explained(account.alarm_code)
    if account.alarm_at is None:
        return text
    return f"{text} ({account.alarm_code}, {ago((clock.now() - account.alarm_at).total_seconds())})"
