"""From the product page to the basket without a pointer."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from .conftest import DESK, PERSON, Room

FOCUSED = """() => {
  let element = document.activeElement;
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}"""


def tab_to(page: Page, target: Any, limit: int = 60) -> int:
    """Press Tab until `target` has the focus; return how often."""
    for count in range(limit):
        if target.evaluate(f"element => element === ({FOCUSED})()"):
            return count
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard never gets there")


def test_the_whole_path_by_keyboard(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    # Choosers are caught from now on: begun with the key that opens one, it may be too late.
    page.on("filechooser", lambda chooser: None)
    shopper.goto(dress.get_absolute_url())
    tab_to(page, room.link, 80)
    page.keyboard.press("Enter")
    expect(room.dialog).to_be_visible()

    tab_to(page, room.dialog.locator("input[type=file]").first)
    shopper.shot("focus")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(PERSON)
    tab_to(page, room.consent)
    page.keyboard.press("Space")
    room.photo_sent()
    expect(room.consent).to_be_focused()
    tab_to(page, room.go)
    page.keyboard.press("Enter")
    room.expect_result()

    tab_to(page, room.slider)
    page.keyboard.press("End")
    expect(room.slider).to_have_value("100")
    tab_to(page, room.dialog.locator("[data-basket]"))
    page.keyboard.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Wrap dress")


def test_the_focus_stays_inside_and_returns(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.link.focus()
    page.keyboard.press("Enter")
    expect(room.dialog).to_be_visible()
    outside = "element => document.activeElement !== element && document.hasFocus()"
    for _ in range(20):
        page.keyboard.press("Tab")
        inside = room.host.evaluate("host => document.activeElement === host")
        # The browser's own controls have their turn, the page behind has none.
        assert inside or page.evaluate("document.activeElement === document.body"), outside
    page.keyboard.press("Escape")
    expect(room.dialog).to_have_count(0)
    expect(room.link).to_be_focused()
    # The dialog says that it is closed in a task of its own.
    page.wait_for_function("document.documentElement.style.overflow === ''")
