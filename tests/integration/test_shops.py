"""Several shops in one project: each its own site, key, account, budget and pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sites.models import Site
from django.core import mail
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from genlook_oscar import setting_checks, shops
from genlook_oscar.conf import conf
from genlook_oscar.engine import photos, sweeping, wishes
from genlook_oscar.models import (
    Account,
    Configuration,
    Copy,
    Counter,
    Erasure,
    Photo,
    ProductLink,
    TryOn,
    Words,
)
from genlook_oscar.models.mark import mark
from tests.conftest import need
from tests.forms import filled
from tests.integration.storefront.conftest import Visitor

pytestmark = pytest.mark.django_db

MIDDLEWARE = "genlook_oscar.middleware.shop_in_charge"
A, B = "gk_tests", "gk_b"
HOST = "b.example"
CHARGED = (TryOn.Status.COMPLETED, TryOn.Charge.SETTLED)


@pytest.fixture
def other(emulator: Any, configuration: Any, settings: Any) -> int:
    """A second shop, open, with a site and a key of its own; its number."""
    site = Site.objects.create(domain=HOST, name="B")
    settings.GENLOOK_SITE_KEYS = {site.pk: B}
    settings.MIDDLEWARE = [MIDDLEWARE, *settings.MIDDLEWARE]
    with shops.of(site.pk):
        Configuration.load().save()
    return int(site.pk)


@pytest.fixture
def at_a(other: int, on_commit: Any) -> Visitor:
    """A guest of the first shop."""
    return Visitor(on_commit)


@pytest.fixture
def at_b(other: int, on_commit: Any) -> Visitor:
    """A guest of the second shop."""
    return Visitor(on_commit, Client(SERVER_NAME=HOST))


@pytest.fixture
def work(on_commit: Any, pass_time: Any) -> Callable[[], None]:
    """What workers do with what stands in the queue, watchers of every account among it."""
    from django.utils.module_loading import import_string
    from django_q.models import OrmQ
    from django_q.signing import SignedPackage

    from genlook_oscar import tasks
    from genlook_oscar.engine import watching, workers

    def act() -> None:
        rounds = 0
        while row := OrmQ.objects.order_by("pk").first():
            workers.sign()
            assert (rounds := rounds + 1) < 200, "the queue never ends"
            task = SignedPackage.loads(row.payload)
            row.delete()
            assert B not in repr(task), "no key is in a task"
            function = import_string(task["func"])
            with on_commit():
                if function is not tasks.watch:
                    function(*task["args"], **task["kwargs"])
                    continue
                with shops.of(task["kwargs"].get("shop", shops.MAIN)):
                    Account.mine().update(watcher_asked_at=None)
                    while (pause := watching.look()) is not None:
                        pass_time(seconds=pause + 0.001)
                        assert (rounds := rounds + 1) < 200, "a watcher never ends"

    return act


def outcome(tryon: TryOn) -> tuple[str, str]:
    tryon.refresh_from_db()
    return tryon.status, tryon.charge


def sweep(on_commit: Any, work: Any) -> None:
    with on_commit():
        sweeping.sweep()
    work()


def test_each_spends_its_own_credits(
    emulator: Any, at_a: Visitor, at_b: Visitor, product: Any, work: Any, other: int
) -> None:
    first, second = at_a.tryon(product), at_b.tryon(product)
    work()
    assert [outcome(first), outcome(second)] == [CHARGED] * 2
    assert (first.shop, second.shop) == (shops.MAIN, other)
    assert first.account != second.account
    for key in (A, B):
        assert emulator.control.state(key)["charged"] == 1
    # What one account made, the other's key never asked for.
    assert [row for row in emulator.control.requests() if row["status"] in (401, 403, 404)] == []


def test_one_visitor_of_both_has_two_histories(
    at_a: Visitor, product: Any, other: int, work: Any, on_commit: Any
) -> None:
    there = Visitor(on_commit, at_a.client)
    mine = at_a.tryon(product)
    there.client.defaults["SERVER_NAME"] = HOST
    assert there.json("/try-on/").json()["items"] == []
    assert there.json("/try-on/photos/").json()["items"] == []
    assert there.json(f"/try-on/{mine.pk}/").status_code == 404
    # The same picture and product at the other shop is a wish of its own.
    theirs = there.tryon(product)
    assert theirs.pk != mine.pk
    assert Photo.objects.count() == 2
    work()
    assert [row["id"] for row in there.json("/try-on/").json()["items"]] == [str(theirs.pk)]
    there.client.defaults["SERVER_NAME"] = "testserver"
    assert [row["id"] for row in there.json("/try-on/").json()["items"]] == [str(mine.pk)]


def test_a_budget_is_one_shops(at_a: Visitor, at_b: Visitor, make_product: Any, other: int) -> None:
    Configuration.objects.filter(pk=1).update(budget_per_day=1)
    at_a.tryon(make_product())
    refused = at_a.start(make_product(), at_a.photo())
    assert (refused.status_code, refused.json()["code"]) == (503, "budget_spent")
    for _ in range(3):
        at_b.tryon(make_product())
    names = dict(Counter.objects.filter(name__startswith="credit:").values_list("name", "used"))
    assert sorted(names.values()) == [1, 1, 3, 3]
    assert {name.partition("@")[2] for name in names} == {"", str(other)}


def test_limits_of_a_visitor_are_one_shops(
    at_a: Visitor, make_product: Any, other: int, on_commit: Any
) -> None:
    Configuration.objects.update(guest_tryons_per_day=1)
    at_a.tryon(make_product())
    assert at_a.start(make_product(), at_a.photo()).json()["code"] == "limit_reached"
    at_a.client.defaults["SERVER_NAME"] = HOST
    at_a.tryon(make_product())
    assert at_a.start(make_product(), at_a.photo()).json()["code"] == "limit_reached"


def test_a_shop_without_settings_of_its_own_goes_by_the_first(
    at_a: Visitor, at_b: Visitor, make_product: Any, other: int
) -> None:
    Configuration.objects.exclude(pk=1).delete()
    Words.objects.create(configuration_id=1, language="en", button_label="Try it, A")
    page = at_b.page(make_product().get_absolute_url()).content.decode()
    assert "Try it, A" in page
    Configuration.objects.filter(pk=1).update(budget_per_day=1)
    at_b.tryon(make_product())
    assert at_b.start(make_product(), at_b.photo()).json()["code"] == "budget_spent"
    with shops.of(other):
        assert Configuration.load().words().button_label == "Try it, A"
        own = Configuration.load()
        own.budget_per_day = 7
        own.save()
    assert Words.objects.filter(configuration=own).update(button_label="Try it, B") == 1
    for visitor, words in ((at_b, "Try it, B"), (at_a, "Try it, A")):
        assert words in visitor.page(make_product().get_absolute_url()).content.decode()
    assert list(Configuration.objects.order_by("pk").values_list("budget_per_day", flat=True)) == [
        1,
        7,
    ]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"code": "INSUFFICIENT_CREDITS", "path": "/try-on"}, "no_credits"),
        ({"code": "INVALID_API_KEY"}, "not_configured"),
        ({"code": "INTERNAL_ERROR", "status": 500}, "unavailable"),
        ({"code": "RATE_LIMITED", "retry_after": 50}, ""),
    ],
)
def test_what_one_account_is_refused_the_other_does_not_notice(
    emulator: Any,
    at_a: Visitor,
    at_b: Visitor,
    make_product: Any,
    work: Any,
    other: int,
    fault: dict[str, Any],
    reason: str,
    pass_time: Any,
) -> None:
    emulator.control.fault("error", key=A, times=None, **fault)
    began = [at_a.tryon(make_product(), at_a.photo(f"#1122{n}{n}")) for n in range(3)]
    for tryon in began:
        from genlook_oscar.engine import submitting

        submitting.submit(str(tryon.pk))
    first, second = Account.objects.get(pk=1), Account.objects.filter(pk=1 + other).first()
    assert first.circuit_reason == reason
    assert bool(first.hold_until) == (not reason)
    assert second is None or (second.circuit_reason, second.alarm_code) == ("", "")
    theirs = at_b.tryon(make_product())
    submitting.submit(str(theirs.pk))
    with shops.of(other):
        from genlook_oscar.engine import watching

        while (pause := watching.look()) is not None:
            pass_time(seconds=pause + 0.001)
    assert outcome(theirs) == CHARGED
    second = Account.objects.get(pk=1 + other)
    assert (second.circuit_reason, second.alarm_code, second.hold_until) == ("", "", None)
    assert {row.shop for row in TryOn.objects.filter(charge=TryOn.Charge.SETTLED)} == {other}


def test_each_account_has_its_own_minute(settings: Any, other: int) -> None:
    from genlook_oscar.engine.pacing import Kind, Paused, acquire

    settings.GENLOOK_REQUESTS_PER_MINUTE = 3
    for shop in (shops.MAIN, other):
        with shops.of(shop):
            for _ in range(3):
                acquire(Kind.FINISH)
            with pytest.raises(Paused):
                acquire(Kind.FINISH)


@pytest.mark.parametrize("foreign", ["generations", "everything", "hidden"])
def test_one_product_is_known_to_both_without_going_to_and_fro(
    emulator: Any,
    at_a: Visitor,
    at_b: Visitor,
    product: Any,
    work: Any,
    other: int,
    foreign: str,
) -> None:
    emulator.control.settings(foreign=foreign)
    for color in ("#111111", "#222222", "#333333"):
        for visitor in (at_a, at_b):
            visitor.page(f"/try-on/room/{product.pk}/")
            work()
            assert outcome(tryon := visitor.tryon(product, visitor.photo(color)))
            work()
            assert outcome(tryon) == CHARGED
            assert not tryon.inline
    puts = [row for row in emulator.control.requests() if row["endpoint"].startswith("/products")]
    assert sorted(row["account"] for row in puts) == sorted({row["account"] for row in puts})
    assert len(puts) == 2
    link, copy = ProductLink.objects.get(), Copy.objects.get()
    assert link.fingerprint == copy.fingerprint != ""
    assert link.account != copy.account
    # Under another name it is new to both.
    ProductLink.objects.update(external_id="renamed", fingerprint="", known_until=None)
    again = at_b.tryon(product, at_b.photo("#444444"))
    work()
    assert outcome(again) == CHARGED
    assert again.inline


def test_a_merchants_wish_is_carried_out_in_both(
    emulator: Any, product: Any, work: Any, other: int, on_commit: Any
) -> None:
    from genlook_oscar.catalogue.links import link_for

    link = link_for(product)
    for wanted in (ProductLink.Wanted.REGISTER, ProductLink.Wanted.FORGET):
        with on_commit():
            wishes.wish_everywhere(ProductLink.objects.all(), wanted)
            wishes.start_everywhere()
        work()
        for key in (A, B):
            known = [row["externalId"] for row in emulator.control.state(key)["products"]]
            assert known == ([link.external_id] if wanted == "register" else [])


def test_what_is_deleted_here_is_forgotten_in_both(
    emulator: Any, product: Any, work: Any, other: int, on_commit: Any
) -> None:
    from genlook_oscar.catalogue.links import link_for

    link_for(product)
    wishes.wish_everywhere(ProductLink.objects.all(), ProductLink.Wanted.REGISTER)
    with on_commit():
        wishes.start_everywhere()
    work()
    product.delete()
    sweep(on_commit, work)
    for key in (A, B):
        assert emulator.control.state(key)["products"] == []


def test_warming_up_is_each_accounts(
    emulator: Any, product: Any, work: Any, other: int, on_commit: Any
) -> None:
    Configuration.objects.exclude(pk=1).update(warm_up=Configuration.WarmUp.PUBLISHED)
    for _ in range(3):
        sweep(on_commit, work)
    assert emulator.control.state(A)["products"] == []
    assert len(emulator.control.state(B)["products"]) == 1
    puts = [row for row in emulator.control.requests() if row["endpoint"].startswith("/products")]
    assert len(puts) == 1


def test_the_sweep_reads_each_balance_and_keeps_each_books(
    emulator: Any,
    at_a: Visitor,
    at_b: Visitor,
    make_product: Any,
    work: Any,
    on_commit: Any,
    pass_time: Any,
    other: int,
) -> None:
    emulator.control.settings(api_key=A, credits=10)
    emulator.control.settings(api_key=B, credits=500)
    sweep(on_commit, work)
    at_a.tryon(make_product())
    for _ in range(3):
        at_b.tryon(make_product())
    work()
    for _ in range(2):
        pass_time(minutes=6)
        sweep(on_commit, work)
    rows = Account.objects.in_bulk()
    assert (rows[1].credits, rows[1 + other].credits) == (9, 497)
    assert [row.drift for row in rows.values()] == [0, 0]
    assert (rows[1].books_settled, rows[1 + other].books_settled) == (1, 3)
    assert all(row.swept_at for row in rows.values())


def test_a_sweep_that_fails_in_one_shop_goes_on_in_the_other(
    emulator: Any, other: int, on_commit: Any, work: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> None:
        if conf.account == shops.MAIN:
            raise RuntimeError("for a test")

    monkeypatch.setattr("genlook_oscar.engine.renewal.renew", fails)
    sweep(on_commit, work)
    assert Account.objects.get(pk=1 + other).credits is not None


def test_an_erasure_reaches_every_account(
    emulator: Any, at_a: Visitor, product: Any, work: Any, other: int, on_commit: Any
) -> None:
    for host in ("testserver", HOST):
        at_a.client.defaults["SERVER_NAME"] = host
        at_a.tryon(product)
        work()
    assert at_a.send("delete", "/try-on/").status_code == 204
    work()
    assert set(Erasure.objects.values_list("account", flat=True)) == {
        mark(),
        TryOn.objects.get(shop=other).account,
    }
    assert not Erasure.objects.filter(erased_at=None).exists()
    for key in (A, B):
        assert emulator.control.state(key)["images"] == []


def test_signs_of_life_are_the_projects(other: int) -> None:
    from genlook_oscar.engine import workers

    for shop in (shops.MAIN, other):
        with shops.of(shop):
            Account.load()
    Account.objects.update(stopped_since="2026-01-01T00:00:00Z")
    workers.sign()
    assert not Account.objects.exclude(stopped_since=None).exists()
    assert not Account.objects.filter(alive_at=None).exists()


def test_two_sites_with_one_key_share_the_account(settings: Any, other: int) -> None:
    settings.GENLOOK_SITE_KEYS = {other: B, other + 1: B, other + 2: A}
    numbers = []
    for shop in (shops.MAIN, other, other + 1, other + 2):
        with shops.of(shop):
            numbers.append((Account.number(), Configuration.number()))
    assert numbers == [
        (1, 1),
        (1 + other, 1 + other),
        (1 + other, 2 + other),
        (1, 3 + other),
    ]
    assert conf.accounts == (shops.MAIN, other)


def test_a_site_named_no_more_is_the_first_shops(
    at_b: Visitor, at_a: Visitor, product: Any, settings: Any, work: Any, emulator: Any
) -> None:
    waiting = at_b.tryon(product)
    settings.GENLOOK_SITE_KEYS = {}
    work()
    assert outcome(waiting) == CHARGED
    assert emulator.control.state(A)["charged"] == 1
    assert at_b.json(f"/try-on/{waiting.pk}/").json()["status"] == "completed"


def test_a_site_whose_key_is_missing_never_spends_another_accounts(
    at_b: Visitor, product: Any, settings: Any, other: int
) -> None:
    photo = at_b.photo()
    settings.GENLOOK_SITE_KEYS = {other: ""}
    assert at_b.start(product, photo).json()["code"] == "not_configured"


def test_figures_are_each_shops(
    at_a: Visitor,
    at_b: Visitor,
    make_product: Any,
    work: Any,
    other: int,
    pass_time: Any,
    settings: Any,
) -> None:
    from genlook_oscar.dashboard.state import state
    from genlook_oscar.insight import rollup
    from genlook_oscar.insight.period import Period
    from genlook_oscar.insight.series import figures
    from genlook_oscar.insight.tried import most_tried

    def settled() -> list[int]:
        found = []
        for shop in conf.shops:
            with shops.of(shop):
                week = Period.last(7)
                days = figures(week).values()
                assert sum(one.total for one in most_tried(week)) == sum(
                    day.settled for day in days
                )
                assert sum(day.settled for day in days) == rows().count()
                found.append(rows().count())
        return found

    def rows() -> Any:
        return TryOn.objects.of_shop().filter(charge=TryOn.Charge.SETTLED)

    at_a.tryon(make_product())
    for _ in range(3):
        at_b.tryon(make_product())
    work()
    assert settled() == [1, 3]
    with shops.of(other):
        assert state(None, with_health=False).today.settled == 3
    # The day is over and kept; the figures say the same, and do so for one shop again.
    pass_time(days=2)
    assert rollup.catch_up()
    assert settled() == [1, 3]
    settings.GENLOOK_SITE_KEYS = {}
    assert settled() == [4]
    rollup.catch_up()
    assert settled() == [4]


class TestWhoseARequestIs:
    @pytest.mark.parametrize(
        ("host", "shop"),
        [(HOST, True), (HOST.upper(), True), (f"{HOST}:8000", True), ("www.b.example", False)],
    )
    def test_by_the_domain(self, rf: Any, other: int, host: str, shop: bool) -> None:
        from genlook_oscar.middleware import of_request

        found = of_request(rf.get("/", headers={"Host": host}))
        assert found == (other if shop else 1)

    def test_a_renamed_site_is_found(self, rf: Any, other: int) -> None:
        from genlook_oscar.middleware import of_request

        Site.objects.get(pk=other).save()
        assert of_request(rf.get("/", headers={"Host": HOST})) == other
        site = Site.objects.get(pk=other)
        site.domain = "c.example"
        site.save()
        assert of_request(rf.get("/", headers={"Host": "c.example"})) == other

    def test_outside_of_a_request_the_first_shop_is_in_charge(self, other: int) -> None:
        assert conf.shop == shops.MAIN
        assert conf.api_key == A
        with shops.of(other):
            assert conf.api_key == B
        assert conf.api_key == A

    def test_it_is_asked_for_when_somebody_wants_to_know(self, other: int, at_b: Visitor) -> None:
        with CaptureQueriesContext(connection) as captured:
            at_b.client.get("/try-on/no-such-page/")
        # The shop's own pages may ask for the site of SITE_ID.
        asked = [one["sql"] for one in captured.captured_queries if "django_site" in one["sql"]]
        assert all("WHERE" in sql for sql in asked)


def test_one_shop_notices_nothing(
    settings: Any, emulator: Any, configuration: Any, product: Any, on_commit: Any
) -> None:
    """The same queries, with the middleware and without; and the site is never asked for."""
    counted = []
    plain = settings.MIDDLEWARE
    # What is asked once in a process, or once while nobody has clicked, is asked at first.
    for middleware in (plain, plain, [MIDDLEWARE, *plain]):
        settings.MIDDLEWARE = middleware
        visitor = Visitor(on_commit)
        photo = visitor.photo()
        visitor.page(f"/try-on/room/{product.pk}/")
        with CaptureQueriesContext(connection) as captured:
            visitor.client.get(product.get_absolute_url())
            tryon = visitor.tryon(product, photo)
            visitor.json(f"/try-on/{tryon.pk}/")
        told = [one["sql"] for one in captured.captured_queries]
        assert not [
            sql
            for sql in told
            if ("django_site" in sql and "WHERE" not in sql) or '"shop" IN' in sql
        ]
        assert not [sql for sql in told if "genlook_oscar_copy" in sql]
        counted.append(len(told))
        TryOn.objects.all().delete()
    assert counted[1] == counted[2]


def test_a_missing_middleware_is_told(settings: Any, other: int) -> None:
    assert [found.id for found in run_checks(tags=[setting_checks.TAG])] == []
    settings.MIDDLEWARE = settings.MIDDLEWARE[1:]
    [found] = run_checks(tags=[setting_checks.TAG])
    assert found.id == "genlook_oscar.E014"
    assert B not in f"{found.msg} {found.hint}"


def test_a_photo_of_the_other_shop_cannot_be_used(at_a: Visitor, product: Any, other: int) -> None:
    photo = at_a.photo()
    at_a.client.defaults["SERVER_NAME"] = HOST
    at_a.photo("#777777")
    answer = at_a.start(product, photo)
    assert (answer.status_code, answer.json()["code"]) == (404, "photo_not_found")
    assert photos.Photo.objects.get(pk=photo).shop == shops.MAIN


class TestStaff:
    @pytest.fixture
    def boss(self, django_user_model: Any) -> Client:
        client = Client()
        client.force_login(
            django_user_model.objects.create_superuser("boss", "boss@example.com", "pass"),
            "django.contrib.auth.backends.ModelBackend",
        )
        return client

    def test_the_admin_lists_the_shops(self, boss: Client, other: int) -> None:
        address = "/admin/genlook_oscar/configuration/"
        Configuration.objects.exclude(pk=1).delete()
        page = boss.get(address).content.decode()
        assert "All other sites" in page
        assert f"Add settings for {HOST}" in page
        own = f"{address}{1 + other}/change/"
        assert own in page
        assert boss.get(f"{address}{2 + other}/change/").status_code == 302
        page = boss.get(own)
        assert HOST in page.content.decode()
        form = "#configuration_form"
        answer = boss.post(own, filled(page.content, form, budget_per_day="7"))
        assert (answer.status_code, answer["Location"]) == (302, own)
        budgets = Configuration.objects.order_by("pk").values_list("pk", "budget_per_day")
        assert list(budgets) == [(1, None), (1 + other, 7)]
        assert f"Add settings for {HOST}" not in boss.get(address).content.decode()

    def test_checking_now_is_for_the_shop_that_is_looked_at(
        self, boss: Client, other: int, work: Any, on_commit: Any
    ) -> None:
        page = boss.get(f"/admin/genlook_oscar/configuration/{1 + other}/change/")
        check = f"/admin/genlook_oscar/configuration/check/?of={1 + other}"
        assert check in page.content.decode()
        with on_commit():
            answer = boss.post(check)
        assert answer["Location"].endswith(f"/{1 + other}/change/")
        work()
        assert Account.objects.get(pk=1 + other).credits == 1000
        assert not Account.objects.filter(pk=1).exclude(credits=None).exists()

    def test_an_alarm_says_whose_it_is(self, boss: Client, other: int) -> None:
        with shops.of(other):
            Account.raise_alarm("INVALID_API_KEY")
        page = boss.get("/admin/genlook_oscar/").content.decode()
        assert f"{HOST}: " in page
        assert "All other sites: " not in page

    def test_wagtails_admin(self, boss: Client, other: int) -> None:
        need("wagtail", apps.is_installed("genlook_oscar.cms"), "without Wagtail")
        address = f"/cms-admin/try-on/?shop={other}"
        page = boss.get("/cms-admin/try-on/").content.decode()
        assert address in page
        page = boss.get(address)
        form = "form[method=POST][action*='try-on']"
        answer = boss.post(address, filled(page.content, form, budget_per_day="9"))
        assert (answer.status_code, answer["Location"]) == (302, address)
        budgets = Configuration.objects.order_by("pk").values_list("budget_per_day", flat=True)
        assert list(budgets) == [None, 9]

    def test_the_status_tells_of_each(
        self, other: int, work: Any, on_commit: Any, capsys: Any, emulator: Any
    ) -> None:
        emulator.control.settings(api_key=B, credits=0)
        sweep(on_commit, work)
        with pytest.raises(SystemExit) as ended:
            call_command("genlook_status", "--json")
        assert ended.value.code == 2
        said = capsys.readouterr().out
        told = json.loads(said)
        assert told["severity"] == "critical"
        assert [(one["site"], one["name"]) for one in told["shops"]] == [
            (None, "All other sites"),
            (other, HOST),
        ]
        assert [one["credits"] for one in told["shops"]] == [1000, 0]
        assert [one["severity"] for one in told["shops"]] == ["ok", "critical"]
        with pytest.raises(SystemExit):
            call_command("genlook_status")
        said += capsys.readouterr().out
        assert f"\n{HOST}\n" in said
        assert B not in said

    def test_an_alert_names_the_site_and_leads_to_its_settings(
        self, other: int, at_b: Visitor, make_product: Any, on_commit: Any, work: Any
    ) -> None:
        Configuration.objects.update(budget_per_day=1)
        Configuration.objects.exclude(pk=1).update(alert_emails="b@example.com")
        Configuration.objects.filter(pk=1).update(alert_emails="a@example.com")
        at_b.tryon(make_product())
        work()
        sweep(on_commit, work)
        [told] = [one for one in mail.outbox if "budget" in one.subject]
        assert told.to == ["b@example.com"]
        assert HOST in told.subject
        assert f"//{HOST}/admin/genlook_oscar/configuration/{1 + other}/change/" in told.body

    def test_the_catalogue_command(self, other: int, product: Any, emulator: Any) -> None:
        with pytest.raises(SystemExit) as ended:
            call_command("genlook_catalogue", "check", "--no-progress")
        with pytest.raises(SystemExit) as ended:
            call_command("genlook_catalogue", "register", "--no-progress", "--site", str(other))
        assert ended.value.code == 0
        assert len(emulator.control.state(B)["products"]) == 1
        assert emulator.control.state(A)["products"] == []
        with pytest.raises(CommandError, match="names no site 77"):
            call_command("genlook_catalogue", "check", "--site", "77")
