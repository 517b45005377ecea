"""Two shops, two keys, two budgets in one project, with real processes: neither sees, spends,
slows or closes the other's."""

import json

import pytest
from django.contrib.sites.models import Site
from django.core.files.uploadedfile import SimpleUploadedFile

from genlook_oscar import shops
from genlook_oscar.engine import account, books
from genlook_oscar.models import Account, Configuration, Counter, Shopper, TryOn
from genlook_oscar.shopper import consent
from genlook_oscar.shopper.photos import take_in
from tests.conftest import picture, wait_until
from tests.processes import actors_each, cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

A, B = "gk_tests", "gk_b"
BUDGET = 2
CLICKS = 5
REFUSALS = {
    "402": {"code": "INSUFFICIENT_CREDITS"},
    "429": {"code": "RATE_LIMITED", "retry_after": 60},
    "401": {"code": "INVALID_API_KEY"},
}


@pytest.fixture
def two(emulator, configuration, settings, monkeypatch):
    """The numbers of two open shops, of which the first may spend two credits a day."""
    site = Site.objects.create(domain="b.example", name="B")
    settings.GENLOOK_SITE_KEYS = {site.pk: B}
    monkeypatch.setenv("GENLOOK_TEST_SITE_KEYS", json.dumps(settings.GENLOOK_SITE_KEYS))
    with shops.of(site.pk):
        Configuration.load().save()
    Configuration.objects.filter(pk=1).update(budget_per_day=BUDGET)
    emulator.control.settings(generation_seconds=1)
    return shops.MAIN, site.pk


@pytest.fixture
def wishes(two, configuration, make_product):
    """So many wishes for each shop, of other shoppers each time, for the same products."""
    products = [make_product(f"Item {number}") for number in range(CLICKS)]

    def make():
        found = []
        for shop in two:
            for product in products:
                with shops.of(shop):
                    shopper = Shopper.objects.create()
                    consent.record(shopper, configuration)
                    upload = SimpleUploadedFile("me.jpg", picture(f"#{shopper.pk:06x}"))
                    photo = take_in(shopper, upload, configuration)
                found.append([shop, shopper.pk, product.pk, photo.pk])
        return found

    return make


def clicked(wishes):
    """All of them click at once, each in a process of its own; the try-ons and the refusals of
    each shop."""
    said = actors_each("click_in", wishes)
    found = {shop: ([], []) for shop, *_ in wishes}
    for (shop, *_), one in zip(wishes, said, strict=True):
        found[shop][len(one) < 36].append(one)
    return found


def charged(pks):
    return TryOn.objects.filter(pk__in=pks, status="completed", charge="settled").count()


@pytest.mark.parametrize("refusal", REFUSALS)
def test_what_befalls_one_the_other_does_not_notice(emulator, two, wishes, refusal):
    first, second = two
    with cluster():
        # At once, through the same workers: the first spends its budget, the second goes on.
        found = clicked(wishes())
        assert len(found[first][0]) == BUDGET
        assert found[first][1] == ["budget_spent"] * (CLICKS - BUDGET)
        assert (len(found[second][0]), found[second][1]) == (CLICKS, [])
        for shop in two:
            pks = found[shop][0]
            wait_until(lambda pks=pks: charged(pks) == len(pks), timeout=120, what="all of them")
        calm = requests_for(emulator, found[second][0])

        # The first one's account is refused everything; its budget would let it go on.
        Configuration.objects.filter(pk=1).update(budget_per_day=None)
        emulator.control.fault("error", key=A, times=None, **REFUSALS[refusal])
        again = clicked(wishes())
        assert len(again[second][0]) == CLICKS
        theirs = again[second][0]
        wait_until(lambda: charged(theirs) == CLICKS, timeout=120, what="those of the second")
        assert charged(again[first][0]) == 0
        wait_until(
            lambda: (
                Account.objects.get(pk=1).circuit_reason
                or Account.objects.get(pk=1).hold_until is not None
            ),
            timeout=60,
            what="the first account to be closed or to rest",
        )

        # No attempt was put off, and no request more was needed than before.
        rows = TryOn.objects.filter(pk__in=theirs)
        assert set(rows.values_list("attempts", "error_code")) == {(1, "")}
        assert requests_for(emulator, theirs) <= calm
        other = Account.objects.get(pk=1 + second)
        assert (other.circuit_reason, other.circuit_last, other.alarm_code) == ("", "", "")
        assert other.hold_until is None
        emulator.control.clear_faults()

    each_with_its_own_key(emulator, two)
    the_books_agree(emulator, two)


def requests_for(emulator, pks):
    """How many requests brought these try-ons from the click to the picture, questions for a
    picture that was not ready left out: how many those are is a matter of the machine's pace."""
    names = set(TryOn.objects.filter(pk__in=pks).values_list("generation_id", flat=True))
    names |= set(TryOn.objects.filter(pk__in=pks).values_list("photo__image_id", flat=True))
    log = emulator.control.requests()
    return len([row for row in log if row["about"] in names and row["method"] == "POST"])


def each_with_its_own_key(emulator, two):
    """Each request for something of one shop's carried the key of that shop's account."""
    accounts = {}
    for shop in two:
        rows = TryOn.objects.filter(shop=shop)
        names = {name for name in rows.values_list("generation_id", flat=True) if name}
        names |= {name for name in rows.values_list("photo__image_id", flat=True) if name}
        log = [row for row in emulator.control.requests() if row["about"] in names]
        assert {row["endpoint"] for row in log} >= {"/try-on", "/images/upload"}
        accounts[shop] = {row["account"] for row in log if row["key_sent"]}
        # What neither is forbidden nor unknown was asked for with the right key.
        assert {row["status"] for row in log} <= {200, 201}
    assert [len(found) for found in accounts.values()] == [1, 1]
    assert accounts[two[0]] != accounts[two[1]]


def the_books_agree(emulator, two):
    """What each account charged is what its shop's rows say, and what its balance says."""
    for shop, key in zip(two, (A, B), strict=True):
        mine = TryOn.objects.filter(shop=shop)
        with shops.of(shop):
            # The rest that a 429 asked for is over.
            Account.mine().update(hold_until=None)
            account.check()
            row = Account.load()
        state = emulator.control.state(key)
        assert state["charged"] == mine.filter(charge="settled").count()
        assert row.credits == state["credits"] == 1000 - state["charged"]
        assert row.books_settled == state["charged"]
        # A reading may be off by what was under way at its moment, and by no more.
        assert abs(row.drift) <= row.books_open + row.books_slack
        with shops.of(shop):
            assert books.unexplained(row) == 0
    counted = dict(Counter.objects.filter(name__startswith="credit:").values_list("name", "used"))
    second = TryOn.objects.filter(shop=two[1]).count()
    assert {used for name, used in counted.items() if "@" in name} == {second}
