"""The try-on page of one product in Oscar's dashboard."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.test import Client
from oscar.core.loading import get_model
from oscar.test.factories import create_product

from genlook_oscar import clock
from genlook_oscar.catalogue.content import pictures_of
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.catalogue.payload import upsert
from genlook_oscar.models import ProductLink, Rule
from tests.conftest import picture
from tests.forms import filled
from tests.integration.dashboard.test_figures import signed_in, user_with

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

MANAGE = "genlook_oscar.manage_catalogue"
PARTNER = "partner.dashboard_access"
Product = get_model("catalogue", "Product")
ProductImage = get_model("catalogue", "ProductImage")
EDITOR = "#create_update_product_form"


def page(product: Any) -> str:
    return f"/dashboard/try-on/products/{product.pk}/"


def text(response: Any) -> str:
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


@pytest.fixture
def manager() -> Client:
    return signed_in(user_with("manager", MANAGE, is_staff=True))


@pytest.fixture
def pictures(product: Any) -> list[Any]:
    """Three pictures of the product in the shop's order."""
    for order, colour in ((1, "#aa3311"), (2, "#11aa33")):
        ProductImage.objects.create(
            product=product,
            original=ContentFile(picture(colour), name=f"{order}.jpg"),
            display_order=order,
        )
    return list(product.images.order_by("display_order"))


def form(product: Any, **values: Any) -> dict[str, Any]:
    link = link_for(product)
    sent = [image.pk for image in pictures_of(product)]
    places = {f"picture_{pk}": str(place) for place, pk in enumerate(sent, start=1)}
    return {"action": "save", "switch": "", "external_id": link.external_id, **places} | values


def test_it_tells_how_the_product_stands(
    manager: Client, product: Any, configuration: Any, emulator: Any
) -> None:
    category = get_model("catalogue", "Category").add_root(name="Shirts")
    product.categories.add(category)
    Rule.objects.create(category=category, on=False)
    link = link_for(product)
    ProductLink.objects.update(
        ready_code="no_description",
        ready_reasons=["no_description"],
        error_code="unreadable_picture",
        bad_reports=2,
        checked_at=clock.now(),
    )
    told = text(manager.get(page(product)))
    for words in (
        "switched off for the product's category",
        "without a description",
        "Shirts : Off",
        "No picture of the product can be read",
        "2 shoppers have reported",
        link.external_id,
        "600 × 750 pixels",
    ):
        assert words.replace(" : ", ": ") in told.replace(" : ", ": ")
    assert emulator.control.requests() == []


def test_the_preview_is_what_genlook_gets(
    manager: Client, product: Any, pictures: list[Any]
) -> None:
    product.description = "<p>Cool &amp; <b>airy</b></p>"
    product.save()
    pictures[1].original.storage.delete(pictures[1].original.name)
    sent = upsert(link_for(product))
    soup = BeautifulSoup(manager.get(page(product)).content, "html.parser")
    preview = soup.select_one("[aria-labelledby=genlook-preview]")
    assert preview is not None
    assert str(sent.description) in preview.get_text()
    assert "Left out" in preview.get_text()
    shown = [manager.get(str(img["src"])).content for img in preview.select("img")]
    assert shown == [image.source.content for image in sent.images or ()]
    assert manager.get(f"{page(product)}pictures/1/").status_code == 404
    assert manager.get(f"{page(product)}pictures/9/").status_code == 404


def test_pictures_are_chosen_and_ordered(
    manager: Client, product: Any, pictures: list[Any]
) -> None:
    first, second, third = (f"picture_{image.pk}" for image in pictures)
    ProductLink.objects.filter(pk=link_for(product).pk).update(checked_at=clock.now())
    manager.post(page(product), form(product, **{first: "2", second: "", third: "1"}))
    link = ProductLink.objects.get()
    assert link.pictures == [pictures[2].pk, pictures[0].pk]
    assert link.checked_at is None
    assert pictures_of(product) == (pictures[2], pictures[0])
    assert "Pictures" in LogEntry.objects.get().get_change_message()
    # As the shop has them: new pictures follow by themselves.
    manager.post(page(product), form(product, **{first: "1", second: "2", third: "3"}))
    assert ProductLink.objects.get().pictures == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({0: "1", 1: "1"}, "the same place"),
        ({0: "", 1: "", 2: ""}, "at least one picture"),
        ({"external_id": "TAKEN"}, "Another product has this name"),
        ({"external_id": "a/b"}, "Use only letters"),
        ({"external_id": "x" * 129}, "at most 128"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    manager: Client, product: Any, pictures: list[Any], values: dict[Any, str], sentence: str
) -> None:
    # Of a product that the shop has deleted.
    ProductLink.objects.create(external_id="TAKEN")
    named = {
        f"picture_{pictures[key].pk}" if isinstance(key, int) else key: value
        for key, value in values.items()
    }
    response = manager.post(page(product), form(product, **named))
    assert response.status_code == 200
    assert sentence in text(response)
    link = link_for(product)
    assert (link.pictures, link.external_id != "TAKEN") == ([], True)


def test_switch_and_name(manager: Client, product: Any) -> None:
    link = link_for(product)
    ProductLink.objects.update(fingerprint="f", known_until=clock.now(), error_code="x")
    manager.post(page(product), form(product, switch="off", external_id="my-shirt"))
    link.refresh_from_db()
    assert (link.enabled, link.external_id, link.fingerprint, link.known_until) == (
        False,
        "my-shirt",
        "",
        None,
    )
    manager.post(page(product), form(product, switch="off"))
    assert LogEntry.objects.count() == 1


def test_wishes_are_left_to_the_workers(
    manager: Client, product: Any, emulator: Any, configuration: Any, on_commit: Any, drain: Any
) -> None:
    for action, requests in (("register", 1), ("refresh", 2), ("forget", 2)):
        with on_commit():
            manager.post(page(product), {"action": action})
        assert ProductLink.objects.get().wanted == action
        drain()
        assert ProductLink.objects.get().wanted == ""
        assert emulator.control.state()["requests"]["POST /products"] == requests
    assert LogEntry.objects.count() == 3


def test_a_parent_leads_to_its_variants(manager: Client, make_product: Any) -> None:
    parent = make_product("Jumper", structure="parent")
    child = create_product(structure="child", parent=parent, title="Rust")
    link_for(child)
    response = manager.get(page(parent))
    assert page(child) in response.content.decode()
    assert "Of the parent" in text(manager.get(page(child)))


class TestWhoMay:
    def test_only_who_manages_the_catalogue(self, product: Any) -> None:
        assert Client().get(page(product)).status_code == 302
        for name, permissions in (("staff", ()), ("viewer", ("genlook_oscar.view_figures",))):
            client = signed_in(user_with(name, *permissions, is_staff=True))
            assert client.get(page(product)).status_code == 403
            assert client.post(page(product), form(product, switch="off")).status_code == 403
            assert client.get(f"{page(product)}pictures/0/").status_code == 403
        assert not ProductLink.objects.filter(enabled=False).exists()

    def test_oscar_makes_products_and_variants_as_before(self, product: Any) -> None:
        boss = signed_in(user_with("boss", is_staff=True, is_superuser=True))
        category = get_model("catalogue", "Category").add_root(name="Shirts")
        create = f"/dashboard/catalogue/products/create/{product.product_class.slug}/"
        empty = boss.get(create).content
        assert b"/dashboard/try-on/products/" not in empty
        sent = filled(empty, EDITOR, title="Made now", action="save", structure="parent")
        sent["productcategory_set-0-category"] = category.pk
        assert boss.post(create, sent).status_code == 302
        made = Product.objects.get(title="Made now")
        create = f"/dashboard/catalogue/products/{made.pk}/create-variant/"
        sent = filled(boss.get(create).content, EDITOR, title="Made of it", action="save")
        assert boss.post(create, sent).status_code == 302
        assert made.children.get().title == "Made of it"

    def test_a_partner_manages_its_own_products(self, product: Any, make_product: Any) -> None:
        user = user_with("partner", MANAGE, PARTNER)
        other = make_product("Trousers", partner_name="Other")
        product.stockrecords.get().partner.users.add(user)
        client = signed_in(user)
        assert client.get(page(product)).status_code == 200
        assert client.get(page(other)).status_code == 404
        assert client.get(f"{page(other)}pictures/0/").status_code == 404

    def test_oscars_own_page_leads_there(self, product: Any) -> None:
        boss = signed_in(user_with("boss", is_staff=True, is_superuser=True))
        address = f"/dashboard/catalogue/products/{product.pk}/"
        assert page(product) in boss.get(address).content.decode()
        clerk = signed_in(
            user_with("clerk", "catalogue.change_product", "catalogue.view_product", is_staff=True)
        )
        response = clerk.get(address)
        assert page(product) not in response.content.decode()
