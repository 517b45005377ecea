"""What credits cost, wherever credits are told, and that no money is told without a price."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from oscar.core.loading import get_model
from oscar.test.factories import create_order

from genlook_oscar import clock
from genlook_oscar.models import Attribution, Configuration
from tests.integration.dashboard.test_figures import (
    CSV,
    NOW,
    page,
    rows_of,
    signed_in,
    table,
    tiles,
    user_with,
    words,
)
from tests.rows import Charge, Status, add_tryon

pytestmark = pytest.mark.django_db

ADMIN = "/admin/genlook_oscar/"


@pytest.fixture(autouse=True)
def _at_three() -> Any:
    with clock.shift(seconds=(NOW - clock.now()).total_seconds()):
        yield


@pytest.fixture
def boss() -> Client:
    return signed_in(user_with("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def price(configuration: Any) -> Callable[..., None]:
    def price(amount: str | None, currency: str = "EUR", **more: Any) -> None:
        values = {"credit_price": amount and Decimal(amount), "credit_currency": currency}
        Configuration.objects.update(**values, **more)

    return price


@pytest.fixture
def tryons(product: Any) -> list[Any]:
    """Two a day for eight days, one of them uncertain, and one that failed."""
    made = [
        add_tryon(NOW - timedelta(days=day, minutes=minutes), product=product)
        for day in range(8)
        for minutes in (5, 10)
    ]
    add_tryon(NOW - timedelta(minutes=7), Status.FAILED, charge=Charge.UNCERTAIN)
    add_tryon(NOW - timedelta(minutes=8), Status.FAILED, charge=Charge.RELEASED)
    return made


def test_without_a_price_there_is_no_money_anywhere(
    boss: Client, price: Any, tryons: Any, capsys: Any
) -> None:
    price(None, budget_per_day=100)
    for text in (
        words(page(boss)),
        rows_of(boss.get(CSV))[0],
        boss.get(f"{ADMIN}tryon/{tryons[0].pk}/change/").content.decode(),
        boss.get("/cms-admin/try-on/report/").content.decode(),
        boss.get("/cms-admin/try-on/report/?export=csv").getvalue().decode(),
    ):
        assert "€" not in text
        assert "Cost" not in text
    checklist = boss.get(f"{ADMIN}configuration/1/change/").content.decode()
    assert "The shop spends at most 100 credits a day<" in checklist.replace("</th>", "<")
    with pytest.raises(SystemExit):
        call_command("genlook_status", "--json")
    assert json.loads(capsys.readouterr().out)["cost"] is None


def test_the_dashboard_tells_costs_beside_credits(boss: Client, price: Any, tryons: Any) -> None:
    price("0.05", budget_per_day=100, budget_per_month=500)
    soup = page(boss, "?start=2026-11-01&end=2026-11-20")
    found = tiles(soup)
    text = words(soup)
    assert (found["Budget of the day"], found["Credits this month"]) == ("3 of 100", "17")
    assert "€0.15 of €5.00" in text
    # 14 in seven whole days; ten days are left after today, which has had its share.
    assert "About 37 (€1.85) by the end of the month, if each day is like those of" in text
    assert "16 credits (€0.80)" in text
    assert "Charged: €0.80. Uncertain: €0.05." in text
    assert table(soup, "genlook-numbers")[-1][6:9] == ["2", "€0.10", "1"]


def test_what_each_order_that_followed_has_cost(
    boss: Client, price: Any, tryons: Any, product: Any
) -> None:
    price("0.05")
    Basket = get_model("basket", "Basket")
    for tryon in tryons[:2]:
        basket = Basket.objects.create()
        from oscar.apps.partner.strategy import Selector

        basket.strategy = Selector().strategy()
        basket.add_product(product)
        order = create_order(basket=basket)
        Attribution.objects.create(
            kind=Attribution.Kind.ORDER,
            shopper=tryon.shopper,
            tryon=tryon,
            tried=product,
            tried_on=NOW.date(),
            line=order.lines.get(),
        )
    text = words(page(boss, "?start=2026-11-01&end=2026-11-20"))
    assert "2 orders followed: 8.0 credits for each (€0.40)" in text


def test_partners_are_not_told_what_the_shop_pays(price: Any, tryons: Any, product: Any) -> None:
    price("0.05", budget_per_day=100)
    partner = user_with("supplier", "partner.dashboard_access", "genlook_oscar.view_figures")
    product.stockrecords.get().partner.users.add(partner)
    theirs = signed_in(partner)
    soup = page(theirs)
    assert "€" not in words(soup)
    assert "2 try-ons" in words(soup) or "16 try-ons" in words(soup)
    assert "Cost" not in rows_of(theirs.get(CSV))[0]


def test_the_files_have_plain_numbers_and_the_currency(
    boss: Client, price: Any, tryons: Any
) -> None:
    price("0.0435")
    heading, *rows = rows_of(boss.get(f"{CSV}?start=2026-11-19&end=2026-11-20"))
    assert heading[-2:] == ["Cost", "Currency"]
    assert [row[-2:] for row in rows] == [["0.0870", "EUR"]] * 2

    answer = boss.get("/cms-admin/try-on/report/?export=csv").getvalue().decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(answer))
    at = heading.index("Cost")
    assert heading[at : at + 2] == ["Cost", "Currency"]
    told = sorted(row[at : at + 2] for row in rows)
    assert told == [["", ""]] * 2 + [["0.0435", "EUR"]] * 16


def test_the_checklist_and_a_try_on_tell_it(boss: Client, price: Any, tryons: Any) -> None:
    price("0.05", budget_per_day=100)
    assert "The shop spends at most 100 credits a day (€5.00)" in (
        boss.get(f"{ADMIN}configuration/1/change/").content.decode()
    )
    assert "€0.05" in boss.get(f"{ADMIN}tryon/{tryons[0].pk}/change/").content.decode()
    (uncertain,) = type(tryons[0]).objects.filter(charge=Charge.UNCERTAIN)
    assert "perhaps €0.05" in boss.get(f"{ADMIN}tryon/{uncertain.pk}/change/").content.decode()


def test_the_command_tells_it(price: Any, tryons: Any, capsys: Any) -> None:
    price("0.05")
    with pytest.raises(SystemExit):
        call_command("genlook_status", "--json")
    told = json.loads(capsys.readouterr().out)["cost"]
    assert told == {"settled": "0.8000", "price": "0.0500", "currency": "EUR"}
    with pytest.raises(SystemExit):
        call_command("genlook_status")
    assert "Settled ones have cost €0.80." in capsys.readouterr().out
