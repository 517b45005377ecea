"""What credits cost: sums, words, and the forecast of a month."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from genlook_oscar.insight.forecast import month
from genlook_oscar.models import Configuration
from genlook_oscar.money import cost_cells, cost_words, price_words

DAY = timedelta(days=1)


def priced(price: str, currency: str = "EUR") -> Configuration:
    return Configuration(credit_price=Decimal(price), credit_currency=currency)


class TestCost:
    @pytest.mark.parametrize(
        ("price", "credits", "cost"),
        [
            ("0.05", 100, "5.0000"),
            ("0.0435", 3, "0.1305"),
            ("0.0001", 1, "0.0001"),
            ("0.1", 3, "0.3000"),
            ("0.05", 2.5, "0.1250"),
            ("99999999.9999", 0, "0.0000"),
        ],
    )
    def test_it_is_exact_to_four_places(self, price, credits, cost):
        assert priced(price).cost(credits) == Decimal(cost)

    def test_without_a_price_there_is_no_money(self):
        free = Configuration()
        assert free.cost(100) is None
        assert cost_words(free, 100) == price_words(free) == ""
        assert cost_cells(free, 100) == []

    def test_the_shops_currency_unless_another_is_named(self, settings):
        settings.OSCAR_DEFAULT_CURRENCY = "PLN"
        assert priced("1", "").currency == "PLN"
        assert priced("1", "USD").currency == "USD"
        assert cost_cells(priced("0.05", ""), 3) == ["0.1500", "PLN"]

    @pytest.mark.parametrize("code", ["eur", "EURO", "XYZ", "€"])
    def test_only_currencies_are_taken(self, admin_client, configuration, code):
        page = admin_client.get("/admin/genlook_oscar/configuration/1/change/")
        form = page.context["adminform"].form
        data = {name: form[name].value() for name in form.fields}
        data = {
            name: value for name, value in data.items() if value is not None and value is not False
        }
        data |= {"credit_price": "0.0435", "credit_currency": code}
        answer = admin_client.post("/admin/genlook_oscar/configuration/1/change/", data)
        assert answer.status_code == (302 if code == "eur" else 200)
        assert Configuration.load().credit_currency == ("EUR" if code == "eur" else "")

    @pytest.mark.parametrize("price", ["0", "-1", "0.00001", "123456789"])
    def test_prices_that_are_none_are_refused(self, price):
        with pytest.raises(ValidationError):
            Configuration._meta.get_field("credit_price").clean(Decimal(price), None)


class TestWords:
    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "€1,234.50"), ("de", "1.234,50\xa0€"), ("fr", "1\u202f234,50\xa0€")],
    )
    def test_they_are_in_the_readers_language(self, language, words):
        with translation.override(language):
            assert cost_words(priced("12.345"), 100) == words

    @pytest.mark.parametrize(
        ("price", "currency", "words"),
        [
            ("0.0435", "EUR", "€0.0435"),
            ("0.05", "EUR", "€0.05"),
            ("0.1", "EUR", "€0.10"),
            ("7", "JPY", "¥7"),
            ("0.5", "JPY", "¥0.5"),
        ],
    )
    def test_a_price_has_all_its_digits(self, price, currency, words):
        assert price_words(priced(price, currency)) == words

    @pytest.mark.parametrize(
        ("credits", "words"), [(0, "€0.00"), (1, "€0.0043"), (3, "€0.01"), (100, "€0.43")]
    )
    def test_less_than_a_coin_is_not_nothing(self, credits, words):
        assert cost_words(priced("0.0043"), credits) == words


class TestForecast:
    TODAY = date(2026, 11, 20)

    def days(self, *credits: int) -> dict[date, int]:
        """Those of the last days, yesterday's last."""
        count = len(credits)
        return {self.TODAY - (count - at) * DAY: each for at, each in enumerate(credits)}

    def test_the_rest_of_the_month_is_like_the_last_week(self):
        # 7 credits in 7 days; ten days are left after today, whose own is still to come.
        found = month(50, 0, self.days(1, 1, 1, 1, 1, 1, 1), self.TODAY, date(2026, 1, 1))
        assert (found.spent, found.expected) == (50, 61)

    def test_today_counts_as_it_is_when_it_is_more(self):
        found = month(50, 9, self.days(1, 1, 1, 1, 1, 1, 1), self.TODAY, date(2026, 1, 1))
        assert found.expected == 60

    def test_only_two_digits_are_told(self):
        found = month(1234, 0, self.days(*[100] * 7), self.TODAY, date(2026, 1, 1))
        assert found.expected == 2300

    def test_never_less_than_is_spent(self):
        found = month(1234, 0, self.days(0, 0, 0, 0, 0, 0, 1), self.TODAY, date(2026, 1, 1))
        assert found.expected == 1234

    @pytest.mark.parametrize("since", [TODAY, TODAY - 6 * DAY])
    def test_less_than_a_week_tells_nothing(self, since):
        assert month(9, 2, self.days(3, 4), self.TODAY, since).expected is None
        assert month(9, 2, self.days(3, 4), self.TODAY, self.TODAY - 7 * DAY).expected

    def test_a_quiet_week_tells_nothing(self):
        found = month(9, 2, self.days(9, *[0] * 7), self.TODAY, date(2026, 1, 1))
        assert found.expected is None

    def test_the_last_day_of_the_year(self):
        last = date(2026, 12, 31)
        days = {last - number * DAY: 7 for number in range(1, 8)}
        assert month(40, 7, days, last, date(2026, 1, 1)).expected == 40
