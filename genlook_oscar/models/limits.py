"""The merchant's settings about how much may be used: by one shopper, and by all together."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def _limit(name: Any, default: int | None, help_text: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        name,
        default=default,
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=help_text,
    )


class Limits(models.Model):
    """The part of `Configuration` that bounds what is used. None: no limit. The defaults are
    chosen here: more than anybody needs who looks for clothes, less than a joke costs."""

    class WhenSpent(models.TextChoices):
        EXPLAIN = "explain", _("Say in place of the button when it comes back")
        HIDE = "hide", _("Hide the button")
        CUSTOMERS = "customers", _("Signed-in customers only, who may go beyond the budget")

    guest_tryons_per_day = _limit(
        _("try-ons of a guest per day"),
        10,
        _("Empty: no limit. Pictures that exist already and failures do not count."),
    )
    guest_tryons_at_once = _limit(
        _("try-ons of a guest at the same time"), 3, _("Empty: no limit.")
    )
    guest_uploads_per_hour = _limit(_("photos of a guest per hour"), 20, _("Empty: no limit."))
    guest_uploads_per_day = _limit(_("photos of a guest per day"), 60, _("Empty: no limit."))
    network_tryons_per_day = _limit(
        _("try-ons of all guests of one network per day"),
        30,
        _(
            "So that a guest who deletes their cookies does not begin anew. A network is a "
            "household, an office, or many customers of one telephone company: do not set this "
            "too low. Empty: no limit."
        ),
    )
    network_uploads_per_day = _limit(
        _("photos of all guests of one network per day"), 120, _("Empty: no limit.")
    )
    new_customers_with_network = models.BooleanField(
        _("new customers count with their network"),
        default=True,
        help_text=_(
            "So that nobody goes past the limits of networks by registering again and again. "
            "Customers are new until they have an order, or until the shop's own code vouches "
            "for them; then a crowded network does not concern them any more."
        ),
    )
    customer_tryons_per_day = _limit(
        _("try-ons of a customer per day"), 30, _("For signed-in customers. Empty: no limit.")
    )
    customer_tryons_at_once = _limit(
        _("try-ons of a customer at the same time"), 5, _("Empty: no limit.")
    )
    customer_uploads_per_hour = _limit(
        _("photos of a customer per hour"), 20, _("Empty: no limit.")
    )
    customer_uploads_per_day = _limit(_("photos of a customer per day"), 60, _("Empty: no limit."))
    buyer_extra_per_day = models.PositiveIntegerField(
        _("more try-ons per day for customers with an order"),
        default=20,
        help_text=_("On top of a customer's own. 0: nothing more."),
    )

    budget_per_day = _limit(
        _("credits per day"),
        100,
        _(
            "What the whole shop may spend from midnight to midnight. 100 is what ten guests use "
            "who use all they may: more than a small shop needs, and no ruin if somebody means "
            "harm. Raise it when shoppers run into it. Empty: no limit."
        ),
    )
    budget_per_month = _limit(
        _("credits per month"),
        None,
        _("What the whole shop may spend in a calendar month. Empty: no limit."),
    )
    budget_spent = models.CharField(
        _("when the budget is spent"),
        max_length=16,
        choices=WhenSpent.choices,
        default=WhenSpent.EXPLAIN,
        help_text=_("Pictures that exist already can be seen all the same."),
    )

    alert_emails = models.TextField(
        _("e-mail addresses for alerts"),
        blank=True,
        help_text=_(
            "Who is told when the budget runs out, when credits run low and when Genlook cannot "
            "be used. One address in each line. Empty: the project's ADMINS, else MANAGERS, else "
            "the shop's own address."
        ),
    )
    alert_thresholds = models.CharField(
        _("tell when so much of a budget is spent"),
        max_length=64,
        blank=True,
        default="50, 80, 100",
        help_text=_("In percent, with commas between them. Each is told once per day or month."),
    )
    alert_credits = models.PositiveIntegerField(
        _("tell when fewer credits are left"),
        default=100,
        help_text=_("Credits of the Genlook account. 0: only when none are left."),
    )

    weekly_digest = models.BooleanField(
        _("send a digest each week"),
        default=False,
        help_text=_(
            "On Monday morning, by e-mail to whom alerts go: try-ons, pictures, credits and orders "
            "of the week before, and what is wrong now."
        ),
    )

    class Meta:
        abstract = True
        app_label = "genlook_oscar"

    def lift_limits(self) -> None:
        """Set no limit on what anybody may do, as for a measurement; unsaved."""
        for field in Limits._meta.fields:
            if field.null:
                setattr(self, field.name, None)

    @property
    def thresholds(self) -> list[int]:
        """Percents of a budget at which somebody is told, rising."""
        told = (part.strip() for part in self.alert_thresholds.split(","))
        return sorted({int(part) for part in told if part.isdecimal()})

    @property
    def alert_addresses(self) -> list[str]:
        """Who is told."""
        return self.alert_emails.replace(",", " ").split()
