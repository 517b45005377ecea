"""Whether Genlook serves this account. Nothing of it is urgent while try-on is switched off."""

from django.utils.translation import gettext_lazy as _

from .cause import CRITICAL, SHOWN, WARNING, Cause

CLOSED = _("The fitting room is closed at the moment. The shop has been told.")
CHECK_KEY = _("Check GENLOOK_API_KEY in the project's settings, and the account at Genlook.")

SETTINGS_WRONG = Cause(
    "settings_wrong",
    CRITICAL,
    _("A setting of the project is wrong, so nothing can be tried on."),
    _("Run “manage.py check”: it says which, and what to write."),
    CLOSED,
    resting=WARNING,
)
NO_KEY = Cause(
    "no_key",
    CRITICAL,
    _("No API key is set, so nothing can be tried on."),
    _("Set GENLOOK_API_KEY in the project's settings and start its processes again."),
    CLOSED,
    resting=WARNING,
    alarm="MISSING_API_KEY",
)
KEY_REFUSED = Cause(
    "key_refused",
    CRITICAL,
    _("Genlook refuses the API key: wrong, revoked, or the account is inactive."),
    CHECK_KEY,
    CLOSED,
    resting=WARNING,
    alarm="INVALID_API_KEY",
    circuit="not_configured",
)
NO_CREDITS = Cause(
    "no_credits",
    CRITICAL,
    _("The Genlook account has no credits left."),
    _("Top it up at Genlook. Shoppers can try on again within a minute."),
    CLOSED,
    resting=WARNING,
    alarm="INSUFFICIENT_CREDITS",
    circuit="no_credits",
)
WRONG_ADDRESS = Cause(
    "wrong_address",
    CRITICAL,
    _("There is no Genlook service at GENLOOK_BASE_URL."),
    _("Write it with its path, as in https://api.genlook.app/tryon/v1, or remove it."),
    CLOSED,
    resting=WARNING,
    alarm="WRONG_ADDRESS",
    circuit="not_configured",
)
BLOCKED = Cause(
    "blocked",
    CRITICAL,
    _("A firewall or a proxy answers in Genlook's place and refuses this shop's requests."),
    _("Let this host reach GENLOOK_BASE_URL."),
    _("The fitting room cannot be reached right now. Try again shortly."),
    resting=WARNING,
    alarm="BLOCKED",
    circuit="unavailable",
)
UNAVAILABLE = Cause(
    "unavailable",
    CRITICAL,
    _("Genlook does not answer, and shoppers are told so at once."),
    _("Nothing, unless it lasts: then see that this host reaches GENLOOK_BASE_URL."),
    _("The fitting room cannot be reached right now. Try again shortly."),
    resting=WARNING,
    alarm="UNAVAILABLE",
    circuit="unavailable",
)
NOT_ALLOWED = Cause(
    "not_allowed",
    CRITICAL,
    _("Genlook says that a product or a generation belongs to another account."),
    _("Where shops share product names, set GENLOOK_EXTERNAL_ID_PREFIX."),
    CLOSED,
    resting=WARNING,
    alarm="FORBIDDEN",
    circuit="not_allowed",
)
REFUSED = Cause(
    "refused",
    CRITICAL,
    _("Genlook refuses this shop's requests (%(code)s)."),
    CHECK_KEY,
    CLOSED,
    resting=WARNING,
    circuit="not_configured",
)
NO_ANSWER = Cause(
    "no_answer",
    WARNING,
    _("Genlook has given no good answer for more than a quarter of an hour."),
    _("See the log of the workers, and that this host reaches GENLOOK_BASE_URL."),
)
RATE_LIMITED = Cause(
    "rate_limited",
    WARNING,
    _("Genlook limits this account's requests (429), so all of them rest for a moment."),
    _(
        "Where others use the same account, set GENLOOK_REQUESTS_PER_MINUTE to this "
        "shop's part of the limit."
    ),
    # Now and then it costs nothing but seconds.
    told=SHOWN,
)

ALL = (
    SETTINGS_WRONG,
    NO_KEY,
    KEY_REFUSED,
    NO_CREDITS,
    WRONG_ADDRESS,
    BLOCKED,
    UNAVAILABLE,
    NOT_ALLOWED,
    REFUSED,
    NO_ANSWER,
    RATE_LIMITED,
)
