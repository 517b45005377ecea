"""The figures in Oscar's dashboard: who sees them, and that they are right."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import get_resolver
from django.utils import translation
from oscar.core.loading import get_model

from genlook_oscar import clock
from genlook_oscar.dashboard.navigation import NAVIGATION_ENTRY
from genlook_oscar.models import Account, Attribution, ProductLink, TryOn
from tests.rows import Charge, Status, add_tryon, berlin

pytestmark = pytest.mark.django_db

PAGE = "/dashboard/try-on/"
CSV = "/dashboard/try-on/figures.csv"
PRODUCTS = "/dashboard/try-on/products.csv"
FIGURES = "genlook_oscar.view_figures"
PARTNER = "partner.dashboard_access"
NOW = berlin("2026-11-20 15:00")


@pytest.fixture(autouse=True)
def _at_three() -> Any:
    """Three in the afternoon of 20 November 2026, where the shop is."""
    with clock.shift(seconds=(NOW - clock.now()).total_seconds()):
        yield


def user_with(name: str, *permissions: str, **values: Any) -> Any:
    user = get_user_model().objects.create_user(name, f"{name}@example.com", "pass", **values)
    for permission in permissions:
        label, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=label, codename=codename)
        )
    return user


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def boss() -> Client:
    return signed_in(user_with("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def partner_user() -> Any:
    return user_with("supplier", PARTNER, FIGURES)


@pytest.fixture
def make_sold_by(make_product: Callable[..., Any]) -> Callable[..., Any]:
    """Make a product that is sold by a partner with these users."""

    def make(title: str, *users: Any, color: str | None = None, **kwargs: Any) -> Any:
        product = make_product(title, color=color, partner_name=f"Seller of {title}", **kwargs)
        stock = product.stockrecords.first()
        if stock:
            stock.partner.users.set(users)
        return product

    return make


def page(client: Client, query: str = "") -> BeautifulSoup:
    response = client.get(PAGE + query)
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def words(soup: Any) -> str:
    return " ".join(soup.get_text(" ").split())


def tiles(soup: BeautifulSoup) -> dict[str, str]:
    return {words(tile.dt): words(tile.dd) for tile in soup.select(".genlook-tiles > div")}


def drawing(soup: BeautifulSoup, name: str) -> Any:
    return soup.find(id=f"{name}-title").parent


def table(soup: BeautifulSoup, name: str) -> list[list[str]]:
    rows = soup.select(f"table.{name} tbody tr")
    return [[words(cell) for cell in row.find_all(["th", "td"])] for row in rows]


def rows_of(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    return list(csv.reader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


class TestWhoSeesThem:
    def test_everybody_else_is_kept_out_of_every_address(self) -> None:
        outsiders = {
            "customer": user_with("ada"),
            "customer with the permission": user_with("eve", FIGURES),
            "staff without it": user_with("clerk", is_staff=True),
            "partner without it": user_with("seller", PARTNER),
            "staff no longer active": user_with("gone", FIGURES, is_staff=True, is_active=False),
        }
        for address in (PAGE, CSV, PRODUCTS):
            answer = Client().get(address)
            assert answer.status_code == 302
            assert answer.url == f"/dashboard/login/?next={address}"
            for name, user in outsiders.items():
                answer = signed_in(user).get(address)
                # Whoever is not active is nobody to Django, and so asked to sign in.
                assert answer.status_code == (403 if user.is_active else 302), name

    def test_those_with_the_permission_see_them(self) -> None:
        insiders = [
            user_with("clerk", FIGURES, is_staff=True),
            user_with("seller", FIGURES, PARTNER),
            user_with("boss", is_superuser=True, is_staff=True),
            user_with("root", is_superuser=True),
        ]
        for user in insiders:
            for address in (PAGE, CSV, PRODUCTS):
                assert signed_in(user).get(address).status_code == 200, (user, address)

    def test_no_view_of_the_app_is_public_by_accident(self) -> None:
        config = apps.get_app_config("genlook_oscar_dashboard")
        names = [pattern.name for pattern in config.urls[0]]
        assert len(names) >= 3
        assert all(config.get_permissions(name) for name in names)
        assert all(config.get_permissions(name) for name in ["", "one yet to be written"])

    def test_the_names_of_its_addresses_are_nobody_elses(self) -> None:
        """Oscar's navigation looks them up without their namespace, over all of its apps."""
        found: list[str] = []

        def collect(patterns: Any) -> None:
            for pattern in patterns:
                if hasattr(pattern, "url_patterns"):
                    collect(pattern.url_patterns)
                elif pattern.name:
                    found.append(pattern.name)

        collect(get_resolver().url_patterns)
        names = ("genlook-figures", "genlook-figures-csv", "genlook-products-csv")
        assert [found.count(name) for name in names] == [1, 1, 1]

    def test_the_navigation_shows_the_entry_to_those_only_who_may_follow_it(self) -> None:
        def entries(user: Any) -> list[str]:
            soup = BeautifulSoup(signed_in(user).get("/dashboard/").content, "html.parser")
            return [link["href"] for link in soup.select("nav a[href='/dashboard/try-on/']")]

        assert entries(user_with("clerk", FIGURES, is_staff=True)) == [PAGE]
        assert entries(user_with("seller", FIGURES, PARTNER)) == [PAGE]
        assert entries(user_with("other", is_staff=True)) == []

    def test_the_navigations_entry_can_be_imported_by_settings(self) -> None:
        assert str(NAVIGATION_ENTRY["label"]) == "Try-on"
        assert NAVIGATION_ENTRY["url_name"] == "genlook_oscar_dashboard:genlook-figures"

    def test_nothing_of_it_is_kept_in_caches(self, boss: Client) -> None:
        for address in (PAGE, CSV, PRODUCTS):
            assert "no-store" in boss.get(address).headers["Cache-Control"]


class TestPartners:
    def test_they_see_the_try_ons_of_their_own_products_only(
        self, partner_user: Any, make_sold_by: Callable[..., Any], configuration: Any
    ) -> None:
        mine = make_sold_by("Mine", partner_user)
        theirs = make_sold_by("Theirs")
        today = NOW - timedelta(hours=1)
        add_tryon(today, product=mine, seconds=7)
        add_tryon(today, Status.GENERATING, product=mine)
        for _ in range(5):
            add_tryon(today, product=theirs, seconds=70)
        add_tryon(today, Status.FAILED, product=theirs, error_code="no_credits")
        add_tryon(today, Status.QUEUED, product=theirs)
        add_tryon(today, Status.FAILED, product=mine, error_code="photo_refused")
        client = signed_in(partner_user)
        soup = page(client)
        assert "Theirs" not in words(soup)
        assert "Seller of" not in words(soup)
        assert table(soup, "genlook-tried") == [["Mine", "", "3", "1"]]
        assert tiles(soup)["Under way"] == "1"
        assert tiles(soup)["Today"] == "3"
        assert tiles(soup)["Half of them within"] == "7.0 s"
        assert [row[1] for row in table(soup, "genlook-troubles")] == ["1"]
        assert "no_credits" not in words(soup)
        assert rows_of(client.get(CSV))[-1] == [
            "2026-11-20",
            "3",
            "1",
            "1",
            "0",
            "1",
            "1",
            "0",
            "7.0",
            "7.0",
        ]
        assert rows_of(client.get(PRODUCTS))[1:] == [[str(mine.pk), "Mine", "3", "1"]]
        assert words(drawing(soup, "genlook-credits").desc).startswith("Charged: 1. Uncertain: 0.")
        assert "70" not in words(soup)

    def test_variants_of_a_parent_count_as_theirs(
        self, partner_user: Any, make_sold_by: Callable[..., Any], make_product: Any
    ) -> None:
        parent = make_product("Jumper", color=None, structure="parent")
        child = make_sold_by("Jumper, red", partner_user, structure="child", parent=parent)
        other = make_sold_by("Jumper, blue", structure="child", parent=parent)
        add_tryon(NOW, product=child)
        add_tryon(NOW, product=other)
        soup = page(signed_in(partner_user))
        assert [row[0] for row in table(soup, "genlook-tried")] == ["Jumper, red"]

    def test_the_shops_account_is_not_their_business(
        self, partner_user: Any, configuration: Any
    ) -> None:
        Account.objects.update_or_create(
            pk=1, defaults={"credits": 4711, "alarm_code": "INSUFFICIENT_CREDITS"}
        )
        text = words(page(signed_in(partner_user)))
        assert "4711" not in text
        assert "Credits left" not in text
        assert "no credits" not in text
        assert "your own products" in text

    def test_one_without_products_sees_empty_figures(self, partner_user: Any) -> None:
        add_tryon(NOW)
        soup = page(signed_in(partner_user))
        assert tiles(soup)["Today"] == "0"
        assert not soup.select(".genlook-plot svg")


class TestState:
    def test_a_shop_that_runs(self, boss: Client, configuration: Any) -> None:
        now = clock.now()
        Account.objects.create(
            credits=480, credits_at=now, answered_at=now, swept_at=now, watcher="x"
        )
        add_tryon(NOW - timedelta(seconds=5), Status.QUEUED)
        add_tryon(NOW - timedelta(seconds=5), Status.SUBMITTING)
        add_tryon(NOW - timedelta(seconds=5), Status.GENERATING)
        add_tryon(NOW - timedelta(hours=2))
        add_tryon(NOW - timedelta(days=1))
        soup = page(boss)
        assert tiles(soup)["Virtual try-on"] == "On"
        assert tiles(soup)["Credits left"] == "480"
        assert tiles(soup)["Under way"] == "3"
        assert tiles(soup)["Today"] == "4"
        assert "2 waiting, 1 being made" in words(soup)
        assert soup.select_one("a[href='/admin/genlook_oscar/configuration/1/change/']")

    def test_a_shop_that_is_off(self, boss: Client) -> None:
        soup = page(boss)
        assert tiles(soup)["Virtual try-on"] == "Off"
        assert "No product page shows the button." in words(soup)
        assert tiles(soup)["Credits left"] == "–"

    def test_alarms_stand_on_top_in_words(self, boss: Client, configuration: Any) -> None:
        Account.objects.create(alarm_code="INVALID_API_KEY", alarm_at=clock.now())
        worst = page(boss).select(".genlook-findings li")[0]
        assert "genlook-critical" in worst["class"]
        assert "Act now:" in words(worst)
        assert "API key" in words(worst)

    def test_credits_are_told_with_the_days_that_they_last(
        self, boss: Client, configuration: Any
    ) -> None:
        Account.objects.create(credits=31, credits_at=clock.now())
        assert "at the pace" not in words(page(boss))
        for days in range(9):
            # Two a day, but today, which is not over, and what is longer ago do not count.
            for _ in range(2 if 1 <= days <= 7 else 5):
                add_tryon(NOW - timedelta(days=days))
        assert "About 15 days at the pace of the last week" in words(page(boss))

    def test_readiness_of_the_catalogue_is_counted(
        self, boss: Client, partner_user: Any, make_sold_by: Callable[..., Any]
    ) -> None:
        mine = make_sold_by("Mine", partner_user, color="#4477aa")
        codes = ["ready", "ready", "no_picture", ""]
        for number, code in enumerate(codes):
            color = None if code == "no_picture" else "#4477aa"
            product = make_sold_by(f"Hat {number}", color=color)
            ProductLink.objects.create(product=product, external_id=str(number), ready_code=code)
        ProductLink.objects.create(product=mine, external_id="mine", ready_code="no_title")
        ProductLink.objects.create(external_id="gone", ready_code="ready")
        soup = page(boss)
        assert table(soup, "genlook-ready") == [
            ["Ready", "", "2"],
            ["Not looked at yet", "", "1"],
            ["No title", "", "1"],
            ["No picture", "", "1"],
        ]
        assert "3 of 5 products can be tried on." in words(soup)
        link = soup.select_one(".genlook-ready a")["href"]
        assert boss.get(link).status_code == 200
        theirs = page(signed_in(partner_user))
        assert table(theirs, "genlook-ready") == [["No title", "", "1"]]
        assert not theirs.select(".genlook-ready a")

    def test_what_followed_is_told_with_its_interval_or_not_at_all(
        self, boss: Client, partner_user: Any, make_sold_by: Callable[..., Any]
    ) -> None:
        mine, theirs = make_sold_by("Mine", partner_user), make_sold_by("Theirs")
        for number in range(40):
            tryon = add_tryon(NOW - timedelta(hours=2), product=theirs if number else mine)
            for kind, up_to in (("basket", 10), ("order", 3)):
                if number < up_to:
                    Attribution.objects.create(
                        kind=kind,
                        shopper=tryon.shopper,
                        tryon=tryon,
                        tried=tryon.product,
                        tried_on=NOW.date(),
                    )
        text = words(page(boss))
        assert "Of 40 shoppers who saw the product on themselves" in text
        assert "25.0 % (between 14.2 and 40.2 %)" in text
        assert "3 of 40: too few to tell a share" in text
        theirs_text = words(page(signed_in(partner_user)))
        assert "Of 1 shopper who saw" in theirs_text
        assert "1 of 1: too few to tell a share" in theirs_text
        assert "of 40" not in theirs_text

    def test_budgets_and_the_experiment_are_the_shops_business(
        self, boss: Client, partner_user: Any, configuration: Any, make_sold_by: Callable[..., Any]
    ) -> None:
        configuration.budget_per_day, configuration.budget_per_month = 2, 500
        configuration.experiment_percent = 10
        configuration.save()
        for days in (0, 0, 1):
            add_tryon(NOW - timedelta(days=days, minutes=5), product=make_sold_by("Hat"))
        soup = page(boss)
        assert tiles(soup)["Budget of the day"] == "2 of 2"
        assert "Spent until 11/21/2026 midnight" in words(soup)
        assert tiles(soup)["Budget of the month"] == "3 of 500"
        assert "10 % of the visitors see no button" in words(soup)
        assert "too few orders yet" in words(soup)
        theirs = words(page(signed_in(partner_user)))
        assert "Budget" not in theirs
        assert "of the visitors" not in theirs

    def test_a_missing_key_is_told(self, boss: Client, configuration: Any, settings: Any) -> None:
        settings.GENLOOK_API_KEY = ""
        assert "GENLOOK_API_KEY" in words(page(boss).select_one(".genlook-findings"))

    def test_last_errors_are_told_by_kind_with_their_meaning(self, boss: Client) -> None:
        for hours in (1, 2, 3):
            add_tryon(NOW - timedelta(hours=hours), Status.FAILED, error_code="photo_refused")
        add_tryon(NOW - timedelta(minutes=1), Status.FAILED, error_code="no_credits")
        add_tryon(NOW - timedelta(days=8), Status.FAILED, error_code="too_slow")
        soup = page(boss)
        rows = table(soup, "genlook-troubles")
        assert [row[1] for row in rows] == ["1", "3"]
        assert "The Genlook account has no credits left." in rows[0][0]
        assert "11/20/2026" in rows[0][2]
        links = [link["href"] for link in soup.select(".genlook-troubles a")]
        assert links == [
            "/admin/genlook_oscar/tryon/?error=no_credits",
            "/admin/genlook_oscar/tryon/?error=photo_refused",
        ]
        assert boss.get(links[1]).status_code == 200

    def test_links_into_the_admin_are_for_those_only_who_may_go_there(
        self, configuration: Any
    ) -> None:
        add_tryon(NOW - timedelta(hours=1), Status.FAILED, error_code="no_credits")
        soup = page(signed_in(user_with("clerk", FIGURES, is_staff=True)))
        assert "no_credits" in words(soup)
        assert not soup.select("a[href^='/admin/']")


class TestFigures:
    def test_numbers_plot_and_file_agree(self, boss: Client) -> None:
        add_tryon(berlin("2026-11-18 09:00"), seconds=8)
        add_tryon(berlin("2026-11-18 23:59"), seconds=12)
        add_tryon(berlin("2026-11-19 00:00"), Status.FAILED, charge=Charge.UNCERTAIN)
        add_tryon(berlin("2026-11-20 11:00"), Status.CANCELLED)
        add_tryon(berlin("2026-11-17 23:59"))
        add_tryon(berlin("2026-11-20 14:59"), Status.GENERATING)
        query = "?start=2026-11-18&end=2026-11-20"
        soup = page(boss, query)
        assert table(soup, "genlook-numbers") == [
            ["11/18/2026", "2", "2", "0", "0", "0", "2", "0", "8.0", "12.0"],
            ["11/19/2026", "1", "0", "1", "0", "0", "0", "1", "", ""],
            ["11/20/2026", "2", "0", "0", "1", "1", "0", "0", "", ""],
        ]
        together = [words(cell) for cell in soup.select(".genlook-numbers tfoot td")]
        assert together == ["5", "2", "1", "1", "1", "2", "1", "8.0", "12.0"]
        assert rows_of(boss.get(CSV + query)) == [
            [
                "Day",
                "Try-ons",
                "Completed",
                "Failed",
                "Cancelled",
                "Under way",
                "Credits",
                "Uncertain credits",
                "Half within (s)",
                "95 of 100 within (s)",
            ],
            ["2026-11-18", "2", "2", "0", "0", "0", "2", "0", "8.0", "12.0"],
            ["2026-11-19", "1", "0", "1", "0", "0", "0", "1", "", ""],
            ["2026-11-20", "2", "0", "0", "1", "1", "0", "0", "", ""],
        ]
        assert tiles(soup)["Half of them within"] == "8.0 s"
        assert tiles(soup)["95 of 100 within"] == "12.0 s"
        bars = drawing(soup, "genlook-plot").select("g > title")
        assert [words(bar) for bar in bars] == [
            "Nov. 18, 2026: Completed 2",
            "Nov. 19, 2026: Failed 1",
            "Nov. 20, 2026: Cancelled 1, Under way 1",
        ]
        spent = [words(bar) for bar in drawing(soup, "genlook-credits").select("g > title")]
        assert spent == [
            "Nov. 18, 2026: Charged 2",
            "Nov. 19, 2026: Uncertain 1",
            "Nov. 20, 2026: 0",
        ]
        times = {words(title) for title in drawing(soup, "genlook-waits").select("circle title")}
        assert times == {"Nov. 18, 2026: half within 8.0 s, 95 of 100 within 12.0 s"}
        svg = drawing(soup, "genlook-plot")
        title, desc = (soup.find(id=name) for name in svg["aria-labelledby"].split())
        assert words(title) == "Try-ons per day by outcome"
        assert "Completed: 2. Failed: 1. Cancelled: 1. Under way: 1." in words(desc)

    def test_the_file_is_an_attachment_named_by_its_days(self, boss: Client) -> None:
        answer = boss.get(CSV + "?start=2026-11-18&end=2026-11-20")
        name = "try-ons_2026-11-18_2026-11-20.csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"

    def test_the_page_offers_the_file_of_the_days_it_shows(self, boss: Client) -> None:
        soup = page(boss, "?start=2026-11-02&end=2026-11-03")
        link = soup.select_one("a[href*='figures.csv']")["href"]
        assert parse_qs(urlsplit(link).query) == {"start": ["2026-11-02"], "end": ["2026-11-03"]}
        assert [row[0] for row in rows_of(boss.get(link))[1:]] == ["2026-11-02", "2026-11-03"]

    def test_the_last_thirty_days_unless_asked_otherwise(self, boss: Client) -> None:
        days = [row[0] for row in rows_of(boss.get(CSV))[1:]]
        assert (days[0], days[-1], len(days)) == ("2026-10-22", "2026-11-20", 30)
        soup = page(boss)
        assert soup.find(id="id_start")["value"] == "2026-10-22"
        assert soup.find(id="id_end")["value"] == "2026-11-20"
        assert words(soup.select_one(".genlook-presets [aria-current]")) == "30 days"

    @pytest.mark.parametrize(
        ("query", "first", "last"),
        [
            ("?start=2026-11-10", "2026-11-10", "2026-11-20"),
            ("?end=2026-11-10", "2026-10-12", "2026-11-10"),
            ("?start=2026-11-19&end=9999-12-31", "2026-11-19", "2026-11-20"),
            ("?end=2000-01-05", "2000-01-01", "2000-01-05"),
            ("?something=else", "2026-10-22", "2026-11-20"),
        ],
    )
    def test_what_is_missing_is_filled_in(
        self, boss: Client, query: str, first: str, last: str
    ) -> None:
        days = [row[0] for row in rows_of(boss.get(CSV + query))[1:]]
        assert (days[0], days[-1]) == (first, last)
        page(boss, query)

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("?start=2026-11-20&end=2026-11-19", "The first day must not come after the last"),
            ("?start=2026-11-21", "The first day must not come after the last"),
            ("?start=2025-11-19&end=2026-11-20", "Choose at most 366 days; these are 367."),
            ("?start=yesterday", "Enter a valid date."),
            ("?start=0001-01-01&end=0001-01-02", "2000"),
            ("?start=2026-02-30&end=%00", "Enter a valid date."),
        ],
    )
    def test_days_that_cannot_be_shown_are_refused_with_a_sentence(
        self, boss: Client, query: str, sentence: str
    ) -> None:
        soup = page(boss, query)
        errors = " ".join(words(error) for error in soup.select(".error-block"))
        assert sentence in errors
        assert len(table(soup, "genlook-numbers")) == 30
        answer = boss.get(CSV + query)
        assert answer.status_code == 302
        assert answer.url.startswith(f"{PAGE}?")

    def test_a_year_is_drawn_by_weeks_and_told_by_days(self, boss: Client) -> None:
        for number in range(0, 366, 3):
            add_tryon(NOW - timedelta(days=number))
        soup = page(boss, "?start=2025-11-20&end=2026-11-20")
        assert words(soup.find(id="genlook-plot-title")) == "Try-ons per week by outcome"
        bars = [words(bar) for bar in drawing(soup, "genlook-plot").select("g > title")]
        assert len(bars) == 53
        assert bars[0] == "Week from Nov. 20, 2025: Completed 1"
        assert sum(int(bar.rsplit(" ", 1)[1]) for bar in bars) == 122
        assert len(table(soup, "genlook-numbers")) == 366

    def test_titles_of_products_are_shown_as_text(self, boss: Client) -> None:
        add_tryon(NOW, title="<script>alert(1)</script>")
        soup = page(boss)
        (row,) = table(soup, "genlook-tried")
        assert row[0] == "<script>alert(1)</script> (deleted)"

    def test_products_lead_to_their_page_in_the_dashboard(
        self, boss: Client, make_sold_by: Callable[..., Any]
    ) -> None:
        product = make_sold_by("Hat")
        add_tryon(NOW, product=product)
        link = page(boss).select_one(".genlook-tried a")
        assert boss.get(link["href"]).status_code == 200
        assert words(link) == "Hat"

    def test_drawings_have_points_in_their_numbers_in_every_language(self, boss: Client) -> None:
        for number in range(3):
            add_tryon(NOW, title=str(number % 2))
        with translation.override("de"):
            soup = BeautifulSoup(
                boss.get(PAGE, headers={"accept-language": "de"}).content, "html.parser"
            )
        shapes = soup.select(".genlook-plot svg *, .genlook-tried rect")
        assert len(soup.select(".genlook-plot rect, .genlook-plot circle")) == 4
        for shape in shapes:
            for name in ("x", "y", "width", "height", "cx", "cy", "x1", "y1", "x2", "y2"):
                assert "," not in shape.get(name, "")

    def test_curves_have_a_gap_where_no_picture_was_made(self, boss: Client) -> None:
        for day, seconds in ((17, 5), (18, 10), (20, 20)):
            add_tryon(berlin(f"2026-11-{day} 09:00"), seconds=seconds)
        svg = drawing(page(boss, "?start=2026-11-17&end=2026-11-20"), "genlook-waits")
        medians = svg.select("circle.genlook-curve-median")
        assert [circle["cy"] for circle in medians] == ["150.00", "100.00", "0.00"]
        (line,) = svg.select("line.genlook-curve-median")
        assert (line["x1"], line["x2"]) == ("12.500%", "37.500%")

    def test_the_file_of_products_has_them_all_and_no_formula(
        self, boss: Client, make_sold_by: Callable[..., Any]
    ) -> None:
        hats = [make_sold_by(f"Hat {number:02}") for number in range(12)]
        for hat in hats:
            add_tryon(NOW, product=hat)
        add_tryon(NOW, title='=HYPERLINK("http://example.com")')
        answer = boss.get(PRODUCTS + "?start=2026-11-20&end=2026-11-20")
        name = "products_2026-11-20_2026-11-20.csv"
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        rows = rows_of(answer)
        assert len(rows) == 14
        assert rows[0] == ["Product", "Title", "Try-ons", "Pictures"]
        assert ["", '\'=HYPERLINK("http://example.com")', "1", "1"] in rows
        refused = boss.get(PRODUCTS + "?start=yesterday")
        assert refused.url.startswith(f"{PAGE}?")

    def test_the_page_costs_the_same_queries_however_much_there_is(
        self, boss: Client, make_sold_by: Callable[..., Any], configuration: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def cost() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                page(boss, "?start=2026-09-01")
            return len(captured)

        add_tryon(NOW, product=make_sold_by("One"))
        add_tryon(NOW, Status.FAILED, error_code="busy")
        cost()
        before = cost()
        products = [make_sold_by(f"Product {number}") for number in range(12)]
        for number in range(60):
            status = list(TryOn.Status)[number % 7]
            code = ["busy", "no_credits", "internal"][number % 3]
            failed = status == Status.FAILED
            add_tryon(
                NOW - timedelta(days=number),
                status,
                product=products[number % 12],
                error_code=code if failed else "",
            )
        assert cost() == before
        assert get_model("catalogue", "Product").objects.count() == 13
