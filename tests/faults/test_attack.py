"""A script against a shop that has set nothing: many fresh sessions with forged headers, accounts
made by the dozen, and many networks. What it can spend is what the shop was told it would be, and
the merchant learns of it once."""

from collections import Counter as Count
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db.models import Sum
from django_q.models import Schedule

from genlook_oscar.engine import sweeping
from genlook_oscar.models import Configuration, Counter, Shopper, TryOn
from tests import audit
from tests.conftest import picture, wait_until
from tests.faults.conftest import wait_for_all
from tests.processes import cluster, shop
from tests.serving import Browser

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SESSIONS, ACCOUNTS, NETWORKS = 200, 50, 40
TOGETHER = 8
"""Requests at a time."""
PASSWORD = "throw-away-1"


def forged(number):
    """What a client writes to be taken for another."""
    address = f"198.51.{number % 200}.{number % 250}"
    return {
        "X-Forwarded-For": f"{address}, 203.0.113.{number % 250}",
        "X-Real-IP": address,
        "Forwarded": f"for={address}",
        "Via": f"1.1 proxy-{number}",
        "User-Agent": f"Mozilla/5.0 ({number})",
    }


def each(act, wanted, together=TOGETHER):
    """Do `act` with each, so many at the same time; what came of it."""
    with ThreadPoolExecutor(together) as hands:
        return list(hands.map(act, wanted))


def test_what_a_script_can_spend(emulator, unlimited, make_product, settings):
    # A shop that has set nothing but its switch, and whose project names somebody to be told.
    row = Configuration.load()
    row.enabled = True
    row.save()
    budget = row.budget_per_day
    assert budget, "a shop that has set nothing has a budget"
    settings.ADMINS = [("Ada", "ada@example.com")]
    settings.GENLOOK_CLIENT_IP_HEADER = ""
    # The sweep is run here, where its e-mails can be read.
    Schedule.objects.all().delete()
    emulator.control.settings(generation_seconds=0, credits=10_000)
    goods = [make_product(f"Shirt {number}").pk for number in range(3)]
    face = picture(size=(260, 340))

    def come(port, address, number):
        browser = Browser(port, address, **forged(number))
        assert browser.ask("GET", "/try-on/delete/")[0] == 200
        return browser

    def register(port, number):
        browser = come(port, "127.99.0.9", number)
        address = f"throwaway-{number}@example.com"
        status = browser.submit(
            "/accounts/register/",
            **{
                "email": address,
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )
        assert status == 302
        return browser

    with shop() as port, cluster(patience=0):
        # Fifty accounts from one network: each has the day of a customer, all that of a network.
        accounts = each(lambda number: register(port, number), range(ACCOUNTS))
        photos = {}

        def tries(browser):
            refused = photos[browser] == "network_photos"
            return "network_photos" if refused else browser.click(goods[0], photos[browser])

        def hands_in(browser):
            """A photo, again as long as there is no place for it: that is not counted."""

            def once():
                photos[browser] = browser.photo(face)
                return photos[browser] != "photo_busy"

            wait_until(once)

        each(hands_in, accounts, together=2)
        said = Count(each(tries, accounts))
        assert said == {"accepted": row.network_tryons_per_day, "network_limit": 20}
        assert {str(one) for one in TryOn.objects.values_list("counted_as", flat=True)} == {"new"}

        # As many sessions of another network as it takes, each said to be elsewhere.
        sessions = each(lambda number: come(port, "127.98.0.9", number), range(SESSIONS))
        each(hands_in, sessions, together=2)
        said = Count(each(tries, sessions))
        uploads = row.network_uploads_per_day
        assert said == {
            "accepted": row.network_tryons_per_day,
            "network_limit": uploads - row.network_tryons_per_day,
            "network_photos": SESSIONS - uploads,
        }

        # And from many networks, in turns: only the budget is left.
        with_photo = [one for one in sessions if photos[one] != "network_photos"]
        turns = [(one, product) for product in goods[1:] for one in with_photo]
        for number, (browser, _) in enumerate(turns):
            browser.address = f"127.{number % NETWORKS}.0.9"
        said = Count(each(lambda turn: turn[0].click(turn[1], photos[turn[0]]), turns))
        assert said["budget_spent"] > 0
        wait_for_all()

    # By Genlook's own count, by ours, and by that of the clicks.
    state = emulator.control.state()
    assert audit.differences(state) == []
    assert state["charged"] == TryOn.objects.count() == budget
    credits = Counter.objects.filter(name__startswith="credit:")
    assert set(credits.values_list("used", flat=True)) == {budget}
    # Those that were refused left no rows, and a network's counters are those of it.
    assert Shopper.objects.count() == ACCOUNTS + row.network_uploads_per_day
    clicks = Counter.objects.filter(name__startswith="tryon:", name__contains=":network-")
    assert clicks.aggregate(all=Sum("used"))["all"] == budget

    for _ in range(3):
        sweeping.sweep()
    (told,) = mail.outbox
    assert told.to == ["ada@example.com"]
    assert f"{budget} of {budget} credits" in told.body
