from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django_q.models import OrmQ

from genlook_oscar.catalogue.eligibility import Reason, Verdict
from genlook_oscar.storefront.room import room_context

from .conftest import Visitor


def anonymous(rf: RequestFactory) -> Any:
    request = rf.get("/")
    request.user = AnonymousUser()
    return request


def room(product: Any) -> str:
    return f"/try-on/room/{product.pk}/"


def test_the_room_is_a_fragment_with_words_photos_and_addresses(
    visitor: Visitor, product: Any
) -> None:
    photo = visitor.photo()

    answer = visitor.page(room(product))

    assert answer.status_code == 200
    assert b"<html" not in answer.content
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.find("input", {"name": "photo", "value": photo})
    assert page.find("img", src=f"/try-on/photos/{photo}/image/")
    assert answer.headers["Cache-Control"] == "no-store, private"


def test_opening_the_room_registers_the_product(visitor: Visitor, product: Any) -> None:
    visitor.page(room(product))

    # No worker has ever been seen, so that one is called as well.
    assert [row.func() for row in OrmQ.objects.order_by("pk")] == [
        "genlook_oscar.tasks.wake",
        "genlook_oscar.tasks.register_product",
    ]


@pytest.mark.usefixtures("configuration")
def test_the_context_has_what_the_template_was_promised(
    product: Any, configuration: Any, say: Any, rf: RequestFactory
) -> None:
    say(button_label="Anprobieren")
    configuration.keep_for_days = 3
    request = anonymous(rf)

    context = room_context(request, product, Verdict(Reason.SHOWN, configuration))

    assert context["product_title"] == "Linen shirt"
    assert context["product_image_url"].startswith("/media/")
    assert context["product_url"] == product.get_absolute_url()
    assert (context["variants"], context["photos"]) == ([], [])
    assert context["needs_consent"] is True
    assert "3 days" in context["consent_text"]
    assert context["retention_days"] == 3
    assert context["button_label"] == "Anprobieren"
    assert context["max_photo_bytes"] == 20 * 1024 * 1024
    assert context["expected_seconds"] == 12
    assert context["urls"] == {
        "photos": "/try-on/photos/",
        "tryons": "/try-on/",
        "new": f"/try-on/new/{product.pk}/",
        "history": "/try-on/",
    }


@pytest.mark.usefixtures("configuration")
def test_the_variants_of_a_parent_carry_their_pictures(
    jumper: Any,
    configuration: Any,
    rf: RequestFactory,
) -> None:
    rust, forest = room_context(anonymous(rf), jumper, Verdict(Reason.SHOWN, configuration))[
        "variants"
    ]

    assert (rust.title, rust.selected) == ("Jumper, rust", True)
    assert (forest.title, forest.selected) == ("Jumper, forest", False)
    assert (rust.borrowed, forest.borrowed) == (True, False)
    assert forest.image_url
    assert rust.image_url
    assert forest.image_url != rust.image_url


@pytest.mark.usefixtures("configuration")
def test_a_picture_that_cannot_be_made_small_is_shown_as_it_is(
    product: Any, configuration: Any, rf: RequestFactory, settings: Any
) -> None:
    settings.OSCAR_THUMBNAILER = "tests.integration.storefront.test_room.Unable"

    context = room_context(anonymous(rf), product, Verdict(Reason.SHOWN, configuration))

    assert context["product_image_url"] == product.images.get().original.url


class Unable:
    """A thumbnailer that meets a file it cannot read."""

    def generate_thumbnail(self, source: Any, **options: Any) -> Any:
        raise OSError("cannot identify image file")


def test_a_room_that_is_closed_says_why(visitor: Visitor, make_product: Any) -> None:
    answer = visitor.json(room(make_product(color=None)))

    assert (answer.status_code, answer.json()["code"]) == (403, "not_for_this_product")


def test_there_is_no_room_for_what_is_not_in_the_shop(visitor: Visitor, make_product: Any) -> None:
    assert visitor.json(room(make_product(is_public=False))).status_code == 404
    assert visitor.json("/try-on/room/987654/").json()["code"] == "product_not_found"


def test_staff_see_the_room_of_a_product_before_it_is_public(
    customer: Visitor, make_product: Any, django_user_model: Any
) -> None:
    django_user_model.objects.update(is_staff=True)

    assert customer.page(room(make_product(is_public=False))).status_code == 200


def test_the_examples_of_a_good_photo_fit_the_product(visitor: Visitor, make_product: Any) -> None:
    said = {
        "Straw hat": "Your face and shoulders",
        "Breton top": "From head to hips",
        "Jeans": "your legs down to the feet",
        "Wrap dress": "Head to toe",
    }
    for title, words in said.items():
        page = visitor.page(room(make_product(title))).content.decode()
        assert words in page
        assert page.count("genlook-hint-good") == 2


def test_a_child_without_a_picture_says_whose_it_borrows(visitor: Visitor, jumper: Any) -> None:
    rust, forest = jumper.children.order_by("title").reverse()
    assert " data-shared>" in visitor.page(room(rust)).content.decode()
    assert " data-shared>" not in visitor.page(room(forest)).content.decode()


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_the_file_inputs_offer_what_is_taken(
    visitor: Visitor, product: Any, monkeypatch: Any, kind: str
) -> None:
    from genlook_oscar import pictures
    from genlook_oscar.storefront import room

    monkeypatch.setattr(room, "kinds", lambda: (kind,))
    monkeypatch.setattr(pictures, "kinds", lambda: (kind,))
    for url in (f"/try-on/room/{product.pk}/", f"/try-on/new/{product.pk}/"):
        page = visitor.page(url).content.decode()
        assert 'accept="image/*,.heic,.heif' in page
        assert (".avif" in page) == (kind == "AVIF")
    assert (
        f"Choose a photo: {kind}." in visitor.page(f"/try-on/room/{product.pk}/").content.decode()
    )
