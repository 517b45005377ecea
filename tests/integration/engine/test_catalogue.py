"""The catalogue's rounds: what is noticed, wished for, warmed up and forgotten."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar import clock
from genlook_oscar.catalogue import noticing
from genlook_oscar.catalogue.eligibility import verdict
from genlook_oscar.catalogue.links import link_for, make_links
from genlook_oscar.engine import catalogue, pacing, products, wishes
from genlook_oscar.engine.pacing import Kind
from genlook_oscar.models import CatalogueRun, Configuration, ProductLink, Report, Rule
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")
ProductRecord = get_model("analytics", "ProductRecord")
Wanted = ProductLink.Wanted


@pytest.fixture
def round_(sweep: Callable[[], None], drain: Callable[[], int], pass_time: Any) -> Any:
    """A sweep, and the work that it hands out."""

    def act(**delta: float) -> None:
        pass_time(**(delta or {"minutes": 1}))
        sweep()
        drain()

    return act


def asked(emulator: Any, call: str) -> int:
    return int(emulator.control.state()["requests"].get(call, 0))


def known(emulator: Any) -> set[str]:
    from genlook_oscar.engine.account import client

    with client() as connection:
        return {product.external_id for product in connection.iter_products()}


def wish(wanted: str, **which: Any) -> None:
    wishes.wish(ProductLink.objects.filter(**which), wanted)


def test_every_product_gets_a_link_and_is_looked_at(
    emulator: Any, configuration: Any, make_product: Callable[..., Any], round_: Any
) -> None:
    made = [make_product(), make_product(color=None)]
    round_()
    round_()
    found = dict(ProductLink.objects.values_list("product_id", "ready_code"))
    assert found == {made[0].pk: "no_description", made[1].pk: "no_picture"}
    assert asked(emulator, "POST /products") == 0


def test_busy_workers_find_one_round_waiting(
    emulator: Any, configuration: Any, product: Any, sweep: Any, pass_time: Any, round_: Any
) -> None:
    from django_q.models import OrmQ

    def waiting() -> int:
        return sum(row.func() == "genlook_oscar.tasks.look_over" for row in OrmQ.objects.all())

    for _ in range(3):
        sweep()
        pass_time(minutes=1)
    assert waiting() == 1
    # What is lost is replaced.
    OrmQ.objects.all().delete()
    round_(minutes=10)
    assert not ProductLink.objects.filter(checked_at=None).exists()


def test_two_products_with_one_sku_get_two_names(make_product: Callable[..., Any]) -> None:
    made = [
        make_product(partner_sku="SAME", partner_name=f"Partner {number}", color=None)
        for number in range(3)
    ]
    make_links(made)
    names = list(ProductLink.objects.order_by("product_id").values_list("external_id", flat=True))
    assert names == ["SAME", f"SAME-{made[1].pk}", f"SAME-{made[2].pk}"]
    assert set(ProductLink.objects.values_list("sku", flat=True)) == {"SAME"}


def test_a_changed_sku_keeps_the_name_and_leaves_the_old_one_to_nobody(
    emulator: Any, configuration: Any, product: Any, make_product: Callable[..., Any]
) -> None:
    product.stockrecords.update(partner_sku="OLD")
    link = link_for(product)
    products.send(link)
    product.stockrecords.update(partner_sku="NEW")
    other = make_product("Trousers", "#223344")
    other.stockrecords.update(partner_sku="OLD")
    catalogue.look_at(link, configuration, catalogue.Kinds(""))
    assert (link.sku, link_for(product).external_id) == ("NEW", "OLD")
    assert link_for(other).external_id == f"OLD-{other.pk}"


def test_a_sku_of_128_odd_characters(emulator: Any, configuration: Any, product: Any) -> None:
    sku = "ä/%?#\\ '\"<é>" * 11
    product.stockrecords.update(partner_sku=sku[:128])
    link = link_for(product)
    assert products.send(link) is products.Sending.DONE
    assert link.sku == sku[:128]
    assert known(emulator) == {link.external_id}
    assert products.forget(link) is products.Sending.DONE
    assert known(emulator) == set()


@pytest.mark.parametrize("at_once", [False, True])
def test_a_change_is_sent_at_once_only_if_the_shop_wants_so(
    emulator: Any, configuration: Any, product: Any, round_: Any, on_commit: Any, at_once: bool
) -> None:
    if at_once:
        configuration.send_changes = Configuration.Changes.AT_ONCE
        configuration.save()
    link = link_for(product)
    products.send(link)
    round_()
    round_()
    assert asked(emulator, "POST /products") == 1
    product.title = "Linen shirt, washed"
    with on_commit():
        product.save()
    round_()
    round_()
    assert asked(emulator, "POST /products") == (2 if at_once else 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda product: product.save(),
        lambda product: product.images.get().delete(),
        lambda product: product.images.create(
            original=ContentFile(picture("#123456"), name="more.jpg"), display_order=1
        ),
        lambda product: product.categories.add(
            get_model("catalogue", "Category").add_root(name="Hats")
        ),
    ],
    ids=["product", "picture deleted", "picture added", "category"],
)
def test_changes_are_noticed(product: Any, change: Callable[[Any], Any], on_commit: Any) -> None:
    child = create_product(structure="child", parent=product)
    for one in (product, child):
        link_for(one)
    ProductLink.objects.update(checked_at=clock.now(), ready_code="small_picture")
    with on_commit():
        change(product)
    assert set(ProductLink.objects.values_list("checked_at", "ready_code")) == {(None, "")}
    # What no change of the product can mend stays as it was found.
    ProductLink.objects.update(checked_at=clock.now(), ready_code="bad_reports")
    with on_commit():
        product.save()
    assert set(ProductLink.objects.values_list("checked_at", "ready_code")) == {
        (None, "bad_reports")
    }


def test_a_report_is_noticed(product: Any) -> None:
    link = link_for(product)
    ProductLink.objects.update(checked_at=clock.now(), ready_code="ready")
    Report.objects.create(link=link, reason="quality")
    assert ProductLink.objects.values_list("checked_at", "ready_code").get() == (None, "ready")


def test_what_no_signal_tells_is_found_within_a_day(
    emulator: Any, configuration: Any, product: Any, round_: Any
) -> None:
    round_()
    round_()
    assert ProductLink.objects.get().ready_code == "no_description"
    Product.objects.update(description="Airy")
    round_()
    assert ProductLink.objects.get().ready_code == "no_description"
    round_(days=1)
    assert ProductLink.objects.get().ready_code == "ready"


def test_a_product_that_breaks_does_not_stop_those_behind_it(
    emulator: Any, configuration: Any, make_product: Callable[..., Any], round_: Any, caplog: Any
) -> None:
    make_links([make_product(f"Item {number}") for number in range(3)])
    first = ProductLink.objects.order_by("pk")[0]
    # Not a list: whatever a shop's own code may have written there.
    ProductLink.objects.filter(pk=first.pk).update(pictures=7)
    round_()
    assert ProductLink.objects.filter(ready_code="").get() == first
    assert not ProductLink.objects.filter(checked_at=None).exists()
    assert "could not be looked at" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [nullcontext, transaction.atomic])
def test_a_receiver_that_fails_does_not_stop_the_shop(
    product: Any, caplog: Any, monkeypatch: pytest.MonkeyPatch, within: Any
) -> None:
    def note_changed(*pks: Any) -> None:
        ProductLink.objects.extra(where=["no_such_column = 1"]).count()

    monkeypatch.setattr(noticing, "note_changed", note_changed)
    product.title = "Saved all the same"
    with within():
        product.save()
    product.refresh_from_db()
    assert product.title == "Saved all the same"
    assert caplog.text.count("note_changed failed") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("within", "ours"), [(nullcontext, 1), (transaction.atomic, 0)])
def test_saving_a_product_costs_the_shop_one_query_at_most(
    product: Any, monkeypatch: pytest.MonkeyPatch, within: Any, ours: int
) -> None:
    def queries() -> int:
        with within(), CaptureQueriesContext(connection) as captured:
            product.save()
        return len(captured)

    link_for(product)
    with_us = queries()
    # What is left when nothing is noted is Oscar's.
    monkeypatch.setattr(noticing, "_note_later", lambda *pks, using: None)
    assert with_us - queries() == ours


class TestWishes:
    @pytest.fixture
    def links(self, configuration: Any, make_product: Callable[..., Any]) -> list[ProductLink]:
        return [link_for(make_product(f"Item {number}")) for number in range(4)]

    def test_they_are_carried_out_one_after_the_other(
        self, emulator: Any, links: list[ProductLink], on_commit: Any, drain: Any
    ) -> None:
        wish(Wanted.REGISTER)
        with on_commit():
            wishes.start()
            wishes.start()
        from django_q.models import OrmQ

        assert OrmQ.objects.count() == 1
        assert drain() == 4
        assert known(emulator) == {link.external_id for link in links}
        assert not ProductLink.objects.exclude(wanted="").exists()
        # What is known already costs no request; sent again is sent again.
        wish(Wanted.REGISTER, pk=links[0].pk)
        wish(Wanted.REFRESH, pk=links[1].pk)
        wish(Wanted.FORGET, pk=links[2].pk)
        with on_commit():
            wishes.start()
        drain()
        assert asked(emulator, "POST /products") == 5
        assert links[2].external_id not in known(emulator)
        links[2].refresh_from_db()
        assert (links[2].fingerprint, links[2].known_until) == ("", None)

    def test_a_lost_task_is_replaced(
        self, emulator: Any, links: list[ProductLink], round_: Any, on_commit: Any
    ) -> None:
        from django_q.models import OrmQ

        wish(Wanted.REGISTER)
        with on_commit():
            wishes.start()
        OrmQ.objects.all().delete()
        round_()
        assert len(known(emulator)) == 4

    def test_of_two_chains_one_ends(
        self, emulator: Any, links: list[ProductLink], on_commit: Any, drain: Any
    ) -> None:
        wish(Wanted.REGISTER)
        CatalogueRun.objects.create(name=wishes.RUN, cursor="0")
        with on_commit():
            wishes.carry_out(links[0].pk)
        assert drain() == 0
        assert len(known(emulator)) == 1

    def test_what_is_refused_is_told_and_not_tried_for_ever(
        self, emulator: Any, links: list[ProductLink], round_: Any
    ) -> None:
        ProductImage.objects.filter(product=links[0].product).delete()
        wish(Wanted.REGISTER)
        round_()
        links[0].refresh_from_db()
        assert (links[0].error_code, links[0].ready_code) == ("no_picture", "no_picture")
        assert not ProductLink.objects.exclude(wanted="").exists()
        assert len(known(emulator)) == 3

    def test_while_genlook_is_down_they_wait(
        self, emulator: Any, links: list[ProductLink], round_: Any
    ) -> None:
        emulator.control.fault("error", path="/products", status=503, times=1)
        wish(Wanted.REGISTER)
        round_()
        assert ProductLink.objects.exclude(wanted="").count() == 4
        round_()
        round_()
        assert not ProductLink.objects.exclude(wanted="").exists()

    def test_half_of_the_minute_is_left_to_shoppers(
        self, emulator: Any, links: list[ProductLink], round_: Any, settings: Any
    ) -> None:
        settings.GENLOOK_REQUESTS_PER_MINUTE = 20
        for _ in range(11):
            pacing.acquire(Kind.FINISH)
        wish(Wanted.REGISTER)
        round_(seconds=1)
        assert asked(emulator, "POST /products") == 0
        round_(minutes=2)
        assert asked(emulator, "POST /products") == 4


class TestWarmUp:
    @pytest.fixture
    def shelf(self, make_product: Callable[..., Any]) -> dict[str, Any]:
        """Products of which only the first two can be tried on."""
        names = ("first", "second", "secret", "off", "bare", "in a category that is off")
        made = {
            name: make_product(name, color=None if name == "bare" else "#445566") for name in names
        }
        Product.objects.filter(pk=made["secret"].pk).update(is_public=False)
        category = get_model("catalogue", "Category").add_root(name="Hats")
        made[names[-1]].categories.add(category)
        Rule.objects.create(category=category, on=False)
        make_links(list(made.values()))
        ProductLink.objects.filter(product=made["off"]).update(enabled=False)
        return made

    def told(self, configuration: Any, **values: Any) -> None:
        Configuration.objects.filter(pk=configuration.pk).update(**values)

    def test_off_by_default(
        self, emulator: Any, configuration: Any, shelf: Any, round_: Any
    ) -> None:
        round_()
        round_()
        assert known(emulator) == set()

    def test_what_is_published(
        self, emulator: Any, configuration: Any, shelf: Any, round_: Any
    ) -> None:
        self.told(configuration, warm_up="published")
        round_()
        round_()
        expected = {link_for(shelf[name]).external_id for name in ("first", "second")}
        assert known(emulator) == expected
        Product.objects.filter(pk=shelf["secret"].pk).update(is_public=True)
        round_()
        assert len(known(emulator)) == 3

    def test_the_most_viewed_stay_registered(
        self, emulator: Any, configuration: Any, shelf: Any, round_: Any
    ) -> None:
        self.told(configuration, warm_up="most_viewed", warm_up_count=2)
        for name, views in (("first", 9), ("off", 30), ("second", 5)):
            ProductRecord.objects.create(product=shelf[name], num_views=views)
        round_()
        round_()
        link = link_for(shelf["first"])
        assert known(emulator) == {link.external_id}
        emulator.control.advance(timedelta(days=29.5).total_seconds())
        round_(days=29.5)
        round_()
        assert asked(emulator, "POST /products") == 2
        link.refresh_from_db()
        assert link.known_until is not None
        assert link.known_until > clock.now() + timedelta(days=29)


def test_a_list_offers_what_the_button_offers(
    configuration: Any, make_product: Callable[..., Any]
) -> None:
    """`offered` for thousands says what the resolver says of each."""
    category = get_model("catalogue", "Category").add_root(name="Hats")
    parent = make_product("Jumper", structure="parent")
    made = [make_product(f"Item {number}") for number in range(6)]
    made += [create_product(structure="child", parent=parent, title="") for _ in range(2)]
    for product in (made[0], made[1], parent):
        product.categories.add(category)
    make_links([*made, parent])
    ProductLink.objects.update(ready_code="ready")
    state = {0: {"enabled": True}, 2: {"enabled": False}, 3: {"ready_code": "small_picture"}}
    state |= {4: {"ready_code": "wrong_kind"}, 6: {"enabled": True}}
    state |= {5: {"ready_code": "bad_reports", "enabled": True}}
    for number, values in state.items():
        ProductLink.objects.filter(product=made[number]).update(**values)
    for rule in (None, {"category": category}, {"product_class": made[0].product_class}):
        Rule.objects.all().delete()
        if rule:
            Rule.objects.create(on=False, **rule)
        found = set(
            catalogue.offered(ProductLink.objects.all()).values_list("product_id", flat=True)
        )
        expected = {
            product.pk
            for product in Product.objects.exclude(pk=parent.pk)
            if verdict(product, configuration).shown
        }
        assert found - {parent.pk} == expected


def test_genlook_forgets_what_the_shop_has_deleted(
    emulator: Any, configuration: Any, product: Any, round_: Any, make_product: Any
) -> None:
    link = link_for(product)
    products.send(link)
    product.stockrecords.update(partner_sku=link.external_id)
    product.delete()
    round_()
    assert known(emulator) == set()
    link.refresh_from_db()
    assert (link.product_id, link.fingerprint) == (None, "")
    # Its name stays its own.
    other = make_product(partner_sku=link.external_id)
    assert link_for(other).external_id != link.external_id
