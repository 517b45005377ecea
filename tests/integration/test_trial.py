"""A test try-on from the admin: on the sample person, by the engine, paid and not counted."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from PIL import Image

from genlook_oscar import clock
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.engine import trial
from genlook_oscar.insight.period import Period
from genlook_oscar.insight.series import by_day
from genlook_oscar.insight.tried import most_tried
from genlook_oscar.models import Configuration, Counter, Shopper, TryOn

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(product: Any) -> Any:
    link = link_for(product)
    link.save()
    return link


@pytest.fixture
def page(admin_client: Client, link: Any) -> Callable[..., str]:
    """The page as it reads."""

    def page(client: Client = admin_client) -> str:
        answer = client.get(address(link))
        assert answer.status_code == 200
        soup = BeautifulSoup(answer.content, "html.parser")
        return " ".join(soup.select_one("#content").get_text(" ").split())

    return page


@pytest.fixture
def press(admin_client: Client, link: Any, on_commit: Any) -> Callable[..., str]:
    """Press the button; what the page says then."""

    def press() -> str:
        with on_commit():
            answer = admin_client.post(address(link), follow=True)
        return str(answer.content.decode())

    return press


def address(link: Any) -> str:
    return reverse("admin:genlook_oscar_productlink_test", args=[link.pk])


def credits() -> set[int]:
    """What the counters of the day and of the month say."""
    return set(Counter.objects.filter(name__startswith="credit:").values_list("used", flat=True))


@pytest.mark.usefixtures("emulator")
def test_from_the_product_to_the_picture(
    configuration: Any, link: Any, page: Any, press: Any, drain: Any, admin_client: Client
) -> None:
    Configuration.objects.update(credit_price=Decimal("0.05"), credit_currency="EUR")
    change = reverse("admin:genlook_oscar_productlink_change", args=[link.pk])
    assert address(link) in admin_client.get(change).content.decode()
    assert "It costs 1 credit (€0.05), which counts in the shop's budget." in page()
    assert not TryOn.objects.exists()
    assert not Shopper.objects.exists()

    assert 'http-equiv="refresh"' in press()
    assert "The picture is being made." in page()
    assert credits() == {1}
    drain()

    said = page()
    assert "AI-made preview" in said
    assert "The same test costs nothing: this very picture exists already." in said
    picture = admin_client.get(f"{address(link)}picture/")
    with Image.open(io.BytesIO(b"".join(picture.streaming_content))) as image:
        assert image.size[1] > 300
    tryon = TryOn.objects.get()
    assert (tryon.is_test, tryon.status, tryon.charge) == (True, "completed", "settled")
    assert tryon.counted_as == ""
    assert "Test try-on" in LogEntry.objects.get().get_change_message()

    # Again is free: neither a row nor a credit.
    press()
    assert TryOn.objects.count() == 1
    assert credits() == {1}


@pytest.mark.usefixtures("emulator")
def test_it_is_in_no_figure_of_shoppers(
    configuration: Any, page: Any, press: Any, drain: Any, admin_client: Client
) -> None:
    press()
    drain()
    assert TryOn.objects.get().status == "completed"
    today = Period.last(1)
    assert [day.total for day in by_day(today)] == [0]
    assert most_tried(today) == []
    figures = admin_client.get("/dashboard/try-on/").context["state"]
    assert (figures.today.total, figures.waiting) == (0, 0)
    # But the credit is spent.
    assert figures.month.spent == 1
    report = admin_client.get("/cms-admin/try-on/report/?export=csv").getvalue().decode()
    assert len(report.splitlines()) == 1


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize(
    "shop",
    [
        {"enabled": False},
        {"audience": "staff"},
        {"audience": "customers"},
        {"experiment_percent": 50},
        {"customer_tryons_per_day": 1, "customer_tryons_at_once": 1},
    ],
)
def test_what_is_meant_for_shoppers_keeps_no_test_away(
    configuration: Any, make_product: Any, admin_client: Client, on_commit: Any, shop: Any
) -> None:
    Configuration.objects.update(**shop)
    for number in range(3):
        link = link_for(make_product(f"Shirt {number}"))
        link.save()
        with on_commit():
            admin_client.post(address(link))
    assert TryOn.objects.filter(is_test=True).count() == 3
    assert credits() == {3}


@pytest.mark.usefixtures("emulator")
@pytest.mark.parametrize("beyond", ["explain", "customers"])
def test_the_budget_holds(
    configuration: Any, make_product: Any, admin_client: Client, on_commit: Any, beyond: str
) -> None:
    Configuration.objects.update(budget_per_day=2, budget_spent=beyond)
    said = ""
    for number in range(3):
        link = link_for(make_product(f"Shirt {number}"))
        link.save()
        with on_commit():
            said = admin_client.post(address(link), follow=True).content.decode()
    assert TryOn.objects.count() == 2
    assert credits() == {2}
    assert "No test can be made now." in said
    assert "Make the picture" not in said


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no key", "GENLOOK_API_KEY is not set"),
        ("switched off", "switched off for this product"),
        ("no picture", "picture"),
    ],
)
def test_what_keeps_it_from_beginning_is_said(
    emulator: Any,
    configuration: Any,
    settings: Any,
    link: Any,
    page: Any,
    press: Any,
    case: str,
    words: str,
) -> None:
    if case == "no key":
        settings.GENLOOK_API_KEY = ""
    if case == "switched off":
        link.enabled = False
        link.save()
    if case == "no picture":
        link.product.images.all().delete()
    said = page()
    assert "No test can be made now." in said
    assert words in said
    assert "Make the picture" not in said
    # A page that was open before.
    press()
    assert not TryOn.objects.exists()


@pytest.mark.usefixtures("emulator")
def test_a_failure_is_told_with_what_it_cost(
    configuration: Any, emulator: Any, page: Any, press: Any, drain: Any
) -> None:
    press()
    TryOn.objects.move(TryOn.objects.get().pk, "queued", "failed", error_code="photo_refused")
    said = page()
    assert "The last test: failed." in said
    assert "Charged: nothing." in said
    assert "Make the picture" in press() or TryOn.objects.count() == 2


def test_it_needs_the_permission(
    configuration: Any, link: Any, client: Client, django_user_model: Any
) -> None:
    user = django_user_model.objects.create_user("clerk", is_staff=True)
    client.force_login(user)
    for codename in ("view_productlink", "change_productlink", "view_pictures"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
        for method in (client.get, client.post):
            assert method(address(link)).status_code == 403
        assert client.get(f"{address(link)}picture/").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="manage_catalogue"))
    assert client.get(address(link)).status_code == 200
    assert client.get(f"{address(link)}picture/").status_code == 404


@pytest.mark.usefixtures("emulator")
def test_nobody_else_comes_to_the_sample_or_its_pictures(
    configuration: Any, press: Any, drain: Any, client: Client, django_user_model: Any
) -> None:
    press()
    drain()
    tryon = TryOn.objects.get()
    client.force_login(django_user_model.objects.create_user("ada"))
    for path in ("", "image/", "download/"):
        assert client.get(f"/try-on/{tryon.pk}/{path}").status_code == 404
    assert tryon.shopper.key == trial.TESTER
    assert tryon.shopper.user is None
    assert clock.now() < tryon.expires_at
