from __future__ import annotations

from typing import Any

from django.urls import reverse
from django_q.models import OrmQ

from genlook_oscar.models import Consent, Photo, ProductLink, TryOn
from genlook_oscar.shopper import consent

from .conftest import Visitor, content, photo_file
from .test_pages import soup, words


def new(product: Any) -> str:
    return f"/try-on/new/{product.pk}/"


def fields_of(page: Any) -> dict[str, str]:
    """What a browser sends when the form is submitted as it stands."""
    form = page.find("form", class_="genlook-form")
    return {
        field["name"]: field.get("value", "")
        for field in form.find_all("input")
        if field["type"] == "hidden" or (field["type"] == "radio" and "checked" in field.attrs)
    }


def test_the_whole_way_without_script(
    visitor: Visitor, product: Any, emulator: Any, drain: Any
) -> None:
    page = soup(visitor.page(new(product)))
    form = page.find("form", class_="genlook-form")
    assert form["enctype"] == "multipart/form-data"
    box = form.find("input", {"name": "consent"})
    assert "checked" not in box.attrs
    assert "7 days" in words(page)

    answer = visitor.submit(
        form["action"], fields_of(page) | {"photo_file": photo_file(), "consent": "1"}
    )
    assert answer.status_code == 303
    tryon = answer.headers["Location"]
    assert soup(visitor.page(tryon)).find("meta", {"http-equiv": "refresh"})

    drain()

    done = soup(visitor.page(tryon))
    picture = done.find("figure", class_="genlook-figure--result").find("img")["src"]
    assert content(visitor.client.get(picture)).startswith(b"\xff\xd8\xff")


def test_a_wording_that_was_not_read_is_not_ticked_again(
    visitor: Visitor, product: Any, configuration: Any
) -> None:
    sent = fields_of(soup(visitor.page(new(product)))) | {"consent": "1"}

    def box() -> Any:
        bad = {"photo_file": photo_file(kind="GIF")}
        page = soup(visitor.submit(new(product), sent | bad))
        return page.find("input", {"name": "consent"}).attrs

    assert "checked" in box()
    configuration.keep_for_days = 1
    configuration.save()
    assert "checked" not in box()


def test_a_second_try_on_needs_one_click_only(visitor: Visitor, make_product: Any) -> None:
    visitor.photo()
    product = make_product(title="Hat")

    page = soup(visitor.page(new(product)))
    assert page.find("input", {"name": "consent"}) is None
    answer = visitor.submit(new(product), fields_of(page))

    assert answer.status_code == 303
    assert TryOn.objects.get().product == product


def test_a_file_goes_before_the_photo_that_was_ticked(visitor: Visitor, product: Any) -> None:
    old = visitor.photo("#111111")

    visitor.submit(
        new(product), {"product": product.pk, "photo": old, "photo_file": photo_file("#222222")}
    )

    assert str(TryOn.objects.get().photo_id) != old


def test_nothing_chosen_is_said_at_the_photo(visitor: Visitor, product: Any) -> None:
    page = soup(visitor.submit(new(product), {"product": product.pk, "consent": "1"}))

    assert page.find(id="genlook-photo").find(class_="genlook-error").get_text()
    assert page.find("input", {"type": "file"})["aria-invalid"] == "true"
    assert not TryOn.objects.exists()


def test_without_the_tick_nothing_is_kept_and_she_is_told(visitor: Visitor, product: Any) -> None:
    page = soup(visitor.submit(new(product), {"product": product.pk, "photo_file": photo_file()}))

    assert page.find(id="genlook-consent").find(class_="genlook-error")
    assert "choose it again" in words(page)
    assert not Photo.objects.exists()
    assert not Consent.objects.exists()


def test_a_refused_file_is_said_at_the_photo(visitor: Visitor, product: Any) -> None:
    text = photo_file()
    text.file.write(b"hello")
    text.file.seek(0)
    answer = visitor.submit(
        new(product), {"product": product.pk, "photo_file": text, "consent": "1"}
    )

    page = soup(answer)
    assert "JPEG" in page.find(id="genlook-photo").find(class_="genlook-error").get_text()
    assert not TryOn.objects.exists()


def test_an_empty_file_is_said_at_the_photo(visitor: Visitor, product: Any) -> None:
    empty = photo_file()
    empty.file.truncate(0)
    empty.size = 0
    answer = visitor.submit(
        new(product), {"product": product.pk, "photo_file": empty, "consent": "1"}
    )

    assert soup(answer).find(id="genlook-photo").find(class_="genlook-error")


def test_a_mistake_elsewhere_does_not_cost_her_the_photo(visitor: Visitor, jumper: Any) -> None:
    answer = visitor.submit(new(jumper), {"photo_file": photo_file(), "consent": "1"})

    page = soup(answer)
    assert page.find(id="genlook-variants").find(class_="genlook-error")
    photo = Photo.objects.get()
    assert page.find("input", {"name": "photo", "value": str(photo.pk)}).has_attr("checked")
    assert visitor.submit(new(jumper), fields_of(page)).status_code == 303
    assert TryOn.objects.get().photo == photo


def test_a_parent_lets_her_choose_the_variant(visitor: Visitor, jumper: Any) -> None:
    forest, rust = jumper.children.order_by("title")

    page = soup(visitor.page(new(jumper)))

    radios = page.find_all("input", {"name": "product"})
    # In Oscar's own order, the newest first.
    assert [radio["value"] for radio in radios] == [str(rust.pk), str(forest.pk)]
    assert [radio.has_attr("checked") for radio in radios] == [True, False]
    visitor.submit(new(jumper), {"product": forest.pk, "photo_file": photo_file(), "consent": "1"})
    assert TryOn.objects.get().product == forest


def test_only_variants_that_can_be_tried_on_are_offered(
    visitor: Visitor, jumper: Any, make_product: Any
) -> None:
    forest, rust = jumper.children.order_by("title")
    make_product(title="Secret", structure="child", parent=jumper, is_public=False)
    ProductLink.objects.create(product=rust, external_id="rust", enabled=False)

    radios = soup(visitor.page(new(jumper))).find_all("input", {"name": "product"})

    assert [radio["value"] for radio in radios] == [str(forest.pk)]


def test_a_product_that_is_not_on_the_form_is_refused(
    visitor: Visitor, jumper: Any, make_product: Any
) -> None:
    other = make_product(title="Hat")
    answer = visitor.submit(
        new(jumper), {"product": other.pk, "photo_file": photo_file(), "consent": "1"}
    )

    assert soup(answer).find(id="genlook-variants").find(class_="genlook-error")
    assert not TryOn.objects.exists()


def test_another_shoppers_photo_is_as_good_as_none(
    visitor: Visitor, stranger: Visitor, product: Any
) -> None:
    his = Photo.objects.get()
    visitor.photo()

    answer = visitor.submit(new(product), {"product": product.pk, "photo": str(his.pk)})

    page = soup(answer)
    assert page.find(id="genlook-photo").find(class_="genlook-error")
    assert str(his.pk) not in answer.content.decode()
    assert not TryOn.objects.exists()


def test_a_wording_that_changed_since_the_page_was_shown_is_agreed_to_anew(
    visitor: Visitor, product: Any, configuration: Any
) -> None:
    fields = fields_of(soup(visitor.page(new(product))))
    configuration.keep_for_days = 1
    configuration.save()

    answer = visitor.submit(new(product), fields | {"photo_file": photo_file(), "consent": "1"})

    page = soup(answer)
    assert "1 day" in words(page)
    assert "checked" not in page.find("input", {"name": "consent"}).attrs
    assert not Photo.objects.exists()
    version = page.find("input", {"name": "consent_version"})["value"]
    assert version == consent.wording(configuration).version


def test_opening_the_page_registers_the_product(visitor: Visitor, product: Any) -> None:
    visitor.page(new(product))

    # No worker has ever been seen, so that one is called as well.
    assert [row.func() for row in OrmQ.objects.order_by("pk")] == [
        "genlook_oscar.tasks.wake",
        "genlook_oscar.tasks.register_product",
    ]


def test_a_product_that_cannot_be_tried_on_says_why(visitor: Visitor, make_product: Any) -> None:
    page = soup(visitor.page(new(make_product(color=None))), 403)

    assert "This item cannot be tried on." in words(page)
    assert page.find("a", href=reverse("catalogue:index"))


def test_a_shop_for_customers_leads_to_the_login_and_back(
    visitor: Visitor, product: Any, configuration: Any
) -> None:
    configuration.audience = "customers"
    configuration.save()

    page = soup(visitor.page(new(product)), 403)

    assert page.find("a", href=f"{reverse('customer:login')}?next={new(product)}")


def test_a_hidden_product_and_an_unknown_one_are_404(visitor: Visitor, make_product: Any) -> None:
    hidden = make_product(is_public=False)

    for url in (new(hidden), "/try-on/new/987654/", f"/try-on/new/{10**30}/"):
        assert visitor.page(url).status_code == 404


def test_a_photo_that_is_too_large_gets_words_and_not_a_broken_connection(
    visitor: Visitor, product: Any, settings: Any
) -> None:
    settings.GENLOOK_MAX_PHOTO_BYTES = 1000
    file = photo_file()
    file.file.write(b"\0" * 200_000)
    file.seek(0)

    answer = visitor.submit(
        new(product), {"product": product.pk, "photo_file": file, "consent": "1"}
    )

    assert "too large" in words(soup(answer, 413))
