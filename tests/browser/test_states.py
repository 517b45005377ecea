"""Every state of the room under a strict policy, in every window, dark, and right to left."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import Route, expect

from genlook_oscar.models import TryOn

from .conftest import DESK, PERSON, Room
from .looking import accessible, look

pytestmark = pytest.mark.anydb

VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) => {
  (window.violations ||= []).push(event.violatedDirective + " " + event.blockedURI);
})"""

MOVING = """host => [host.dialog, ...host.dialog.querySelectorAll("*")]
  .filter((part) => getComputedStyle(part).animationName !== "none")
  .map((part) => part.className)"""


def blurred() -> Any:
    out = io.BytesIO()
    Image.open(PERSON).filter(ImageFilter.GaussianBlur(20)).save(out, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_state_looks_right_everywhere(
    visit: Any, emulator: Any, finish: Any, jumper: Any, settings: Any, language: str
) -> None:
    settings.ROOT_URLCONF = "tests.browser.urls"
    shopper = visit(DESK, locale=language, permissions=["camera"])
    page, room = shopper.page, Room(shopper.page)
    host = room.host
    page.add_init_script(VIOLATIONS)
    shopper.goto(f"/bare/{jumper.pk}/")
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")

    def seen(name: str) -> None:
        # Where it is read from right to left, colours are the same.
        look(shopper, f"{name}-{language}", dark=language == "en")

    def go() -> None:
        host.locator("[data-go]").click()

    accessible(page)
    room.open()
    seen("photo-none")

    room.choose(blurred())
    expect(host.locator("[data-upload]")).to_be_visible()
    seen("photo-held")
    assert shopper.sent() == []
    host.locator("[name=consent]").check()
    expect(host.locator("[data-warning]")).to_be_visible()
    seen("photo-warned")

    host.locator("[data-do=camera]").click()
    expect(host.locator("[data-do=timer]")).to_be_focused()
    seen("camera")
    host.locator("[data-do=back]").click()

    held: list[Route] = []
    page.route("**/try-on/photos/", lambda route: held.append(route))
    emulator.control.fault("fail", path="/try-on", times=1)
    room.choose()
    go()
    room.expect_state("sending")
    seen("sending")
    for route in held:
        route.continue_()
    page.unroute("**/try-on/photos/")
    finish()
    room.expect_state("failed")
    seen("failed")

    host.locator("[data-do=retry]").click()
    room.expect_state("waiting")
    seen("waiting")
    page.emulate_media(reduced_motion="reduce")
    assert host.evaluate(MOVING) == []
    page.emulate_media(reduced_motion="no-preference")
    page.keyboard.press("Escape")
    finish()
    expect(room.notice).to_be_visible()
    seen("notice")
    host.locator("[data-notice-open]").click()
    room.expect_state("result")
    host.locator("[data-range]").evaluate(
        "range => { range.value = 40; range.dispatchEvent(new Event('input')); }"
    )
    seen("result")
    assert page.evaluate("window.violations || []") == []
    assert TryOn.objects.count() == 2


def test_a_photo_that_is_doubted_can_be_used_all_the_same(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.choose(blurred())
    room.consent.check()
    expect(room.host.locator("[data-live]")).to_contain_text("This photo is blurred.")
    assert not TryOn.objects.exists()
    room.go.click()
    room.expect_result()
    room.dialog.get_by_role("button", name="Try another photo").click()

    # A click that comes before the shop has looked at the photo stops at the word.
    held: list[Route] = []
    shopper.page.route("**/try-on/photos/", lambda route: held.append(route))
    room.choose({**blurred(), "buffer": darker()})
    room.go.click()
    room.expect_state("sending")
    held[0].continue_()
    shopper.page.unroute("**/try-on/photos/")
    room.expect_state("photo")
    expect(room.go).to_be_focused()
    expect(room.dialog).to_contain_text("This photo is very dark.")
    assert TryOn.objects.count() == 1
    room.go.click()
    room.expect_result()
    assert TryOn.objects.count() == 2


def darker() -> bytes:
    out = io.BytesIO()
    Image.open(PERSON).point(lambda value: value * 0.15).save(out, "JPEG")
    return out.getvalue()
