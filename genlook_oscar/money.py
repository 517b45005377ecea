"""Costs in words, in the reader's language, as Oscar writes prices."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, get_currency_precision
from django.conf import settings
from django.utils.translation import get_language, to_locale
from oscar.templatetags.currency_filters import currency

from .models import Configuration


def cost_words(configuration: Configuration, credits: float | Decimal) -> str:
    """What so many credits cost; empty without a price. Less than the currency's smallest coin
    is written with all its digits, so that nothing seems to be free."""
    cost = configuration.cost(credits)
    if cost is None:
        return ""
    code = configuration.currency
    coin = Decimal(1).scaleb(-get_currency_precision(code))
    if cost and cost < coin:
        return exact(cost, code)
    return str(currency(cost, code))


def cost_words_of(credits: float | Decimal, configuration: Configuration) -> str:
    """The same for templates, which tell the number first."""
    return cost_words(configuration, credits)


def price_words(configuration: Configuration) -> str:
    """The price of one credit with all its digits; empty where there is none."""
    price = configuration.credit_price
    return "" if price is None else exact(Decimal(price), configuration.currency)


def exact(amount: Decimal, code: str) -> str:
    """An amount with all the digits it has, and no fewer than its currency's."""
    places = -int(amount.normalize().as_tuple().exponent)
    least = get_currency_precision(code)
    shown = amount.quantize(Decimal(1).scaleb(-max(places, least)))
    locale = to_locale(get_language() or settings.LANGUAGE_CODE)
    return str(format_currency(shown, code, locale=locale, decimal_quantization=False))


def cost_cells(configuration: Configuration, credits: int) -> list[Any]:
    """The cells of a spreadsheet: the cost as a plain number and its currency; none without a
    price."""
    cost = configuration.cost(credits)
    return [] if cost is None else [f"{cost:f}", configuration.currency]
