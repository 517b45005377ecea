"""Whatever she does while the picture is being made, she finds it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from oscar.core.loading import get_model
from playwright.sync_api import Route, expect

from genlook_oscar.models import TryOn
from tests.conftest import wait_until

from .conftest import DESK, PHONE, Room


def begin(shopper: Any, product: Any) -> Room:
    """Open the room, choose, agree, click; the picture is then being made."""
    room = Room(shopper.page)
    shopper.goto(product.get_absolute_url())
    room.open()
    room.run()
    expect(room.heading("Your picture is on its way")).to_be_visible()
    expect(room.host.locator("[data-note]")).not_to_have_text("One moment.")
    return room


def begun(shopper: Any) -> str:
    """The address of the try-on that the tab remembers, once there is one."""
    shopper.page.wait_for_function("sessionStorage.genlook")
    address: str = shopper.page.evaluate("JSON.parse(sessionStorage.genlook).url")
    return address


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_closing_the_room_leads_to_a_word_when_it_is_ready(
    visit: Any, finish: Any, dress: Any, viewport: Any
) -> None:
    shopper = visit(viewport)
    room = begin(shopper, dress)
    room.dialog.get_by_role("button", name="Go on shopping").click()
    expect(room.dialog).to_have_count(0)
    expect(room.link).to_be_focused()
    finish()
    expect(room.notice).to_be_visible()
    expect(room.notice).to_contain_text("Your picture is ready.")
    expect(room.host.locator("[data-announce]")).to_have_text("Your picture is ready.")
    shopper.shot("notice")
    room.notice.get_by_role("button", name="See it").click()
    room.expect_result()
    expect(room.notice).to_be_hidden()


def test_closing_the_room_before_her_click_is_answered_loses_nothing(
    visit: Any, finish: Any, dress: Any
) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    held: list[Route] = []
    shopper.page.route(re.compile(r"/try-on/$"), lambda route: held.append(route))
    room.run()
    room.expect_state("sending")
    shopper.page.keyboard.press("Escape")
    # Focus and pointer on the link make a room ready that nobody has used, and no other.
    expect(room.link).to_be_focused()
    wait_until(lambda: held or shopper.page.wait_for_timeout(50), what="her click")
    held[0].continue_()
    finish()
    expect(room.notice).to_contain_text("Your picture is ready.")
    assert len([path for path in shopper.sent("GET") if "/try-on/room/" in path]) == 1


def test_a_reload_while_it_is_being_made_loses_nothing(visit: Any, finish: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    room = begin(shopper, dress)
    begun(shopper)
    shopper.page.reload()
    room.open()
    expect(room.heading("Your picture is on its way")).to_be_visible()
    expect(room.host.locator("[data-person]")).to_be_visible()
    finish()
    room.expect_result()
    expect(room.host.locator("[data-before]")).to_have_attribute("src", _photo_url())
    assert TryOn.objects.count() == 1


def test_on_any_page_of_the_shop_a_word_leads_to_the_picture(
    visit: Any, finish: Any, dress: Any, jumper: Any
) -> None:
    shopper = visit(PHONE)
    page = shopper.page
    begin(shopper, dress)
    address = begun(shopper)
    # She closes the tab, and goes on in another one: at the basket, then at another product.
    page.close()
    page = shopper.page = shopper.context.new_page()
    shopper.goto("/basket/")
    page.evaluate("document.addEventListener('genlook:ready', (e) => { window.told = e.detail; })")
    finish()
    notice = page.locator("genlook-notice [data-notice]")
    expect(notice).to_contain_text("Your picture is ready.")
    expect(notice.get_by_role("link", name="See it")).to_have_attribute("href", address)
    expect(page.locator("genlook-notice [data-announce]")).to_have_text("Your picture is ready.")
    assert page.evaluate("window.told.product") == dress.pk
    shopper.shot("notice-elsewhere")
    notice.get_by_role("button", name="Close").click()
    expect(notice).to_be_hidden()
    # Told once; the room of another product is as if nothing had happened.
    shopper.goto(jumper.get_absolute_url())
    expect(page.locator("genlook-notice")).to_have_count(0)
    room = Room(page)
    room.open()
    room.expect_state("photo")
    shopper.goto(address)
    expect(page.get_by_role("img", name="You with Wrap dress")).to_be_visible()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_its_own_page_shows_the_result_without_a_reload(
    visit: Any, finish: Any, dress: Any, viewport: Any
) -> None:
    shopper = visit(viewport)
    begin(shopper, dress)
    shopper.goto(begun(shopper))
    page = shopper.page
    page.evaluate("window.sameDocument = true")
    expect(page.get_by_role("progressbar")).to_be_visible()
    shopper.shot("page-waiting", whole=True)
    finish()
    expect(page.get_by_role("img", name="You with Wrap dress")).to_be_visible()
    assert page.evaluate("window.sameDocument")
    slider = page.get_by_role("slider")
    slider.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("40")
    shopper.shot("page-result", whole=True)


def test_the_tabs_title_tells_when_she_looks_elsewhere(visit: Any, finish: Any, dress: Any) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    title = shopper.page.title()
    # Headless Chromium never hides a tab: this says it did, as soon as the picture is there.
    shopper.page.evaluate(
        """document.addEventListener("genlook:ready", () => {
          Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
        })"""
    )
    room.open()
    room.run()
    finish()
    shopper.page.wait_for_function("document.title.startsWith('●')")
    shopper.page.evaluate(
        "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
    )
    assert shopper.page.title() == title


def test_a_hidden_tab_asks_seldom(visit: Any, emulator: Any, dress: Any) -> None:
    emulator.control.fault("stall", path="/try-on")
    shopper = visit(DESK)
    begin(shopper, dress)
    address = begun(shopper)
    page = shopper.page
    asked = f"GET {address}"
    # The question that is due is asked, and then none for a quarter of a minute.
    with page.expect_request(shopper.base + address):
        page.evaluate(
            "Object.defineProperty(document, 'hidden', { get: () => true, configurable: true })"
        )
    before = shopper.requests.count(asked)
    page.wait_for_timeout(6000)
    assert shopper.requests.count(asked) == before
    with page.expect_request(shopper.base + address):
        page.evaluate(
            "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
        )


def test_going_offline_is_said_and_survived(visit: Any, finish: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    shopper.allow("ERR_INTERNET_DISCONNECTED")
    room = begin(shopper, dress)
    begun(shopper)
    shopper.context.set_offline(True)
    expect(room.host.locator("[data-trouble]")).to_contain_text("You are offline")
    shopper.shot("offline")
    shopper.context.set_offline(False)
    finish()
    room.expect_result()


def test_a_try_on_that_was_deleted_elsewhere_is_not_waited_for(
    visit: Any, emulator: Any, dress: Any
) -> None:
    emulator.control.fault("stall", path="/try-on")
    shopper = visit(DESK)
    shopper.allow("status of 404")
    room = begin(shopper, dress)
    begun(shopper)
    TryOn.objects.all().delete()
    room.expect_problem("no longer here")
    assert shopper.page.evaluate("sessionStorage.genlook") is None
    assert get_model("catalogue", "Product").objects.filter(pk=dress.pk).exists()


def _photo_url() -> Any:
    return re.compile(r"^/try-on/photos/[0-9a-f-]{36}/image/$")


def test_a_finished_picture_is_there_again_and_told_once(
    visit: Any, dress: Any, finish: Any
) -> None:
    shopper = visit(PHONE)
    room = begin(shopper, dress)
    finish()
    room.expect_result()
    shopper.page.reload()
    shopper.page.evaluate(
        "window.told = 0; document.addEventListener('genlook:ready', () => { window.told += 1; })"
    )
    shopper.page.wait_for_load_state("networkidle")
    assert [line for line in shopper.sent("GET") if "room.js" in line][1:] == []
    room.open()
    room.expect_result()
    assert shopper.page.evaluate("window.told") == 0
    room.dialog.get_by_role("button", name="Try another photo").click()
    room.expect_state("photo")
    assert shopper.page.evaluate("sessionStorage.genlook") is None
