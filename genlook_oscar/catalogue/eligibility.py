"""Whether there is a button for a product and a shopper, and why not if not.

One door for the product page, for listings, for the fitting room, for the click and for the
admin, so that none of them promises what another refuses.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import clock, visitor
from ..conf import conf
from ..models import Account, Configuration
from ..visitor import Visitor
from . import facts, rules


class Reason(TextChoices):
    """Why there is a button or none: a stable code, and the sentence that staff read."""

    SHOWN = "shown", _("The button is shown.")
    OFF = "off", _("Virtual try-on is switched off in its configuration.")
    NOT_CONFIGURED = (
        "not_configured",
        _("No API key is set. Write GENLOOK_API_KEY in the project's settings."),
    )
    SIGN_IN_FIRST = (
        "sign_in_first",
        _("Only signed-in customers may try on; the configuration says so."),
    )
    STAFF_ONLY = "staff_only", _("Only staff may try on for now; the configuration says so.")
    EXPERIMENT = (
        "experiment",
        _("This shopper is in the experiment's control group, which sees no button."),
    )
    NOT_PUBLIC = "not_public", _("The product, or the one it is a variant of, is not public.")
    PRODUCT_OFF = (
        "product_off",
        _("Try-on is switched off for this product, for its parent, or for all its variants."),
    )
    CATEGORY_OFF = (
        "category_off",
        _("Try-on is switched off for the product's category or product class by a rule."),
    )
    NOT_READY = (
        "not_ready",
        _("The product is not ready to be tried on. Its product link says what is missing."),
    )
    NO_PICTURE = "no_picture", _("Neither the product nor its parent has a picture.")
    NO_CREDITS = "no_credits", _("The Genlook account has no credits left. Top it up at Genlook.")
    SERVICE_DOWN = (
        "service_down",
        _("Genlook does not answer, or refuses this shop. The button comes back by itself."),
    )


PASSING = frozenset({Reason.NO_CREDITS, Reason.SERVICE_DOWN})
"""Reasons that end by themselves, and that a picture which exists already does not mind."""

WORDS: dict[Reason, str | Promise] = {
    Reason.SIGN_IN_FIRST: _("Sign in to see this on you."),
    Reason.SERVICE_DOWN: _("The fitting room cannot be reached right now."),
}
"""What shoppers read in place of the button. Where nothing stands, they see nothing."""


class Display(Enum):
    """What stands where the button belongs: the button, nothing, or words that say why."""

    SHOW = "show"
    HIDE = "hide"
    EXPLAIN = "explain"


control_group: list[Callable[[Visitor, Configuration], bool]] = []
"""Who sees no button so that its use can be measured: functions that are told the visitor and
the configuration. An experiment puts its own here when the app is ready."""


@dataclass(frozen=True)
class Verdict:
    """The answer, and the configuration that it was found with.

    `until` is when the reason ends, if that is known. `hidden` says that shoppers are told
    nothing although there are words for the reason.
    """

    reason: Reason
    configuration: Configuration = field(repr=False, compare=False)
    until: datetime | None = None
    hidden: bool = False

    @property
    def shown(self) -> bool:
        """Whether there is a button."""
        return self.reason == Reason.SHOWN

    @property
    def passing(self) -> bool:
        """Whether the reason ends by itself; until then what exists already can be seen."""
        return self.reason in PASSING

    @property
    def display(self) -> Display:
        """What stands where the button belongs."""
        if self.shown:
            return Display.SHOW
        return Display.EXPLAIN if self.words and not self.hidden else Display.HIDE

    @property
    def explanation(self) -> str:
        """The reason as staff read it, with the time at which it ends."""
        said = str(self.reason.label)
        if self.until is None:
            return said
        ends = gettext("It ends at %(time)s.") % {"time": moment(self.until)}
        return f"{said} {ends}"

    @property
    def words(self) -> str:
        """The reason as the shopper reads it; empty when it is nothing that she can use."""
        said = str(WORDS.get(self.reason, ""))
        return said % {"time": moment(self.until)} if said and self.until else said


def moment(until: datetime) -> str:
    """A moment as people say it: the time today, the date as well on any other day."""
    local = localtime(until)
    today = local.date() == localtime(clock.now()).date()
    return date_format(local, "TIME_FORMAT" if today else "SHORT_DATETIME_FORMAT")


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
        return Verdict(reason, configuration)
    found = facts.read([product.pk])
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
    found = facts.read(list(listed))
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
    paused = account.circuit_until is not None and account.circuit_until > clock.now()
    if account.circuit_reason == "no_credits" and paused:
        return Reason.NO_CREDITS, None
    if account.circuit_reason and paused:
        return Reason.SERVICE_DOWN, None
    if account.credits is not None and account.credits <= 0:
        return Reason.NO_CREDITS, None
    return None


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
        or (Reason.NOT_PUBLIC if own is None else _of_product(own, who, itself))
        or (Reason.EXPERIMENT if _in_control_group(who, configuration) else None)
    )
    if reason:
        return Verdict(reason, configuration)
    passing = of_account(found.account)
    if passing:
        return Verdict(passing[0], configuration, passing[1])
    return Verdict(Reason.SHOWN, configuration)


def _of_product(own: dict[str, Any], who: Visitor, itself: bool) -> Reason | None:
    # A product that is no variant has no parent to be public or not.
    public = own["public"] and (own["parent_public"] is None or own["parent_public"])
    # Oscar shows staff what is not public yet; they may try it on before anybody else.
    if not public and not who.is_staff:
        return Reason.NOT_PUBLIC
    refusal = rules.refusal(own)
    if refusal == Reason.PRODUCT_OFF or (own["variants"] and not own["variant_on"]):
        return Reason.PRODUCT_OFF
    # One variant that can be tried on is enough for a button on its parent's page.
    through = "variant_on_own" if refusal == Reason.CATEGORY_OFF else "variant_open"
    if own[through] and not itself:
        return None
    if refusal:
        return Reason(refusal)
    return None if own["pictured"] else Reason.NO_PICTURE


def _in_control_group(who: Visitor, configuration: Configuration) -> bool:
    return any(assign(who, configuration) for assign in control_group)
