"""Registrations that are about to lapse, renewed where there is time for it."""

from datetime import timedelta

import pytest

from genlook_oscar import clock
from genlook_oscar.engine import pacing, products, renewal
from genlook_oscar.engine.pacing import Kind
from genlook_oscar.models import Account, Configuration, ProductLink, TryOn

pytestmark = pytest.mark.django_db


@pytest.fixture
def days_pass(emulator, pass_time, sweep, drain):
    """Let days pass here and at Genlook, and the sweep come by at their end."""

    def act(**delta):
        pass_time(**delta)
        emulator.control.advance(timedelta(**delta).total_seconds())
        sweep()
        drain()

    return act


@pytest.fixture
def tried_on(emulator, click, drain, product):
    """A product that was tried on once, sent inline."""
    click()
    drain()
    link = ProductLink.objects.get()
    assert link.lifetime_days == products.INLINE_DAYS
    return link


def registrations(emulator):
    return emulator.control.state()["requests"].get("POST /products", 0)


def test_a_product_lately_tried_on_stays_known(
    emulator, tried_on, days_pass, click, drain, make_photo
):
    days_pass(days=13)
    assert registrations(emulator) == 0
    days_pass(days=1)
    assert registrations(emulator) == 1
    tried_on.refresh_from_db()
    assert tried_on.known_until > clock.now() + timedelta(days=29)
    # Without it Genlook would have forgotten the product by now.
    days_pass(days=5)
    tryon = click(photo=make_photo("#112233"))
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.inline) == (TryOn.Status.COMPLETED, False)
    assert emulator.control.state()["requests"]["POST /try-on"] == 2


def test_it_is_sent_once(emulator, tried_on, days_pass):
    days_pass(days=14)
    for _ in range(3):
        days_pass(minutes=1)
    assert registrations(emulator) == 1


def test_what_nobody_wants_any_more_is_let_go(emulator, tried_on, days_pass):
    days_pass(days=14)
    tried_on.refresh_from_db()
    assert registrations(emulator) == 1
    # Half a day before it lapses again, six weeks after anybody tried it on.
    days_pass(days=29, hours=12)
    assert timedelta(0) < tried_on.known_until - clock.now() < products.RENEWED_BEFORE
    assert registrations(emulator) == 1
    days_pass(days=1)
    tried_on.refresh_from_db()
    assert tried_on.known_until < clock.now()


def test_what_was_only_looked_at_is_let_go(
    emulator, configuration, product, on_commit, drain, days_pass
):
    with on_commit():
        products.enqueue_registration(product)
    drain()
    assert registrations(emulator) == 1
    days_pass(days=29)
    assert registrations(emulator) == 1


def test_what_has_lapsed_is_left_to_the_click(emulator, tried_on, days_pass):
    days_pass(days=16)
    assert registrations(emulator) == 0


def test_a_tryon_renews_by_itself(emulator, tried_on, days_pass, click, drain, make_photo):
    days_pass(days=13)
    click(photo=make_photo("#112233"))
    drain()
    days_pass(days=1)
    assert registrations(emulator) == 0


def test_changed_content_is_what_is_sent(emulator, tried_on, product, days_pass):
    product.title = "Linen shirt, new cut"
    product.save()
    days_pass(days=14)
    assert registrations(emulator) == 1
    tried_on.refresh_from_db()
    assert tried_on.is_known(products.fingerprint(product))


@pytest.mark.parametrize("why", ["off", "hidden", "deleted", "unfit", "no try-ons", "outage"])
def test_what_would_be_in_vain_is_not_sent(emulator, tried_on, product, days_pass, why):
    if why == "off":
        ProductLink.objects.update(enabled=False)
    elif why == "hidden":
        product.is_public = False
        product.save()
    elif why == "deleted":
        product.delete()
    elif why == "unfit":
        ProductLink.objects.update(error_code="no_picture")
    elif why == "no try-ons":
        Configuration.objects.update(enabled=False)
    else:
        emulator.control.fault("refuse", times=None)
        Account.objects.update(circuit_reason="unavailable", circuit_last="unavailable")
    days_pass(days=14)
    assert registrations(emulator) == 0


def test_one_that_fails_is_left_to_the_click(emulator, tried_on, days_pass):
    emulator.control.fault("error", path="/products", times=1, status=400, code="INVALID_IMAGE")
    days_pass(days=14)
    days_pass(minutes=1)
    assert registrations(emulator) == 1
    tried_on.refresh_from_db()
    assert tried_on.error_code == "INVALID_IMAGE"


def test_few_at_a_time_the_most_urgent_first(
    emulator, click, drain, make_product, days_pass, pass_time
):
    for number in range(5):
        click(product=make_product(f"Item {number}"))
        drain()
        pass_time(minutes=1)
        emulator.control.advance(60)
    days_pass(days=14)
    sent = ProductLink.objects.filter(known_until__gt=clock.now() + timedelta(days=20))
    first = ProductLink.objects.exclude(last_used_at=None).order_by("last_used_at")[
        : renewal.PER_SWEEP
    ]
    assert {link.pk for link in sent} == {link.pk for link in first}
    for _ in range(2):
        days_pass(minutes=1)
    assert sent.all().count() == 5


def test_only_requests_that_nobody_else_needs_are_spent(
    emulator, settings, tried_on, days_pass, pass_time
):
    settings.GENLOOK_REQUESTS_PER_MINUTE = 20
    pass_time(days=14)
    emulator.control.advance(timedelta(days=14).total_seconds())
    # A quarter of the minute is kept for shoppers who may come.
    for _ in range(16):
        pacing.acquire(Kind.FINISH)
    days_pass(seconds=1)
    assert registrations(emulator) == 0
    days_pass(minutes=2)
    assert registrations(emulator) == 1
