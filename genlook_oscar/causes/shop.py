"""Money, promises, the place for pictures, and whether anybody can be told."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .cause import CRITICAL, HEALTH, MAIL, METRICS, SENT, WARNING, WEBHOOK, Cause

CANNOT_WRITE = Cause(
    "cannot_write",
    CRITICAL,
    _("Photos cannot be written to the shop's disk by the process that looked."),
    _("Run “manage.py check” as the user of the web server: it names the folder."),
    resting=WARNING,
)
MANY_FAILURES = Cause(
    "many_failures",
    WARNING,
    _("%(failed)d of the %(ended)d try-ons of the last hour failed."),
    _("See in the list of try-ons why they failed."),
)
MANY_UNCERTAIN = Cause(
    "many_uncertain",
    WARNING,
    _("%(uncertain)d of the %(sent)d try-ons sent in the last day are uncertain."),
    _("See in the log of the workers whether they are killed, or answers get lost."),
)
STORAGE = Cause(
    "storage",
    CRITICAL,
    _("Private storage could not be written, so photos and pictures cannot be kept."),
    _("Make room on it, or see that it answers. What waits is then kept by itself."),
    resting=WARNING,
)
PRODUCTS_REPORTED = Cause(
    "products_reported",
    WARNING,
    ngettext_lazy(
        "%(count)d product is hidden: shoppers reported bad pictures of it.",
        "%(count)d products are hidden: shoppers reported bad pictures of them.",
        "count",
    ),
    _("See the reports. Where they are wrong, offer the product again on its link's page."),
)
NETWORK_UNKNOWN = Cause(
    "network_unknown",
    WARNING,
    _("The networks of today's guests are not known: they all count as one network."),
    _(
        "Behind a proxy, GENLOOK_CLIENT_IP_HEADER must name the header in which it tells the "
        "visitor, and GENLOOK_TRUSTED_PROXIES how many proxies there are."
    ),
    # It ends with each day, and comes back with the first guest of the next.
    again=timedelta(days=7),
)
DRIFT = Cause(
    "drift",
    WARNING,
    ngettext_lazy(
        "Genlook has taken %(count)d credit more than this shop knows of.",
        "Genlook has taken %(count)d credits more than this shop knows of.",
        "count",
    ),
    _("See at Genlook who else uses this account or its key."),
)
ERASURES_LATE = Cause(
    "erasures_late",
    WARNING,
    _("Pictures that a shopper wants gone are not yet erased at Genlook after a day."),
    _("See the log of the workers; it is tried again by itself."),
)
ERASURES_ELSEWHERE = Cause(
    "erasures_elsewhere",
    WARNING,
    ngettext_lazy(
        "Pictures of %(count)d shopper are to be erased in a Genlook account that is "
        "no longer configured.",
        "Pictures of %(count)d shoppers are to be erased in a Genlook account that is "
        "no longer configured.",
        "count",
    ),
    _(
        "Set the former GENLOOK_API_KEY again until that is done, or have Genlook erase "
        "them. In any case Genlook deletes its copies at the end of its retention period."
    ),
)
BUDGET_REACHED = Cause(
    "budget_reached",
    WARNING,
    _("%(spent)d of the budget's %(limit)d credits are spent."),
    _("Set another budget, or wait for the next day or month."),
    told=SENT,
)
CREDITS_LOW = Cause(
    "credits_low",
    WARNING,
    ngettext_lazy(
        "The Genlook account has %(count)d credit left.",
        "The Genlook account has %(count)d credits left.",
        "count",
    ),
    _("Each picture costs one. Top up the account at Genlook."),
    told=SENT,
    # Only a top-up ends it, and that does not flicker.
    again=timedelta(0),
)
MAIL_FAILED = Cause(
    "mail_failed",
    WARNING,
    _("An e-mail could not be sent, last on %(when)s (%(why)s)."),
    _("See that the project's e-mail settings are right and the mail server answers."),
    told=frozenset({WEBHOOK, HEALTH, METRICS}),
)
WEBHOOK_FAILED = Cause(
    "webhook_failed",
    WARNING,
    _("The alert webhook did not take an alert, last on %(when)s (%(why)s)."),
    _("See that GENLOOK_ALERT_WEBHOOK still is the chat's address, and that this host reaches it."),
    told=frozenset({MAIL, HEALTH, METRICS}),
)

ALL = (
    CANNOT_WRITE,
    MANY_FAILURES,
    MANY_UNCERTAIN,
    STORAGE,
    PRODUCTS_REPORTED,
    NETWORK_UNKNOWN,
    DRIFT,
    ERASURES_LATE,
    ERASURES_ELSEWHERE,
    BUDGET_REACHED,
    CREDITS_LOW,
    MAIL_FAILED,
    WEBHOOK_FAILED,
)
