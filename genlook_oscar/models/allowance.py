"""What may be used, by whom, in which window of time: named alike by everybody who asks.

A customer is counted by the account, wherever they come from. A guest is counted by the key in
the session and, together with all other guests of it, by the network, so that deleting cookies
does not begin anew; and so is a customer of whom nothing but an account is known, which anybody
makes in seconds. The shop's credits are counted by day and by month.

All is counted always, whether it has a limit or not: a limit that is set, changed, or lifted
and set again in the middle of a day knows what came before.

Days and months are those of the shop (Django's TIME_ZONE), and begin at midnight.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import Any

from django.utils.crypto import salted_hmac
from django.utils.timezone import get_default_timezone

from ..conf import conf
from ..visitor import UNKNOWN, Visitor

CREDIT = "credit:"
"""How the names of counters begin that count the shop's credits."""

SHOP = "@"
"""What stands between the name of a counter and the number of its shop."""
REPORTED = timedelta(days=30)
"""For so long it is known who has reported a product; as a keyed hash. Chosen here."""


@dataclass(frozen=True)
class Allowance:
    """So many (`limit`, None: any number) until a moment, counted under a name.

    `used` is what is counted already, None when nothing is; `first` is what a new counter
    begins with, as a number or as an expression that the database works out.
    """

    name: str
    limit: int | None
    until: datetime
    used: int | None = None
    first: Any = 0

    @property
    def is_credit(self) -> bool:
        """Whether it is the shop's budget, and not one shopper's part."""
        return self.name.startswith(CREDIT)

    @property
    def is_monthly(self) -> bool:
        """Whether it is the budget of a month, and not of a day."""
        return self.is_credit and window_of(self).count("-") == 1

    @property
    def is_network(self) -> bool:
        """Whether it is a network's part, which many share."""
        return ":network-" in self.name or self.name.endswith(f":{UNKNOWN}")

    @property
    def is_spent(self) -> bool:
        """Whether nothing is left, as far as `used` tells."""
        return self.limit is not None and (self.used or 0) >= self.limit


def tryons(
    configuration: Any, who: Visitor, now: datetime, extra: int = 0, new: bool = True
) -> list[Allowance]:
    """The try-ons that a visitor has for today; `extra` are added to a customer's, and one who is
    `new` counts with the network. What many share comes first: it stays when one signs in."""
    day, until = _day(now)
    network = _network(f"tryon:{day}", who), configuration.network_tryons_per_day, until
    proxied = _proxied(now) if who.proxied else "", None, until
    if who.is_customer:
        limit = configuration.customer_tryons_per_day
        own = f"tryon:{day}:{_customer(who)}", limit and limit + extra, until
        return _counted([network, proxied, own] if new else [own])
    own = _guest(f"tryon:{day}", who), configuration.guest_tryons_per_day, until
    return _counted([network, proxied, own])


def uploads(configuration: Any, who: Visitor, now: datetime, new: bool = True) -> list[Allowance]:
    """The photos that a visitor may hand in this hour and today; a customer who is `new` counts
    with the network."""
    day, until = _day(now)
    network = _network(f"upload:{day}", who), configuration.network_uploads_per_day, until
    hour, soon = _hour(now)
    if who.is_customer:
        name = _customer(who)
        per_hour, per_day = (
            configuration.customer_uploads_per_hour,
            configuration.customer_uploads_per_day,
        )
        own = [(f"upload:{hour}:{name}", per_hour, soon), (f"upload:{day}:{name}", per_day, until)]
        return _counted([network, *own] if new else own)
    return _counted(
        [
            network,
            (_guest(f"upload:{hour}", who), configuration.guest_uploads_per_hour, soon),
            (_guest(f"upload:{day}", who), configuration.guest_uploads_per_day, until),
        ]
    )


def reports(link: Any, shopper: Any, who: Visitor, now: datetime) -> list[Allowance]:
    """The one report on a product that a shopper has, and the one that her network has."""
    window, until = f"report:{link}", now + REPORTED
    return _counted(
        [
            (f"{window}:shopper-{_hidden('reporter', f'{window} {shopper}')}", 1, until),
            (_network(window, who), 1, until),
        ]
    )


def visitors(who: Visitor, limit: int, now: datetime) -> list[Allowance]:
    """The new visitors of one network that an experiment takes in today."""
    day, until = _day(now)
    return _counted([(_network(f"visitor:{day}", who), limit, until)])


def erasures(shopper: Any, limit: int, now: datetime) -> Allowance:
    """The times in this hour that a shopper may have everything erased at once."""
    hour, until = _hour(now)
    return Allowance(f"erase:{hour}:shopper-{shopper}", limit, until)


def registrations(limit: int, now: datetime) -> Allowance:
    """The products that may be registered in this minute because somebody looks at them."""
    begun = now.astimezone(timezone.utc).replace(second=0, microsecond=0)
    return Allowance(_here(f"register:{begun:%Y-%m-%dT%H:%M}"), limit, begun + timedelta(minutes=1))


def budgets(configuration: Any, now: datetime) -> list[Allowance]:
    """What the shop may spend today and this month."""
    day, tomorrow = _day(now)
    local = now.astimezone(get_default_timezone())
    following = (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    return _counted(
        [
            (f"{CREDIT}{day}", configuration.budget_per_day, tomorrow),
            (f"{CREDIT}{local:%Y-%m}", configuration.budget_per_month, _midnight(following)),
        ]
    )


def set_budgets(configuration: Any, now: datetime) -> list[Allowance]:
    """Those of the budgets that the merchant has set."""
    return [one for one in budgets(configuration, now) if one.limit is not None]


def networkless(now: datetime) -> dict[str, str]:
    """Why guests' networks are not known today: the names under which their try-ons are counted
    that came through a proxy nobody told us of, or without an address in the header."""
    day, _ = _day(now)
    return {_here(_proxied(now)): "proxied", _here(f"tryon:{day}:{UNKNOWN}"): "header"}


def beyond(budget: list[Allowance]) -> list[Allowance]:
    """The same budgets for those who may go beyond them: counted, and never spent."""
    return [Allowance(one.name, None, one.until, one.used, one.first) for one in budget]


def window_of(budget: Allowance) -> str:
    """The day or the month of a budget, such as 2026-11-30 or 2026-11."""
    return budget.name.removeprefix(CREDIT).partition(SHOP)[0]


def begins(allowance: Allowance) -> datetime:
    """The midnight at which the day or month of a budget began."""
    date = window_of(allowance)
    return _midnight(datetime.fromisoformat(f"{date}-01" if allowance.is_monthly else date))


def _counted(found: list[tuple[str, int | None, datetime]]) -> list[Allowance]:
    return [Allowance(_here(name), limit, until) for name, limit, until in found if name]


def _here(name: str) -> str:
    """The name with the shop that counts under it; the main one's have none."""
    return f"{name}{SHOP}{conf.shop}" if conf.shop else name


def _day(now: datetime) -> tuple[str, datetime]:
    local = now.astimezone(get_default_timezone())
    return f"{local:%Y-%m-%d}", _midnight(local + timedelta(days=1))


def _hour(now: datetime) -> tuple[str, datetime]:
    begun = now.astimezone(timezone.utc).replace(minute=0, second=0, microsecond=0)
    return f"{begun:%Y-%m-%dT%H}", begun + timedelta(hours=1)


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day.date(), time.min, tzinfo=get_default_timezone())


def _customer(who: Visitor) -> str:
    return f"customer-{who.user.pk}"


def _guest(window: str, who: Visitor) -> str:
    return f"{window}:guest-{who.key.hex}" if who.key else ""


def _proxied(now: datetime) -> str:
    return f"tryon:{_day(now)[0]}:proxied"


def _network(window: str, who: Visitor) -> str:
    """The network under a name that leads nobody back to it and changes with each window."""
    if not who.network:
        return ""
    if who.network == UNKNOWN:
        return f"{window}:{UNKNOWN}"
    return f"{window}:network-{_hidden('network', f'{window} {who.network}')}"


def _hidden(salt: str, value: str) -> str:
    return salted_hmac(f"genlook_oscar.{salt}", value, algorithm="sha256").hexdigest()[:24]
