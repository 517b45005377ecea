"""Whether there is a button for a product and a shopper, and why not if not.

One door for the product page, for listings, for the fitting room, for the click and for the
admin, so that none of them promises what another refuses.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.http import HttpRequest

from .. import clock, visitor
from ..conf import conf
from ..models import Account, Configuration, allowance, customers
from ..models.account import NO_CREDITS
from ..models.allowance import Allowance
from ..visitor import Visitor
from . import facts, rules
from .reasons import Display, Reason, Verdict

__all__ = [
    "Display",
    "Reason",
    "Verdict",
    "control_group",
    "of_product",
    "of_shop",
    "spent_verdict",
    "verdict",
    "verdicts",
]

control_group: list[Callable[[Visitor, Configuration], bool]] = []
"""Who sees no button so that its use can be measured: functions that are told the visitor and
the configuration. An experiment puts its own here when the app is ready."""


def verdict(
    product: Any,
    configuration: Configuration | None = None,
    *,
    user: Any = None,
    request: HttpRequest | None = None,
    who: Visitor | None = None,
    itself: bool = False,
) -> Verdict:
    """Decide for an Oscar product and a visitor: `who`, or whoever sent `request`, or `user`
    (None and anonymous are guests).

    A parent has a button when it or one of its public variants can be tried on; with
    `itself`, only when the parent's own pictures can be sent, which is what a click on the
    parent asks for.

    One query, which reads the configuration as well when none is given; none at all when
    the given configuration decides.
    """
    who = _who(who, request, user)
    reason = of_shop(configuration, who) if configuration else None
    if configuration and reason:
        return _lasting(reason, configuration)
    found = _read([product], who)
    return _judge(product, found, configuration or found.configuration, who, itself)


def verdicts(
    products: Iterable[Any],
    *,
    user: Any = None,
    request: HttpRequest | None = None,
    who: Visitor | None = None,
) -> dict[int, Verdict]:
    """Decide for all products of a page, by primary key. One query, however many they are."""
    who = _who(who, request, user)
    listed = {product.pk: product for product in products if product.pk}
    if not listed:
        return {}
    found = _read(listed.values(), who)
    return {
        pk: _judge(product, found, found.configuration, who, itself=False)
        for pk, product in listed.items()
    }


def of_shop(configuration: Configuration, who: Any) -> Reason | None:
    """Why this visitor (or user) may try on nothing at all, or None. No query."""
    who = who if isinstance(who, Visitor) else Visitor(who)
    if not configuration.enabled:
        return Reason.OFF
    if not conf.api_key:
        return Reason.NOT_CONFIGURED
    if configuration.audience == Configuration.Audience.STAFF and not who.is_staff:
        return Reason.STAFF_ONLY
    if configuration.audience == Configuration.Audience.CUSTOMERS and not who.is_customer:
        return Reason.SIGN_IN_FIRST
    return None


def of_account(account: Account) -> tuple[Reason, datetime | None] | None:
    """Why nobody can try on by the state of the Genlook account, and until when. When a pause
    is over, somebody's click has to find out whether Genlook is back. No query."""
    if account.stopped_since:
        return Reason.WORKERS_DOWN, None
    if not account.is_mine:
        return None
    now = clock.now()
    paused = account.circuit_until is not None and account.circuit_until > now
    if account.circuit_reason and account.circuit_reason != NO_CREDITS and paused:
        return Reason.SERVICE_DOWN, None
    if account.lacks_credits(now) or (account.circuit_reason and paused):
        return Reason.NO_CREDITS, None
    return None


def no_credits() -> Reason | None:
    """The reason, where it is certain that the account has no credits left. One query."""
    account = Account.mine().only(*facts.ACCOUNT).first()
    lacking = account and account.is_mine and account.lacks_credits(clock.now())
    return Reason.NO_CREDITS if lacking else None


def _who(who: Visitor | None, request: HttpRequest | None, user: Any) -> Visitor:
    if who is not None:
        return who
    return visitor.of_request(request) if request is not None else Visitor(user)


def _judge(
    product: Any, found: facts.Facts, configuration: Configuration, who: Visitor, itself: bool
) -> Verdict:
    """What must be mended in the shop comes first, what passes by itself last."""
    own = found.products.get(product.pk)
    reason = (
        of_shop(configuration, who)
        or (Reason.NOT_PUBLIC if own is None else of_product(own, who, itself))
        or (Reason.EXPERIMENT if _in_control_group(who, configuration) else None)
    )
    if reason:
        return _lasting(reason, configuration)
    allowances = _allowances(configuration, who, found)
    return _passing(configuration, who, found.account, allowances)


def _passing(
    configuration: Configuration, who: Visitor, account: Account, allowances: list[Allowance]
) -> Verdict:
    """Judge what ends by itself; of several reasons the one that takes longest to end."""
    spent = [one for one in allowances if one.is_spent]
    if spent:
        longest = max(spent, key=lambda one: one.until)
        return replace(spent_verdict(longest, configuration, who), allowances=tuple(allowances))
    down = of_account(account)
    reason, until = down or (Reason.SHOWN, None)
    return Verdict(reason, configuration, until, allowances=tuple(allowances))


def spent_verdict(spent: Allowance, configuration: Configuration, who: Visitor) -> Verdict:
    """The verdict on a visitor for whom this allowance is spent."""
    if not spent.is_credit:
        sign_in = not who.is_customer
        reason = Reason.NETWORK_LIMIT if spent.is_network else Reason.LIMIT_REACHED
        return Verdict(reason, configuration, spent.until, sign_in=sign_in)
    choice = configuration.budget_spent
    return Verdict(
        Reason.BUDGET_SPENT,
        configuration,
        spent.until,
        hidden=choice == Configuration.WhenSpent.HIDE,
        sign_in=choice == Configuration.WhenSpent.CUSTOMERS and not who.is_customer,
    )


def _read(products: Collection[Any], who: Visitor) -> facts.Facts:
    """Read the facts. Which counters there are does not depend on how much they allow, so that
    they are named before the configuration is known."""
    names = [one.name for one in _counted(_any(), who)]
    return facts.read(products, names, who.user.pk if who.is_customer else None)


@lru_cache(maxsize=1)
def _any() -> Configuration:
    """Some configuration: making one takes longer than naming the counters."""
    return Configuration()


def _allowances(configuration: Configuration, who: Visitor, found: facts.Facts) -> list[Allowance]:
    extra = configuration.buyer_extra_per_day if found.buyer else 0
    new = customers.counts_with_network(configuration, who, found.buyer)
    counted = _counted(configuration, who, extra, new)
    return [replace(one, used=found.used.get(one.name)) for one in counted]


def _counted(
    configuration: Configuration, who: Visitor, extra: int = 0, new: bool = True
) -> list[Allowance]:
    """What a try-on of this visitor is counted for."""
    now = clock.now()
    budget = allowance.budgets(configuration, now)
    beyond = configuration.budget_spent == Configuration.WhenSpent.CUSTOMERS and who.is_customer
    return [
        *allowance.tryons(configuration, who, now, extra, new),
        *(allowance.beyond(budget) if beyond else budget),
    ]


def _lasting(reason: Reason, configuration: Configuration) -> Verdict:
    return Verdict(reason, configuration, sign_in=reason == Reason.SIGN_IN_FIRST)


def of_product(own: dict[str, Any], who: Visitor, itself: bool) -> Reason | None:
    """Why this visitor cannot try a product on because of what it is, and of the merchant's
    switches and rules, or None. `own` are its facts, see `facts.of_product`. No query."""
    # A product that is no variant has no parent to be public or not.
    public = own["public"] and (own["parent_public"] is None or own["parent_public"])
    # Oscar shows staff what is not public yet; they may try it on before anybody else.
    if not public and not who.is_staff:
        return Reason.NOT_PUBLIC
    refusal = rules.refusal(own)
    if refusal == Reason.PRODUCT_OFF or (own.get("variants") and not own["variant_on"]):
        return Reason.PRODUCT_OFF
    # One variant that can be tried on is enough for a button on its parent's page.
    through = "variant_on_own" if refusal == Reason.CATEGORY_OFF else "variant_open"
    if own.get(through) and not itself:
        return None
    if refusal:
        return Reason(refusal)
    return None if own["pictured"] else Reason.NO_PICTURE


def _in_control_group(who: Visitor, configuration: Configuration) -> bool:
    return any(assign(who, configuration) for assign in control_group)
