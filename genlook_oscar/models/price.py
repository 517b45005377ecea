"""What a credit costs the shop."""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import list_currencies
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

LEAST = Decimal("0.0001")
"""The smallest price, and the last digit of every sum that is kept or handed on."""


def known_currency(code: str) -> None:
    """Refuse what is no currency of ISO 4217."""
    if code not in list_currencies():
        raise ValidationError(
            _("Write the three letters of a currency, such as EUR or USD."), code="currency"
        )


class Price(models.Model):
    """The part of `Configuration` that tells money. Without a price none is told anywhere."""

    credit_price = models.DecimalField(
        _("price of a credit"),
        max_digits=12,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST)],
        help_text=_(
            "What you pay Genlook for one. Costs are then shown beside credits, all at this "
            "price, earlier ones too. Empty: no money is shown."
        ),
    )
    credit_currency = models.CharField(
        _("currency of this price"),
        max_length=3,
        blank=True,
        help_text=_("Three letters, such as EUR. Empty: the shop's own currency."),
    )

    class Meta:
        abstract = True
        app_label = "genlook_oscar"

    @property
    def currency(self) -> str:
        """The currency of the price, as its code; unset, the one that Oscar takes."""
        return self.credit_currency or str(getattr(settings, "OSCAR_DEFAULT_CURRENCY", "GBP"))

    def cost(self, credits: float | Decimal) -> Decimal | None:
        """What so many credits cost, to four places; None without a price."""
        if self.credit_price is None:
            return None
        cost = Decimal(self.credit_price) * Decimal(str(credits))
        return cost.quantize(LEAST, rounding=ROUND_HALF_UP)
