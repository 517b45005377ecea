"""What follows a picture: shared, reported, bought, tried on further, erased."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from oscar.core.loading import get_model

from genlook_oscar import tasks
from genlook_oscar.engine.reports import bad_reports
from genlook_oscar.models import Configuration, Erasure, Photo, Report, Share, TryOn

from .conftest import HTML, Visitor, content
from .test_pages import soup, words


@pytest.fixture
def sharing(configuration: Any) -> Any:
    configuration.sharing = True
    configuration.save()
    return configuration


def share(visitor: Visitor, tryon: TryOn) -> str:
    answer = visitor.send("post", f"/try-on/{tryon.pk}/share/")
    assert answer.status_code == 201, answer.content
    address = str(answer.json()["url"])
    assert address.startswith("http://testserver/try-on/shared/")
    return address.removeprefix("http://testserver")


def is_open(address: str) -> bool:
    """Whether a stranger with the link sees page and picture; both or none."""
    client = Client()
    page = client.get(address, headers={"Accept": HTML})
    image = client.get(f"{address}image/")
    assert page.status_code == image.status_code
    if page.status_code == 200:
        assert content(image).startswith(b"\xff\xd8\xff")
    return bool(page.status_code == 200)


# Shared


def test_sharing_is_off_unless_the_shop_allows_it(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)

    answer = visitor.send("post", f"/try-on/{tryon.pk}/share/")

    assert (answer.status_code, answer.json()["code"]) == (403, "sharing_off")
    for url in (f"/try-on/{tryon.pk}/", f"/try-on/{tryon.pk}/more/"):
        assert "/share/" not in visitor.page(url).content.decode()


@pytest.mark.usefixtures("sharing")
def test_a_shared_page_shows_the_picture_and_the_product_and_nobody(
    customer: Visitor, product: Any, finished: Any, django_user_model: Any
) -> None:
    django_user_model.objects.update(first_name="Ada", last_name="Lovelace")
    tryon = finished(customer, product)
    address = share(customer, tryon)
    assert len(address.split("/")[-2]) == 43

    answer = Client().get(address, headers={"Accept": HTML})
    page = soup(answer)

    assert page.find("img", src=f"{address}image/")
    assert page.find("a", href=product.get_absolute_url())
    assert "Linen shirt" in words(page)
    assert "AI-made preview" in words(page)
    for secret in ("ada", "Ada", "Lovelace", str(tryon.pk), str(tryon.photo_id), "photos/"):
        assert secret not in str(page.find("main"))
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert page.find("meta", {"name": "robots"})["content"] == "noindex"
    image = Client().get(f"{address}image/")
    assert b"trainedAlgorithmicMedia".lower() in content(image).lower()
    assert image.headers["Cache-Control"] == "private, max-age=0"
    assert str(tryon.pk.hex) not in image.headers["ETag"]


@pytest.mark.usefixtures("sharing")
def test_a_link_stays_the_same_until_it_is_taken_back_for_good(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    first = share(visitor, tryon)
    assert share(visitor, tryon) == first
    assert is_open(first)

    assert visitor.send("delete", f"/try-on/{tryon.pk}/share/").status_code == 204

    assert not is_open(first)
    second = share(visitor, tryon)
    assert second != first
    assert is_open(second)
    assert not is_open(first)


def switch_off(visitor: Visitor, tryon: TryOn) -> None:
    Configuration.objects.update(sharing=False)


ENDS = {
    "deleted": lambda visitor, tryon: visitor.send("delete", f"/try-on/{tryon.pk}/"),
    "all deleted": lambda visitor, tryon: visitor.send("delete", "/try-on/"),
    "switched off": switch_off,
}


@pytest.mark.usefixtures("sharing")
@pytest.mark.parametrize("how", ENDS)
def test_a_link_ends_with_the_picture(
    visitor: Visitor, product: Any, finished: Any, how: str
) -> None:
    tryon = finished(visitor, product)
    address = share(visitor, tryon)

    ENDS[how](visitor, tryon)

    assert not is_open(address)
    assert not Share.objects.exists()


def by_save(sharing: bool) -> None:
    row = Configuration.load()
    row.sharing = sharing
    row.save()


def by_one_field(sharing: bool) -> None:
    row = Configuration.load()
    row.sharing = sharing
    row.save(update_fields=["sharing"])


def by_rows(sharing: bool) -> None:
    row = Configuration.load()
    row.sharing = sharing
    Configuration.objects.bulk_update([row], ["sharing"])


def past_django(sharing: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE genlook_oscar_configuration SET sharing = %s", [sharing])
    tasks.sweep()


SWITCHES = {
    "save": by_save,
    "one field": by_one_field,
    "update": lambda sharing: Configuration.objects.update(sharing=sharing),
    "chosen rows": lambda sharing: Configuration.objects.exclude(sharing=sharing).update(
        sharing=sharing
    ),
    "bulk": by_rows,
    "past Django": past_django,
}


@pytest.mark.usefixtures("sharing")
@pytest.mark.parametrize("how", SWITCHES)
def test_switched_on_again_brings_no_link_back(
    visitor: Visitor, product: Any, finished: Any, how: str
) -> None:
    tryon = finished(visitor, product)
    address = share(visitor, tryon)

    SWITCHES[how](False)
    SWITCHES[how](True)

    assert not is_open(address)
    second = share(visitor, tryon)
    assert second != address
    assert is_open(second)


@pytest.mark.usefixtures("sharing")
def test_other_changes_end_no_link(visitor: Visitor, product: Any, finished: Any) -> None:
    address = share(visitor, finished(visitor, product))
    row = Configuration.load()
    row.crop = False
    row.save()
    row.save(update_fields=["crop"])
    Configuration.objects.update(crop=True)
    Configuration.objects.update(sharing=True)
    tasks.sweep()
    assert is_open(address)


@pytest.mark.usefixtures("sharing")
def test_a_link_ends_when_the_pictures_days_are_over(
    visitor: Visitor, product: Any, finished: Any, pass_time: Any, sweep: Any
) -> None:
    tryon = finished(visitor, product)
    address = share(visitor, tryon)
    pass_time(days=7, seconds=1)

    assert not is_open(address)
    sweep()
    assert not Share.objects.exists()
    assert visitor.send("post", f"/try-on/{tryon.pk}/share/").status_code == 404


@pytest.mark.usefixtures("sharing")
def test_only_the_owner_shares_and_only_a_picture(
    visitor: Visitor, stranger: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    address = share(visitor, tryon)

    for method in ("post", "delete"):
        assert stranger.send(method, f"/try-on/{tryon.pk}/share/").status_code == 404
    assert is_open(address)
    waiting = stranger.tryon(product)
    assert stranger.send("post", f"/try-on/{waiting.pk}/share/").status_code == 404


@pytest.mark.usefixtures("sharing")
def test_sharing_by_forms_alone(visitor: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(visitor, product)
    url = f"/try-on/{tryon.pk}/"

    answer = visitor.submit(f"{url}share/")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}#share")
    page = soup(visitor.page(url))
    address = page.find("input", class_="genlook-link")["value"]
    assert is_open(address.removeprefix("http://testserver"))
    form = page.find("form", action=f"{url}share/")
    fields = {field["name"]: field["value"] for field in form.find_all("input")}
    assert visitor.submit(form["action"], fields).headers["Location"] == url
    assert not Share.objects.exists()


# Reported


def test_a_report_counts_once_for_its_product(
    visitor: Visitor, stranger: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    url = f"/try-on/{tryon.pk}/report/"

    assert visitor.send("post", url, {"reason": "face"}).status_code == 201
    answer = visitor.send("post", url, {"reason": "quality"}, content_type="application/json")
    assert answer.json() == {"reason": "quality"}

    assert Report.objects.get().reason == "quality"
    assert bad_reports(tryon.link) == 1
    assert stranger.send("post", url, {"reason": "face"}).status_code == 404
    refused = visitor.send("post", url, {"reason": "ugly"})
    assert (refused.status_code, refused.json()["details"][0]["field"]) == (400, "reason")
    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))
    assert "You reported: The picture is of poor quality" in words(page)

    TryOn.objects.all().delete()
    assert bad_reports(tryon.link) == 1
    assert Report.objects.get().tryon is None


def test_reporting_by_a_form_alone(visitor: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(visitor, product)
    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))
    form = page.find("form", action=f"/try-on/{tryon.pk}/report/")
    reasons = [button["value"] for button in form.find_all("button")]
    assert reasons == list(Report.Reason.values)

    answer = visitor.submit(form["action"], {"reason": reasons[0]})

    assert answer.headers["Location"] == f"/try-on/{tryon.pk}/"
    assert Report.objects.get().reason == "wrong_item"


# To the basket, and to the next


def test_a_product_with_options_asks_for_them(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    option = get_model("catalogue", "Option").objects.create(
        name="Length", code="length", type="text", required=True
    )
    product.product_class.options.add(option)
    tryon = finished(visitor, product)

    for url, buy in (("", "genlook-basket"), ("more/", "fields")):
        page = visitor.page(f"/try-on/{tryon.pk}/{url}")
        form = _soup(page).find("form", class_=buy)
        assert form.find("input", {"name": "length"}).has_attr("required")
    fields = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    visitor.submit(form["action"], fields | {"length": "30 inch"})

    line = get_model("basket", "Line").objects.get()
    assert line.product == product
    assert line.attributes.get().value == "30 inch"


def test_the_variant_that_was_tried_on_is_bought(
    visitor: Visitor, jumper: Any, finished: Any
) -> None:
    rust = jumper.children.get(title="Jumper, rust")
    tryon = finished(visitor, rust)

    form = _soup(visitor.page(f"/try-on/{tryon.pk}/more/")).find("form", class_="fields")
    visitor.submit(
        form["action"], {field["name"]: field.get("value", "") for field in form.find_all("input")}
    )

    assert get_model("basket", "Line").objects.get().product == rust


def test_what_else_may_be_tried_on_comes_with_one_click_each(
    visitor: Visitor, jumper: Any, make_product: Any, finished: Any
) -> None:
    Category = get_model("catalogue", "Category")
    tops, hats = Category.add_root(name="Tops"), Category.add_root(name="Hats")
    near, bare, off = (
        make_product(title=title, color=color)
        for title, color in (("Shirt", "#111111"), ("Bare", None), ("Hidden", "#222222"))
    )
    hat, far = make_product(title="Hat", color="#333333"), make_product(title="Far")
    for product in (jumper, near, bare, off):
        product.categories.add(tops)
    for product in (hat, far):
        product.categories.add(hats)
    get_model("catalogue", "ProductRecommendation").objects.create(
        primary=jumper, recommendation=hat
    )
    off.is_public = False
    off.save()
    forest = jumper.children.get(title="Jumper, forest")
    tryon = finished(visitor, forest)

    form = _soup(visitor.page(f"/try-on/{tryon.pk}/more/")).find("form", class_="genlook-next")

    buttons = form.find_all("button")
    titles = [button.find("span").get_text() for button in buttons]
    assert titles == ["Jumper, rust", "Hat", "Shirt"]
    answer = visitor.submit(
        form["action"],
        {"photo": form.find("input", {"name": "photo"})["value"], "product": buttons[1]["value"]},
    )
    new = TryOn.objects.exclude(pk=tryon.pk).get()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/try-on/{new.pk}/")
    assert (new.product, new.photo_id) == (hat, tryon.photo_id)


def test_nothing_else_is_offered_on_a_photo_that_is_gone(
    visitor: Visitor, jumper: Any, finished: Any
) -> None:
    tryon = finished(visitor, jumper.children.first())
    visitor.send("delete", f"/try-on/photos/{tryon.photo_id}/")

    page = visitor.page(f"/try-on/{tryon.pk}/more/").content.decode()

    assert "genlook-next" not in page
    assert "This isn" in page


# All of it, and all of it gone


def test_everything_is_deleted_after_a_question(
    visitor: Visitor, product: Any, make_product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)
    waiting = visitor.tryon(make_product(title="Hat"), photo=str(tryon.photo_id))
    ask = soup(visitor.page("/try-on/")).find("a", href="/try-on/delete/")
    page = soup(visitor.page(ask["href"]))
    assert "Do you want to delete all" in words(page)
    form = page.find("main").find("form")
    fields = {field["name"]: field["value"] for field in form.find_all("input")}

    answer = visitor.submit(form["action"], fields)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/try-on/")
    assert visitor.json("/try-on/").json()["items"] == []
    assert visitor.json("/try-on/photos/").json()["items"] == []
    for row in TryOn.objects.all():
        assert not row.result
    assert not Photo.objects.exclude(file="").exists()
    waiting.refresh_from_db()
    assert waiting.status == "cancelled"
    assert Erasure.objects.count() == 1
    assert "nothing of yours" in words(soup(visitor.page("/try-on/delete/")))


def test_a_customers_try_ons_stand_in_her_account(
    customer: Visitor, visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(customer, product)

    page = soup(customer.page("/try-on/"))

    menu = page.find("aside")
    assert menu.find("a", href=reverse("customer:order-list"))
    assert "active" in menu.find("a", href="/try-on/")["class"]
    assert page.find("main").find("img", src=f"/try-on/{tryon.pk}/image/")
    profile = soup(customer.page(reverse("customer:profile-view")))
    assert profile.find("aside").find("a", href="/try-on/").get_text() == "My try-ons"
    assert soup(visitor.page("/try-on/")).find("aside") is None


def _soup(answer: Any) -> Any:
    from bs4 import BeautifulSoup

    assert answer.status_code == 200
    return BeautifulSoup(answer.content, "html.parser")


def test_the_merchant_reads_the_reports(
    visitor: Visitor, product: Any, finished: Any, admin_client: Any
) -> None:
    tryon = finished(visitor, product)
    visitor.send("post", f"/try-on/{tryon.pk}/report/", {"reason": "offensive"})

    page = admin_client.get(reverse("admin:genlook_oscar_report_changelist")).content.decode()

    assert "It is offensive" in page
    assert "Linen shirt" in page
    assert reverse("admin:genlook_oscar_tryon_change", args=[tryon.pk]) in page
