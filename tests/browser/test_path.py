"""The whole path in a real browser: from the product page to the basket."""

from __future__ import annotations

import json
from typing import Any

import pytest
from oscar.core.loading import get_model
from playwright.sync_api import expect

from genlook_oscar.models import Consent, Photo, TryOn

from .conftest import DESK, PHONE, Room

EVENTS = """
window.heard = [];
for (const name of ["open", "photo", "start", "ready", "failed", "close"]) {
  document.addEventListener(`genlook:${name}`, (event) => {
    window.heard.push([name, event.detail]);
  });
}
"""


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_from_the_product_page_to_the_basket(
    visit: Any, finish: Any, dress: Any, viewport: Any
) -> None:
    shopper = visit(viewport)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    page.evaluate(EVENTS)
    room.link.scroll_into_view_if_needed()
    shopper.shot("product-page")

    room.open()
    expect(page.get_by_role("heading", name="Wrap dress", level=2)).to_be_focused()
    shopper.shot("photo-none")
    room.choose()
    expect(room.dialog).to_contain_text("still only on this device")
    shopper.shot("photo-held")
    # Without her consent not a byte of the photo has left the browser.
    assert shopper.sent() == []
    assert not Photo.objects.exists()

    room.consent.check()
    room.photo_sent()
    shopper.shot("photo-sent")
    assert Consent.objects.count() == 1
    room.go.click()
    expect(room.heading("Your picture is on its way")).to_be_focused()
    expect(room.host.locator("[data-note]")).to_contain_text("is being made")
    shopper.shot("waiting")

    finish()
    room.expect_result()
    expect(room.heading("This is how it could look")).to_be_focused()
    shopper.shot("result")
    shown = room.host.locator("[data-after]")
    assert shown.evaluate("image => image.naturalWidth") > 300
    room.slider.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    cut = room.host.locator("[data-compare]").evaluate(
        "e => getComputedStyle(e).getPropertyValue('--cut')"
    )
    assert cut == "50%"
    shopper.shot("result-compared")
    with page.expect_download() as download:
        room.dialog.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "wrap-dress.jpg"

    tryon = TryOn.objects.get()
    heard = page.evaluate("window.heard")
    assert [name for name, detail in heard] == ["open", "photo", "start", "ready"]
    assert heard[-1][1] == {"tryon": str(tryon.pk), "product": dress.pk}
    kept = page.evaluate("Object.entries(sessionStorage)")
    assert [(key, json.loads(value)) for key, value in kept] == [
        ("genlook", {"url": f"/try-on/{tryon.pk}/", "live": False, "room": str(dress.pk)})
    ]

    room.dialog.locator("[data-basket]").click()
    expect(page.locator("#messages")).to_contain_text("Wrap dress")
    line = get_model("basket", "Line").objects.get()
    assert (line.product, line.quantity) == (dress, 1)


def test_a_photo_of_an_earlier_visit_needs_one_click(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.run()
    room.expect_result()
    other = get_model("catalogue", "Product").objects.create(
        structure="standalone", title="Slip dress", product_class=dress.product_class
    )
    other.images.create(original=dress.images.get().original.name)
    shopper.goto(other.get_absolute_url())
    uploads = len(shopper.sent())
    room.open()
    expect(room.consent).to_have_count(0)
    shopper.shot("photo-known")
    room.go.click()
    room.expect_result()
    assert shopper.sent()[uploads:] == ["/try-on/"]
    assert Photo.objects.count() == 1


def test_every_variant_can_be_chosen_on_the_parents_page(visit: Any, jumper: Any) -> None:
    shopper = visit(PHONE)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(jumper.get_absolute_url())
    expect(room.link).to_have_count(1)
    room.open()
    room.choose()
    before = room.host.locator("[data-garment]").get_attribute("src")
    room.dialog.get_by_role("radio", name="Forest").check()
    expect(room.host.locator("[data-garment]")).not_to_have_attribute("src", before)
    room.consent.check()
    room.photo_sent()
    shopper.shot("variants")
    room.go.click()
    room.expect_result()
    forest = get_model("catalogue", "Product").objects.get(title="Forest")
    assert TryOn.objects.get().product == forest
    room.dialog.locator("[data-basket]").click()
    expect(page.locator("#messages")).to_contain_text("Forest")
    assert get_model("basket", "Line").objects.get().product == forest


@pytest.mark.anydb
def test_the_room_opens_with_what_is_picked_on_the_page(visit: Any, jumper: Any) -> None:
    Product = get_model("catalogue", "Product")
    forest, rust = (Product.objects.get(title=title) for title in ("Forest", "Rust"))
    rust.images.all().delete()
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(jumper.get_absolute_url())
    tell = (
        "id => document.dispatchEvent(new CustomEvent('genlook:product', {detail: {product: id}}))"
    )
    page.evaluate(tell, forest.pk)
    room.open()
    expect(room.dialog.get_by_role("radio", name="Forest")).to_be_checked()
    lent = room.dialog.get_by_text("no picture of this one alone")
    expect(lent).to_be_hidden()
    # What she chooses in the room stays until she picks another one on the page.
    room.dialog.get_by_role("radio", name="Oat").check()
    page.keyboard.press("Escape")
    room.open()
    expect(room.dialog.get_by_role("radio", name="Oat")).to_be_checked()
    page.keyboard.press("Escape")
    page.evaluate(tell, rust.pk)
    room.open()
    expect(room.dialog.get_by_role("radio", name="Rust")).to_be_checked()
    expect(lent).to_be_visible()
    shopper.shot("variant-lent-picture", whole=True)


def test_a_variant_that_is_sold_out_leads_to_its_own_page(visit: Any, jumper: Any) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(jumper.get_absolute_url())
    room.open()
    room.dialog.get_by_role("radio", name="Rust").check()
    room.run()
    room.expect_result()
    expect(room.dialog.locator("[data-basket]")).to_be_hidden()
    rust = get_model("catalogue", "Product").objects.get(title="Rust")
    expect(room.dialog.get_by_role("link", name="View this item")).to_have_attribute(
        "href", rust.get_absolute_url()
    )


def test_nothing_loads_before_she_reaches_for_the_button(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    shopper.page.wait_for_load_state("networkidle")

    def ours() -> list[str]:
        found = [line.rsplit("/", 1)[-1] for line in shopper.sent("GET") if "genlook" in line]
        return sorted(found)

    assert ours() == ["button.css", "loader.js"]
    moved = shopper.page.evaluate(
        """new Promise((resolve) => new PerformanceObserver((list) => {
          resolve(list.getEntries().flatMap((shift) => shift.sources.map((s) => s.node?.nodeName)));
        }).observe({ type: "layout-shift", buffered: true }) || setTimeout(resolve, 300, []))"""
    )
    assert "GENLOOK-TRY-ON" not in moved
    with shopper.page.expect_response("**/try-on/room/**"):
        room.link.hover()
    expect(room.host.locator("dialog")).to_be_attached()
    assert "room.js" in ours()
    assert "camera.js" not in ours()


def test_the_room_takes_a_picture_with_the_camera(visit: Any, dress: Any) -> None:
    shopper = visit(DESK, permissions=["camera"])
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.dialog.get_by_role("button", name="Take a photo").click()
    expect(room.dialog.get_by_role("button", name="Take it in 5 seconds")).to_be_focused()
    shopper.page.wait_for_function(
        "document.querySelector('genlook-try-on').part('video').videoWidth > 0"
    )
    shopper.shot("camera")
    room.dialog.get_by_role("button", name="Take it now").click()
    room.expect_state("photo")
    room.consent.check()
    room.photo_sent()
    assert Photo.objects.count() == 1
    live = "document.querySelector('genlook-try-on').part('video').srcObject"
    assert shopper.page.evaluate(live) is None


def test_a_phone_is_offered_its_own_camera(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE, has_touch=True, is_mobile=True)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.link.tap()
    expect(room.dialog).to_be_visible()
    expect(room.host.locator("input[capture]")).to_be_visible()
    expect(room.host.locator("[data-camera-live]")).to_be_hidden()


def test_dropping_and_pasting_a_picture(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    for kind in ("drop", "paste"):
        page.evaluate(
            """async (kind) => {
              const canvas = new OffscreenCanvas(600, 800);
              const context = canvas.getContext("2d");
              context.fillStyle = kind === "drop" ? "#a55" : "#5a5";
              context.fillRect(0, 0, 600, 800);
              const data = new DataTransfer();
              const blob = await canvas.convertToBlob({ type: "image/png" });
              data.items.add(new File([blob], "me.png", { type: "image/png" }));
              const event = kind === "drop"
                ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
                : new ClipboardEvent("paste", {
                    clipboardData: data, bubbles: true, cancelable: true,
                  });
              document.querySelector("genlook-try-on").dialog.dispatchEvent(event);
            }""",
            kind,
        )
        if kind == "drop":
            room.consent.check()
        expect(room.dialog.locator("[name=photo]")).to_have_count(1 if kind == "drop" else 2)
        room.photo_sent()
    assert Photo.objects.count() == 2
