"""What of ours runs inside of the host's pages and transactions breaks neither."""

from contextlib import nullcontext
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.template import engines
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from genlook_oscar.contained import contained, proven, reading, undone
from genlook_oscar.dashboard.navigation import NAVIGATION_ENTRY
from genlook_oscar.models import ProductLink
from genlook_oscar.storefront.elsewhere import COOKIE

TRYON = "0190a3f0-0000-7000-8000-000000000000"
TAGS = {
    "genlook_tryon": "{% load genlook_oscar %}{% genlook_tryon product %}",
    "genlook_tile": "{% load genlook_oscar %}{% genlook_tile product %}",
    "genlook_tiles": "{% load genlook_oscar %}{% genlook_tiles products %}",
    "genlook_notice": "{% load genlook_oscar %}{% genlook_notice %}",
    "genlook_page_button": "{% load genlook_pages %}{% genlook_page_button product verdict %}",
    "genlook_product_url": "{% load genlook_dashboard %}{% genlook_product_url product user %}",
    "genlook_alarm": "{% load genlook_admin %}{% genlook_alarm %}",
}


def broken(*args: Any, **kwargs: Any) -> Any:
    raise RuntimeError("a fault of ours")


def shown(tag: str, **context: Any) -> str:
    request = RequestFactory(headers={"cookie": f"{COOKIE}={TRYON}"}).get("/")
    request.user = AnonymousUser()
    request.session = {}  # type: ignore[assignment]
    return str(engines["django"].from_string(TAGS[tag]).render(context, request))


@pytest.mark.parametrize(
    ("tag", "where"),
    [
        ("genlook_tryon", "genlook_oscar.storefront.button.verdict"),
        ("genlook_tryon", "genlook_oscar.storefront.part.rendered"),
        ("genlook_tile", "genlook_oscar.storefront.button.verdicts"),
        ("genlook_tiles", "genlook_oscar.storefront.button.verdicts"),
        ("genlook_notice", "genlook_oscar.storefront.elsewhere.reverse"),
        ("genlook_page_button", "genlook_oscar.storefront.page_button.reverse"),
        ("genlook_product_url", "genlook_oscar.templatetags.genlook_dashboard.may_manage"),
        ("genlook_alarm", "genlook_oscar.admin.health.alarm"),
    ],
)
def test_a_tag_that_fails_shows_nothing_and_logs(
    tag: str, where: str, configuration: Any, product: Any, monkeypatch: Any, caplog: Any
) -> None:
    monkeypatch.setattr(where, broken)
    verdict = type("Verdict", (), {"configuration": configuration})
    assert shown(tag, product=product, products=[product], verdict=verdict) == ""
    assert [record.message for record in caplog.records] == [f"{tag} failed and was left out."]
    assert "a fault of ours" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("tag", sorted(TAGS))
@pytest.mark.parametrize("nothing", [None, "", 7])
def test_a_tag_without_a_product_shows_nothing(tag: str, nothing: Any) -> None:
    context = dict.fromkeys(("product", "products", "verdict", "user"), nothing)
    if tag == "genlook_notice":
        assert "genlook-notice" in shown(tag, **context)
    else:
        assert shown(tag, **context) == ""


def test_the_navigation_leaves_out_what_is_not_mounted(admin_user: Any) -> None:
    access, name = NAVIGATION_ENTRY["access_fn"], NAVIGATION_ENTRY["url_name"]
    assert access(admin_user, name) is True
    with override_settings(ROOT_URLCONF="tests.integration.storefront.unmounted"):
        assert access(admin_user, name) is False
    assert access(None, name) is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("block", [undone, lambda: reading("default")])
def test_the_hosts_transaction_goes_on_after_a_failed_query(block: Any) -> None:
    @contained("left out")
    def ask() -> str:
        with block(), connection.cursor() as cursor:
            cursor.execute("SELECT no_such_column FROM genlook_oscar_productlink")
        return "asked"

    proven.clear()
    with transaction.atomic():
        ProductLink.objects.create(external_id="kept")
        assert ask() == "left out"
        assert ProductLink.objects.filter(external_id="kept").exists()
    assert ProductLink.objects.filter(external_id="kept").exists()
    assert not proven


@pytest.mark.django_db(transaction=True)
def test_a_page_pays_for_no_savepoint_once_a_query_has_gone_well() -> None:
    proven.clear()
    costs = []
    for within in (nullcontext, transaction.atomic, transaction.atomic):
        with within():
            with CaptureQueriesContext(connection) as queries, reading("default"):
                ProductLink.objects.first()
            costs.append(len(queries))
    assert costs == [1, 1, 1]
    proven.clear()
    with transaction.atomic():
        with CaptureQueriesContext(connection) as queries, reading("default"):
            ProductLink.objects.first()
        # Only PostgreSQL refuses the rest of a transaction in which a query failed.
        assert len(queries) == (3 if connection.vendor == "postgresql" else 1)


def test_what_is_contained_may_answer(caplog: Any) -> None:
    assert contained(0)(lambda: 7)() == 7
    with pytest.raises(KeyboardInterrupt):
        contained(0)(lambda: (_ for _ in ()).throw(KeyboardInterrupt()))()
    assert contained(0)(lambda: (_ for _ in ()).throw(DatabaseError()))() == 0
    assert len(caplog.records) == 1
