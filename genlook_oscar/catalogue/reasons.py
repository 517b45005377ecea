"""The answers of the resolver: reason codes, what staff and shoppers read of each, and what
stands where the button belongs."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import Enum

from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..causes import account, workers
from ..models import Configuration
from ..models.allowance import Allowance


class Reason(TextChoices):
    """Why there is a button or none: a stable code, and the sentence that staff read."""

    SHOWN = "shown", _("The button is shown.")
    OFF = "off", _("Virtual try-on is switched off in its configuration.")
    NOT_CONFIGURED = (
        "not_configured",
        _("GENLOOK_API_KEY is not set, or a setting is wrong: see “manage.py check”."),
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
    LIMIT_REACHED = (
        "limit_reached",
        _("This shopper has used the try-ons that the configuration allows."),
    )
    NETWORK_LIMIT = (
        "network_limit",
        _(
            "Guests and new customers of this shopper's network have used the try-ons that the "
            "configuration allows."
        ),
    )
    BUDGET_SPENT = (
        "budget_spent",
        _("The shop's budget of credits is spent; the configuration says what then."),
    )
    NO_CREDITS = "no_credits", _("The Genlook account has no credits left. Top it up at Genlook.")
    SERVICE_DOWN = (
        "service_down",
        _("Genlook does not answer, or refuses this shop. The button comes back by itself."),
    )
    WORKERS_DOWN = (
        "workers",
        _("No worker makes try-ons. See that “manage.py qcluster” is running for them."),
    )


PASSING = frozenset(
    {
        Reason.LIMIT_REACHED,
        Reason.NETWORK_LIMIT,
        Reason.BUDGET_SPENT,
        Reason.NO_CREDITS,
        Reason.SERVICE_DOWN,
        Reason.WORKERS_DOWN,
    }
)
"""Reasons that end by themselves, and that a picture which exists already does not mind."""

WORDS: dict[Reason, str | Promise] = {
    Reason.SIGN_IN_FIRST: _("Sign in to see this on you."),
    Reason.LIMIT_REACHED: _(
        "You have used your try-ons for today. You can try on again from %(time)s."
    ),
    Reason.NETWORK_LIMIT: _(
        "Too many try-ons have been made from your network today. You can try on again from "
        "%(time)s."
    ),
    Reason.BUDGET_SPENT: _(
        "The fitting room is closed for now. You can try on again from %(time)s."
    ),
    Reason.NO_CREDITS: account.NO_CREDITS.shopper,
    Reason.SERVICE_DOWN: account.UNAVAILABLE.shopper,
    Reason.WORKERS_DOWN: workers.FROZEN.shopper,
}
"""What shoppers read in place of the button. Where nothing stands, they see nothing."""


class Display(Enum):
    """What stands where the button belongs: the button, nothing, or words that say why."""

    SHOW = "show"
    HIDE = "hide"
    EXPLAIN = "explain"


@dataclass(frozen=True)
class Verdict:
    """The answer, and the configuration that it was found with.

    `until` is when the reason ends, if that is known. `hidden` says that shoppers are told
    nothing although there are words for the reason; `sign_in` that signing in helps.
    `allowances` are what a try-on of this visitor is counted for.
    """

    reason: Reason
    configuration: Configuration = field(repr=False, compare=False)
    until: datetime | None = None
    hidden: bool = False
    sign_in: bool = False
    allowances: tuple[Allowance, ...] = field(default=(), repr=False, compare=False)

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
        ends = gettext("It lasts until %(time)s.") % {"time": moment(self.until)}
        return f"{said} {ends}"

    @property
    def words(self) -> str:
        """The reason as the shopper reads it; empty when it is nothing that she can use."""
        said = str(WORDS.get(self.reason, ""))
        if self.until is None:
            return said
        said %= {"time": moment(self.until)}
        if not self.sign_in:
            return said
        # Not those who have just registered, where they count with this network as well.
        if self.reason == Reason.NETWORK_LIMIT and self.configuration.new_customers_with_network:
            return f"{said} {gettext('If you have ordered here before, sign in to go on.')}"
        return f"{said} {gettext('Signed-in customers can go on.')}"


def moment(until: datetime) -> str:
    """A moment as people say it: the time if it is today, else the date, at midnight alone."""
    local, today = localtime(until), localtime(clock.now()).date()
    if local.date() == today:
        return date_format(local, "TIME_FORMAT")
    if local.time() != time.min:
        return date_format(local, "SHORT_DATETIME_FORMAT")
    if local.date() == today + timedelta(days=1):
        return gettext("midnight")
    return date_format(local, "DATE_FORMAT")
