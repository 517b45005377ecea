"""Every reason for a button or none: how it comes about, what staff read, what shoppers see."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from oscar.core.loading import get_model

from genlook_oscar import clock
from genlook_oscar.catalogue import eligibility
from genlook_oscar.catalogue.eligibility import Display, Reason, verdict, verdicts
from genlook_oscar.models import Account, Configuration, Counter, ProductLink, Rule, allowance
from genlook_oscar.visitor import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

GUEST = Visitor(None, uuid.UUID(int=5), "203.0.113.0/24")


def link(product: Any, **values: Any) -> None:
    ProductLink.objects.create(product=product, external_id="x", **values)


def use_up(found: list[Any]) -> None:
    for one in found:
        if one.limit is None:
            continue
        Counter.objects.create(name=one.name, used=one.limit, until=one.until)


def limit(product: Any) -> None:
    Configuration.objects.update(guest_tryons_per_day=3)
    use_up(allowance.tryons(Configuration.objects.get(), GUEST, clock.now()))


def crowd(product: Any) -> None:
    Configuration.objects.update(network_tryons_per_day=3)
    use_up(allowance.tryons(Configuration.objects.get(), GUEST, clock.now()))


def budget(product: Any, then: str = "explain") -> None:
    Configuration.objects.update(budget_per_month=3, budget_spent=then)
    use_up(allowance.budgets(Configuration.objects.get(), clock.now()))


def down(product: Any, reason: str = "unavailable") -> None:
    Account.load()
    later = clock.now() + timedelta(minutes=1)
    Account.objects.update(circuit_reason=reason, circuit_until=later)


def no_credits(product: Any) -> None:
    Account.load()
    Account.objects.update(credits=0)


def control(product: Any) -> None:
    eligibility.control_group.append(lambda who, configuration: who.key == GUEST.key)


def category_off(product: Any) -> None:
    Rule.objects.create(product_class=product.product_class, on=False)


def set_(**values: Any) -> Any:
    return lambda product: Configuration.objects.update(**values)


SHOW, HIDE, EXPLAIN = Display.SHOW, Display.HIDE, Display.EXPLAIN
TABLE: list[tuple[Any, str, Display, str]] = [
    (lambda product: None, "shown", SHOW, "The button is shown."),
    (set_(enabled=False), "off", HIDE, "Virtual try-on is switched off in its configuration."),
    (
        "no key",
        "not_configured",
        HIDE,
        "GENLOOK_API_KEY is not set, or a setting is wrong: see “manage.py check”.",
    ),
    (
        set_(audience="customers"),
        "sign_in_first",
        EXPLAIN,
        "Only signed-in customers may try on; the configuration says so.",
    ),
    (
        set_(audience="staff"),
        "staff_only",
        HIDE,
        "Only staff may try on for now; the configuration says so.",
    ),
    (
        control,
        "experiment",
        HIDE,
        "This shopper is in the experiment's control group, which sees no button.",
    ),
    (
        lambda product: type(product).objects.update(is_public=False),
        "not_public",
        HIDE,
        "The product, or the one it is a variant of, is not public.",
    ),
    (
        lambda product: link(product, enabled=False),
        "product_off",
        HIDE,
        "Try-on is switched off for this product, for its parent, or for all its variants.",
    ),
    (
        category_off,
        "category_off",
        HIDE,
        "Try-on is switched off for the product's category or product class by a rule.",
    ),
    (
        lambda product: link(product, ready_code="no_title"),
        "not_ready",
        HIDE,
        "The product is not ready to be tried on. Its product link says what is missing.",
    ),
    (
        lambda product: get_model("catalogue", "ProductImage").objects.all().delete(),
        "no_picture",
        HIDE,
        "Neither the product nor its parent has a picture.",
    ),
    (
        limit,
        "limit_reached",
        EXPLAIN,
        "This shopper has used the try-ons that the configuration allows. It lasts until midnight.",
    ),
    (
        crowd,
        "network_limit",
        EXPLAIN,
        "Guests and new customers of this shopper's network have used the try-ons that the "
        "configuration allows. It lasts until midnight.",
    ),
    (
        budget,
        "budget_spent",
        EXPLAIN,
        "The shop's budget of credits is spent; the configuration says what then. It lasts until ",
    ),
    (
        lambda product: budget(product, "hide"),
        "budget_spent",
        HIDE,
        "The shop's budget of credits is spent; the configuration says what then. It lasts until ",
    ),
    (
        no_credits,
        "no_credits",
        EXPLAIN,
        "The Genlook account has no credits left. Top it up at Genlook.",
    ),
    (
        lambda product: down(product, "no_credits"),
        "no_credits",
        EXPLAIN,
        "The Genlook account has no credits left. Top it up at Genlook.",
    ),
    (
        down,
        "service_down",
        EXPLAIN,
        "Genlook does not answer, or refuses this shop. The button comes back by itself.",
    ),
    (
        lambda product: down(product, "not_allowed"),
        "service_down",
        EXPLAIN,
        "Genlook does not answer, or refuses this shop. The button comes back by itself.",
    ),
    (
        lambda product: Account.objects.update_or_create(
            pk=1, defaults={"stopped_since": clock.now()}
        ),
        "workers",
        EXPLAIN,
        "No worker makes try-ons. See that “manage.py qcluster” is running for them.",
    ),
]


@pytest.fixture(autouse=True)
def _no_experiment() -> Any:
    before = list(eligibility.control_group)
    yield
    eligibility.control_group[:] = before


@pytest.mark.parametrize(
    ("cause", "code", "display", "explanation"),
    TABLE,
    ids=[f"{row[1]}-{row[2].value}" for row in TABLE],
)
def test_reason(
    product: Any,
    configuration: Any,
    settings: Any,
    django_assert_num_queries: Any,
    cause: Any,
    code: str,
    display: Display,
    explanation: str,
) -> None:
    if cause == "no key":
        settings.GENLOOK_API_KEY = ""
    else:
        cause(product)
    with django_assert_num_queries(1):
        found = verdict(product, who=GUEST)
    assert (found.reason, found.display) == (code, display)
    assert found.explanation.startswith(explanation)
    # Shoppers read something exactly where there is something to read.
    assert bool(found.words) or found.display != EXPLAIN
    with django_assert_num_queries(1):
        assert verdicts([product], who=GUEST) == {product.pk: found}


def test_the_table_has_every_reason() -> None:
    assert {row[1] for row in TABLE} == set(Reason.values)


@pytest.mark.usefixtures("noon")
def test_what_lasts_comes_before_what_passes(product: Any, configuration: Any) -> None:
    no_credits(product)
    down(product)
    assert verdict(product, who=GUEST).reason == "service_down"
    limit(product)
    assert verdict(product, who=GUEST).reason == "limit_reached"
    budget(product)
    longest = verdict(product, who=GUEST)
    assert longest.reason == "budget_spent"
    link(product, enabled=False)
    assert verdict(product, who=GUEST).reason == "product_off"


def test_a_guests_limit_is_no_customers(product: Any, configuration: Any) -> None:
    limit(product)
    customer = get_user_model().objects.create_user("mei", "mei@example.com")
    assert verdict(product, user=customer).shown
    assert verdict(product, who=GUEST).sign_in


def test_when_a_pause_is_over_somebody_may_find_out(
    product: Any, configuration: Any, pass_time: Any
) -> None:
    down(product)
    pass_time(minutes=2)
    assert verdict(product, who=GUEST).shown
