"""Reports of bad pictures: what hides a product, what does not, and how it is undone."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from genlook_oscar import clock
from genlook_oscar.catalogue.eligibility import Reason, verdict
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.catalogue.readiness import look
from genlook_oscar.engine import alerts, reports
from genlook_oscar.engine.health import health
from genlook_oscar.models import Configuration, Counter, ProductLink, Report, Shopper, TryOn
from genlook_oscar.visitor import UNKNOWN, Visitor
from tests.rows import add_tryon

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


class Complaints:
    """Pictures of one product, and what shoppers say of them."""

    def __init__(self, product: Any) -> None:
        self.product = product
        self.link = link_for(product)

    def picture(self, shopper: Shopper | None = None) -> TryOn:
        tryon = add_tryon(clock.now(), product=self.product)
        tryon.link = self.link
        tryon.shopper = shopper or tryon.shopper
        tryon.save()
        return tryon

    def say(self, network: str, shopper: Shopper | None = None) -> Report:
        tryon = self.picture(shopper)
        who = Visitor(None, tryon.shopper.key, network)
        return reports.report(tryon, "quality", who)

    def from_everywhere(self, count: int) -> None:
        for number in range(count):
            self.say(f"203.0.{number}.0/24")

    def reason(self) -> Reason:
        look(ProductLink.objects.get(pk=self.link.pk), Configuration.load())
        return verdict(self.product).reason


@pytest.fixture
def complaints(configuration: Any, product: Any, settings: Any) -> Complaints:
    settings.GENLOOK_API_KEY = "gk_tests"
    Configuration.objects.update(alert_emails="ada@example.com")
    return Complaints(product)


def test_one_session_hides_nothing(complaints: Complaints) -> None:
    shopper = Shopper.objects.create()
    for number in range(20):
        complaints.say(f"203.0.{number}.0/24", shopper)
    assert complaints.reason() == Reason.SHOWN
    assert (Report.objects.count(), Report.objects.filter(counts=True).count()) == (20, 1)


@pytest.mark.parametrize("network", ["203.0.113.0/24", UNKNOWN])
def test_one_network_hides_nothing(complaints: Complaints, network: str) -> None:
    for _ in range(20):
        complaints.say(network)
    assert complaints.reason() == Reason.SHOWN
    assert Report.objects.filter(counts=True).count() == 1


def test_many_shoppers_of_many_networks_do(complaints: Complaints) -> None:
    complaints.from_everywhere(4)
    assert complaints.reason() == Reason.SHOWN
    complaints.say("198.51.100.0/24")
    assert complaints.reason() == Reason.NOT_READY
    assert ProductLink.objects.get().bad_reports == 5


def test_a_few_of_many_pictures_do_not(complaints: Complaints) -> None:
    for _ in range(46):
        complaints.picture()
    complaints.from_everywhere(5)
    assert complaints.reason() == Reason.SHOWN
    complaints.say("198.51.100.0/24")
    assert complaints.reason() == Reason.NOT_READY


def test_said_again_it_counts_as_it_did(complaints: Complaints) -> None:
    tryon = complaints.picture()
    who = Visitor(None, None, "203.0.113.0/24")
    for reason in ("quality", "face"):
        found = reports.report(tryon, reason, who)
        assert (found.reason, found.counts) == (reason, True)


def test_after_thirty_days_they_are_heard_again(complaints: Complaints, pass_time: Any) -> None:
    shopper = Shopper.objects.create()
    assert complaints.say("203.0.113.0/24", shopper).counts
    pass_time(days=29)
    Counter.objects.end_old()
    assert not complaints.say("203.0.113.0/24", shopper).counts
    pass_time(days=2)
    Counter.objects.end_old()
    assert complaints.say("203.0.113.0/24", shopper).counts


def test_nobody_is_named(complaints: Complaints) -> None:
    report = complaints.say("203.0.113.0/24")
    assert report.tryon is not None
    for name in Counter.objects.values_list("name", flat=True):
        assert "203" not in name.partition("network-")[2]
        assert str(report.tryon.shopper_id) not in name.partition("shopper-")[2].split("-")


def test_the_merchant_is_told_once_and_undoes_it_with_one_click(
    complaints: Complaints, admin_client: Client, mailoutbox: list[Any]
) -> None:
    complaints.from_everywhere(5)
    assert complaints.reason() == Reason.NOT_READY
    for _ in range(2):
        alerts.tell(Configuration.load())
    (mail,) = mailoutbox
    assert "Products are hidden" in mail.subject
    assert complaints.product.title in mail.body
    assert "products_reported" in {finding.code for finding in health().findings}

    page = f"/admin/genlook_oscar/productlink/{complaints.link.pk}/change/"
    assert b'name="_offer_again"' in admin_client.get(page).content
    sent = {"external_id": complaints.link.external_id, "enabled": "", "_offer_again": "1"}
    assert admin_client.post(page, sent).headers["Location"] == page

    assert verdict(complaints.product).reason == Reason.SHOWN
    assert complaints.reason() == Reason.SHOWN
    assert b'name="_offer_again"' not in admin_client.get(page).content
    assert "products_reported" not in {finding.code for finding in health().findings}
    # It may happen again, and is told again.
    for number in range(5):
        complaints.say(f"198.51.{number}.0/24")
    assert complaints.reason() == Reason.NOT_READY
    alerts.tell(Configuration.load())
    assert len(mailoutbox) == 2
