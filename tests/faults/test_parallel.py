"""What real processes do to each other on a real PostgreSQL."""

from datetime import timedelta

import pytest
from django.utils.timezone import localtime

from genlook_oscar import clock
from genlook_oscar.models import Account, Alert, Configuration, Occurrence, TryOn
from tests.chat import chat
from tests.conftest import wait_until
from tests.processes import actors, cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_one_of_many_claims_a_tryon(emulator, click):
    tryon = click()
    tokens = [said for said in actors(8, "claim", tryon.pk) if said]
    assert len(tokens) == 1
    tryon.refresh_from_db()
    assert (tryon.claim, tryon.attempts) == (tokens[0], 1)


def test_one_of_many_watches(emulator):
    Account.load()
    assert len([said for said in actors(8, "watch") if said]) == 1


def test_all_processes_together_spend_the_minute_and_no_more(settings, emulator):
    Account.load()
    granted = [int(said) for said in actors(6, "pace")]
    assert sum(granted) == 100


def test_many_clicks_at_once_are_one_tryon(emulator, shopper, product, photo):
    said = actors(8, "click", shopper.pk, product.pk, photo.pk)
    assert len(set(said)) == 1
    assert TryOn.objects.count() == 1


def test_many_submits_of_one_tryon_pay_once(emulator, click):
    tryon = click()
    actors(8, "submit", tryon.pk)
    state = emulator.control.state()
    assert state["requests"]["POST /try-on"] == 1
    assert state["requests"]["POST /images/upload"] == 1


def test_many_sweeps_at_once_tell_each_thing_once(emulator, configuration):
    Configuration.objects.update(alert_emails="ada@example.com", budget_per_day=10)
    Account.load()
    with chat() as hook:
        for times in range(1, 6):
            Occurrence.objects.update(since=None, told_at=None)
            Account.objects.update(drift=3, books_since=clock.now(), credits=0)
            actors(8, "tell", GENLOOK_ALERT_WEBHOOK=hook.url)
            told = [row["code"] for row in hook.heard]
            assert sorted(told) == sorted(["drift", "no_credits"] * times)
    mails = Alert.objects.filter(channel="mail").values_list("code", flat=True)
    assert sorted(mails) == sorted(["drift", "no_credits"] * 5)
    calls = Alert.objects.filter(channel="webhook").exclude(left_at=None)
    assert list(calls.values_list("attempts", flat=True)) == [1] * 10


def test_many_sweeps_at_once_send_one_digest(emulator, configuration, shared_clock):
    Configuration.objects.update(weekly_digest=True, alert_emails="ada@example.com")
    now = localtime(clock.now())
    monday = (now - timedelta(days=now.weekday())).replace(hour=12)
    shared_clock.step((monday - now).total_seconds())
    for week in range(1, 4):
        actors(8, "send_digest")
        assert Alert.objects.filter(code="weekly_digest").count() == week
        shared_clock.step(7 * 86_400)


def test_two_clusters_complete_everything_once(emulator, make_product, click, make_photo):
    emulator.control.settings(generation_seconds=[1, 2])
    photos = [make_photo(color) for color in ("#112233", "#445566", "#778899")]
    products = [make_product(f"Item {number}") for number in range(4)]
    rows = [click(product=product, photo=photo) for product in products for photo in photos]
    with cluster(), cluster():
        wait_until(lambda: not TryOn.objects.live().exists(), timeout=90, what="all try-ons to end")
    done = TryOn.objects.filter(pk__in=[row.pk for row in rows])
    assert {row.status for row in done} == {TryOn.Status.COMPLETED}
    state = emulator.control.state()
    assert state["charged"] == len(rows)
    assert state["requests"]["POST /try-on"] == len(rows)
    assert state["requests"]["POST /images/upload"] == len(photos)
    assert state["rate_limited"] == 0
