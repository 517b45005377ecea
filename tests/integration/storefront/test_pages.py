from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.urls import reverse

from genlook_oscar.models import Photo, Shopper, TryOn

from .conftest import Visitor


def soup(answer: Any, status: int = 200) -> BeautifulSoup:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"].startswith("text/html")
    return BeautifulSoup(answer.content, "html.parser")


def words(page: BeautifulSoup) -> str:
    main = page.find("main")
    assert main is not None
    return re.sub(r"\s+", " ", main.get_text(" ")).strip()


def refreshes(page: BeautifulSoup) -> bool:
    return page.find("meta", {"http-equiv": "refresh"}) is not None


def set_to(tryon: TryOn, **values: Any) -> None:
    TryOn.objects.filter(pk=tryon.pk).update(**values)


# The try-on's own page


def test_a_waiting_page_looks_again_by_itself_without_script_only(
    visitor: Visitor, product: Any
) -> None:
    tryon = visitor.tryon(product)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    refresh = page.find("meta", {"http-equiv": "refresh"})
    assert refresh["content"] == "3"
    assert refresh.parent.name == "noscript"
    assert refresh.parent.parent.name == "head"
    main = page.find("main")
    assert main["data-status-url"] == f"/try-on/{tryon.pk}/"
    assert "data-genlook-tryon" in main.attrs
    assert "Your try-on is next. About 12 seconds." in words(page)
    assert page.find("img", src=f"/try-on/photos/{tryon.photo_id}/image/")


def test_the_page_of_a_finished_try_on_shows_all_there_is_to_do(
    visitor: Visitor, product: Any, finished: Any
) -> None:
    tryon = finished(visitor, product)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert not refreshes(page)
    picture = f"/try-on/{tryon.pk}/image/"
    assert page.find("img", src=picture)
    assert page.find("img", src=f"/try-on/photos/{tryon.photo_id}/image/")
    download = page.find("a", download="linen-shirt.jpg")
    assert download["href"] == f"/try-on/{tryon.pk}/download/"
    assert "Made by AI" in words(page)
    assert "This picture is kept until" in words(page)
    assert page.find("form", action=reverse("basket:add", args=[product.pk]))
    assert page.find("a", href=product.get_absolute_url())
    assert page.find("a", href="/try-on/")
    delete = page.find("form", class_="genlook-delete")
    assert delete["action"] == f"/try-on/{tryon.pk}/"
    assert delete.find("input", {"name": "_method"})["value"] == "delete"


def test_the_basket_form_of_the_page_works(visitor: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(visitor, product)
    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))
    form = page.find("form", class_="genlook-basket")
    fields = {field["name"]: field.get("value", "") for field in form.find_all("input")}

    assert visitor.submit(form["action"], fields).status_code == 302

    assert b"Linen shirt" in visitor.page(reverse("basket:summary")).content


def test_a_product_that_cannot_be_bought_is_linked_only(
    visitor: Visitor, make_product: Any, finished: Any
) -> None:
    product = make_product(num_in_stock=0)
    tryon = finished(visitor, product)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert page.find("form", class_="genlook-basket") is None
    assert page.find("a", class_="btn", href=product.get_absolute_url())


def test_the_merchants_own_note_stands_below_the_result(
    visitor: Visitor, product: Any, finished: Any, say: Any
) -> None:
    say(disclaimer="A machine drew this <3")
    tryon = finished(visitor, product)

    assert "A machine drew this <3" in words(soup(visitor.page(f"/try-on/{tryon.pk}/")))


@pytest.mark.parametrize("own", ["for ideas <only>", "   ", "\u202edeyalpsid"])
def test_that_ai_made_it_stands_whatever_the_merchant_adds(
    visitor: Visitor, product: Any, finished: Any, say: Any, configuration: Any, own: str
) -> None:
    configuration.sharing = True
    configuration.save()
    say(ai_label=own)
    tryon = finished(visitor, product)
    shared = visitor.send("post", f"/try-on/{tryon.pk}/share/").json()["url"]
    for address in (f"/try-on/{tryon.pk}/", shared):
        label = soup(visitor.page(address)).select_one("figure.genlook-figure--result figcaption")
        built_in, _sign, added = label.get_text().partition(" · ")
        assert built_in == "AI-made preview"
        assert added == own.strip()
        # What it does to the direction of the text ends with it.
        assert bool(label.bdi) == bool(own.strip())
    room = soup(visitor.page(f"/try-on/room/{product.pk}/")).select_one(".compare .chip")
    assert room.get_text().startswith("AI-made preview")
    assert own.strip() in room.get_text()


def test_a_failure_that_may_pass_offers_the_same_again(visitor: Visitor, product: Any) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="failed", error_code="busy", live_key=None)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))
    assert "Try again in a minute" in words(page)
    form = page.find("form", class_="genlook-retry")
    fields = {field["name"]: field.get("value", "") for field in form.find_all("input")}
    answer = visitor.submit(form["action"], fields)

    assert answer.status_code == 303
    new = TryOn.objects.exclude(pk=tryon.pk).get()
    assert answer.headers["Location"] == f"/try-on/{new.pk}/"
    assert (new.product, str(new.photo_id)) == (product, fields["photo"])


@pytest.mark.parametrize("code", ["no_credits", "not_configured"])
def test_where_the_shop_is_at_fault_no_other_photo_is_offered(
    visitor: Visitor, product: Any, code: str
) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="failed", error_code=code, live_key=None)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert page.find("form", class_="genlook-retry") is None
    assert page.find("a", href=f"/try-on/new/{product.pk}/") is None


@pytest.mark.parametrize("code", ["photo_refused", "product_refused", "rejected"])
def test_a_failure_that_will_not_pass_offers_another_photo(
    visitor: Visitor, product: Any, code: str
) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="failed", error_code=code, live_key=None)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert page.find("form", class_="genlook-retry") is None
    assert page.find("a", href=f"/try-on/new/{product.pk}/")


def test_nothing_is_retried_with_a_photo_that_is_gone(visitor: Visitor, product: Any) -> None:
    tryon = visitor.tryon(product)
    set_to(tryon, status="failed", error_code="busy", live_key=None)
    visitor.send("delete", f"/try-on/photos/{tryon.photo_id}/")

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert page.find("form", class_="genlook-retry") is None
    assert page.find("img", src=re.compile("photos")) is None


def test_an_expired_picture_says_so(
    visitor: Visitor, product: Any, finished: Any, pass_time: Any
) -> None:
    tryon = finished(visitor, product)
    pass_time(days=7, seconds=1)

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert "has been deleted" in words(page)
    assert page.find("img", src=f"/try-on/{tryon.pk}/image/") is None
    assert page.find("a", href=f"/try-on/new/{product.pk}/")


def test_the_page_outlives_the_product(visitor: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(visitor, product)
    product.delete()

    page = soup(visitor.page(f"/try-on/{tryon.pk}/"))

    assert "Linen shirt" in page.find("h1").get_text()
    assert page.find("a", href=re.compile("/new/")) is None


def test_a_form_deletes_a_try_on(visitor: Visitor, product: Any, finished: Any) -> None:
    tryon = finished(visitor, product)

    answer = visitor.submit(f"/try-on/{tryon.pk}/", {"_method": "delete"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/try-on/")
    assert "Your try-on has been deleted" in visitor.page("/try-on/").content.decode()
    assert visitor.page(f"/try-on/{tryon.pk}/").status_code == 404


def test_an_unknown_try_on_gets_the_shops_own_page(visitor: Visitor) -> None:
    answer = visitor.page(f"/try-on/{uuid.uuid4()}/")

    assert "Not Found" in soup(answer, 404).get_text()


# Her history


def test_an_empty_history_leads_back_to_the_shop(visitor: Visitor) -> None:
    page = soup(visitor.page("/try-on/"))

    assert "not tried anything on yet" in words(page)
    assert page.find("main").find("a", href=reverse("catalogue:index"))


def test_the_history_shows_each_try_on_with_its_dates_and_a_delete(
    visitor: Visitor, make_product: Any, finished: Any
) -> None:
    done = finished(visitor, make_product(title="Red dress"))
    waiting = visitor.tryon(make_product(title="Blue hat"), photo=str(done.photo_id))

    page = soup(visitor.page("/try-on/"))

    cards = page.select(".genlook-cards")[0].find_all("li")
    assert [card.find(class_="genlook-card__product").get_text() for card in cards] == [
        "Blue hat",
        "Red dress",
    ]
    assert cards[0].find("a")["href"] == f"/try-on/{waiting.pk}/"
    assert "Waiting" in cards[0].get_text()
    assert cards[1].find("img")["src"] == f"/try-on/{done.pk}/image/"
    assert "Kept until" in cards[1].get_text()
    assert cards[1].find("form")["action"] == f"/try-on/{done.pk}/"
    photos = page.select(".genlook-cards")[1]
    assert photos.find("img")["src"] == f"/try-on/photos/{done.photo_id}/image/"
    assert photos.find("form")["action"] == f"/try-on/photos/{done.photo_id}/"


def test_the_history_goes_on_over_pages(
    visitor: Visitor, make_product: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genlook_oscar.storefront.history.PAGE_SIZE", 2)
    photo = visitor.photo()
    for number in range(5):
        visitor.start(make_product(title=f"Shirt {number}"), photo)

    seen, url = [], "/try-on/"
    while url:
        body = visitor.json(url).json()
        assert set(body) == {"items", "next"}
        seen += [item["product"]["title"] for item in body["items"]]
        url = body["next"]

    assert seen == [f"Shirt {number}" for number in (4, 3, 2, 1, 0)]
    second = soup(visitor.page("/try-on/?page=2"))
    assert second.find("a", rel="prev")["href"] == "/try-on/"
    assert second.find("a", rel="next")["href"] == "/try-on/?page=3"


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30, "1.5", ""])
def test_a_page_that_is_none_is_the_first(visitor: Visitor, product: Any, page: str) -> None:
    visitor.tryon(product)

    assert len(visitor.json(f"/try-on/?page={page}").json()["items"]) == 1


def test_an_item_of_the_history_has_what_a_page_needs(visitor: Visitor, product: Any) -> None:
    visitor.tryon(product)

    (item,) = visitor.json("/try-on/").json()["items"]

    assert {"id", "url", "status", "product", "created_at", "photo", "result_url"} <= set(item)
    assert {"expires_at", "error"} <= set(item)


# Nobody is remembered for looking


@pytest.mark.parametrize("url", ["/try-on/", "/try-on/photos/", "new", "room"])
def test_a_look_makes_no_session_and_no_shopper(visitor: Visitor, product: Any, url: str) -> None:
    url = f"/try-on/{url}/{product.pk}/" if url in ("new", "room") else url

    for answer in (visitor.page(url), visitor.json(url)):
        assert answer.status_code == 200
        assert "sessionid" not in answer.cookies
    assert not Session.objects.exists()
    assert not Shopper.objects.exists()
    assert not Photo.objects.exists()
