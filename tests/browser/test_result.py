"""What a shopper does with her picture: compares, enlarges, shares, reports, tries on, buys."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from oscar.core.loading import get_model
from playwright.sync_api import expect

from genlook_oscar.models import ReadyMail, Report, Share, TryOn

from .conftest import DESK, PHONE, Room
from .looking import accessible
from .test_keyboard import tab_to

pytestmark = pytest.mark.anydb


@pytest.fixture
def sharing(configuration: Any) -> None:
    configuration.sharing = True
    configuration.save()


@pytest.fixture
def rail(dress: Any, jumper: Any) -> Any:
    """A category with the dress and what else there is to try on."""
    category = get_model("catalogue", "Category").add_root(name="Women")
    for product in (dress, jumper):
        product.categories.add(category)
    return category


@pytest.mark.usefixtures("sharing", "rail")
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360-touch", "1280"])
def test_a_picture_is_enlarged_shared_reported_and_followed_by_another(
    visit: Any, dress: Any, jumper: Any, viewport: Any
) -> None:
    """On the phone by touch alone, on the desk with a pointer."""
    touch = viewport is PHONE
    shopper = visit(viewport, has_touch=touch)

    def press(target: Any) -> None:
        target.tap() if touch else target.click()

    page, room = shopper.page, Room(shopper.page)
    shopper.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shopper.goto(dress.get_absolute_url())
    press(room.link)
    expect(room.dialog).to_be_visible()
    room.choose()
    press(room.consent)
    room.photo_sent()
    press(room.go)
    room.expect_result()
    more = room.host.locator("[data-more]")
    expect(more.locator("[data-basket]")).to_be_visible()
    shopper.shot("result-more")

    # Her own photo up to where she points.
    at = room.slider.bounding_box()
    where = at["x"] + at["width"] * 0.6, at["y"] + at["height"] * 0.4
    (page.touchscreen.tap if touch else page.mouse.click)(*where)
    assert 50 <= float(room.slider.input_value()) <= 70

    # Enlarged, it is moved by scrolling; filling the window, Escape leads back.
    picture = room.host.locator("[data-pan]")
    enlarge = room.dialog.get_by_role("button", name="Enlarge")
    whole = room.dialog.get_by_role("button", name="Full screen")
    press(enlarge)
    assert picture.evaluate("e => e.scrollWidth > 2 * e.clientWidth && e.scrollLeft > 0")
    press(whole)
    size = picture.evaluate("e => [e.clientWidth, e.clientHeight]")
    assert size[0] >= viewport["width"] - 20
    assert size[1] >= viewport["height"] - 20
    shopper.shot("result-full")
    accessible(page, "genlook-try-on")
    press(whole) if touch else page.keyboard.press("Escape")
    expect(whole).to_have_attribute("aria-pressed", "false")
    press(enlarge)
    room.expect_result()

    # A link for others, copied, and ended.
    press(more.get_by_role("button", name="Make a link to share"))
    link = more.get_by_label("Link to the picture")
    address = link.input_value()
    expect(more.locator("[data-section=share]").first).to_be_focused()
    press(more.get_by_role("button", name="Copy link"))
    expect(room.host.locator("[data-live]")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == address
    shopper.shot("result-shared")
    other = visit(viewport)
    other.page.goto(address)
    expect(other.page.get_by_role("img", name="Someone with Wrap dress")).to_be_visible()
    other.shot("shared", whole=True)
    accessible(other.page, "#content_inner", without=("color-contrast",))
    accessible(page, "genlook-try-on")
    press(more.get_by_role("button", name="End the link"))
    expect(link).to_have_count(0)
    assert not Share.objects.exists()
    other.allow("status of 404")
    assert other.page.goto(address).status == 404

    # A report.
    press(more.get_by_text("This isn’t right"))
    shopper.shot("result-report")
    accessible(page, "genlook-try-on")
    press(more.get_by_role("button", name="My face is changed"))
    expect(more.get_by_text("You reported: My face is changed")).to_be_visible()
    assert Report.objects.get().tryon == TryOn.objects.get()

    # Another product on the same photo, then bought.
    uploads = len(shopper.sent())
    press(more.get_by_role("button", name="See Lambswool jumper, Forest on me"))
    expect(room.dialog.get_by_role("heading", level=2)).to_contain_text("Lambswool jumper, Forest")
    room.expect_result()
    assert shopper.sent()[uploads:] == ["/try-on/"]
    forest = jumper.children.get(title="Forest")
    assert TryOn.objects.first().product == forest
    page.reload()
    press(room.link)
    room.expect_result()
    expect(room.dialog.get_by_role("heading", level=2)).to_contain_text("Forest")
    press(more.locator("[data-basket]"))
    expect(page.locator("#messages")).to_contain_text("Forest")
    assert get_model("basket", "Line").objects.get().product == forest


def test_a_customer_asks_for_word_and_buys_her_size_by_keyboard(
    visit: Any, finish: Any, dress: Any, configuration: Any, django_user_model: Any
) -> None:
    configuration.ready_mail = True
    configuration.save()
    group = get_model("catalogue", "AttributeOptionGroup").objects.create(name="Sizes")
    for size in ("S", "M", "L"):
        group.options.create(option=size)
    dress.product_class.options.add(
        get_model("catalogue", "Option").objects.create(
            name="Size", code="size", type="select", required=True, option_group=group
        )
    )
    shopper = visit(PHONE)
    page, room = shopper.page, Room(shopper.page)
    client = Client()
    client.force_login(django_user_model.objects.create_user("ann", "ann@example.com", "secret-1"))
    session = client.cookies["sessionid"].value
    shopper.context.add_cookies([{"name": "sessionid", "value": session, "url": shopper.base}])
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.run()
    mail = room.host.locator("[data-mail]")
    tab_to(page, mail)
    page.keyboard.press("Enter")
    expect(mail).to_contain_text("You get an e-mail when the picture is ready")
    assert ReadyMail.objects.get().seen_at is None
    finish()
    room.expect_result()
    assert ReadyMail.objects.get().seen_at
    buy = room.host.locator("[data-basket]")
    expect(buy).to_be_visible()

    tab_to(page, room.slider)
    page.keyboard.press("End")
    expect(room.slider).to_have_value("100")
    tab_to(page, room.host.get_by_label("Size"))
    page.keyboard.press("M")
    shopper.shot("result-option")
    accessible(page, "genlook-try-on")
    tab_to(page, buy)
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Wrap dress")
    assert get_model("basket", "Line").objects.get().attributes.get().value == "M"
