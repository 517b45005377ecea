"""The room under a strict policy, in small and enlarged windows, dark, and right to left."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import DESK, PHONE, Room


@pytest.fixture
def bare(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.browser.urls"


@pytest.mark.usefixtures("bare")
def test_the_whole_path_under_a_strict_policy(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', (event) => {"
        " (window.violations ||= []).push(event.violatedDirective + ' ' + event.blockedURI); })"
    )
    shopper.goto(f"/bare/{dress.pk}/")
    expect(room.link).to_have_count(1)
    room.open()
    room.run()
    room.expect_result()
    room.slider.focus()
    page.keyboard.press("End")
    shopper.shot("strict-policy")
    page.keyboard.press("Escape")
    assert page.evaluate("window.violations || []") == []


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("narrow", (320, 568), {}),
        ("enlarged", (320, 200), {}),
        ("on-its-side", (740, 360), {}),
        ("tablet", (768, 1024), {}),
        ("dark", (360, 740), {"color_scheme": "dark"}),
        ("dark-desk", (1280, 800), {"color_scheme": "dark"}),
        ("right-to-left", (360, 740), {"locale": "ar"}),
        ("right-to-left-desk", (1280, 800), {"locale": "ar"}),
        ("still", (360, 740), {"reduced_motion": "reduce"}),
    ],
)
def test_every_state_fits(
    visit: Any, finish: Any, jumper: Any, name: str, size: tuple[int, int], options: Any
) -> None:
    shopper = visit({"width": size[0], "height": size[1]}, **options)
    room = Room(shopper.page)
    shopper.goto(f"/bare/{jumper.pk}/")
    room.open()
    host = room.host

    def look(state: str) -> None:
        room.expect_state(state)
        shopper.shot(f"{name}-{state}")
        wide = host.evaluate(
            """host => [host.dialog, ...host.dialog.querySelectorAll(".panel, .stage, .head")]
              .filter((part) => part.scrollWidth > part.clientWidth + 1)
              .map((part) => part.className)"""
        )
        assert wide == []
        small = host.evaluate(
            """host => [...host.dialog.querySelectorAll("button, a, label, input[type=radio]")]
              .filter((target) => target.checkVisibility())
              .filter((target) => target.getBoundingClientRect().height < 43.5)
              .filter((target) => !target.closest(".consent") && target.type !== "checkbox")
              .map((target) => target.outerHTML.slice(0, 80))"""
        )
        assert small == []

    look("photo")
    room.choose()
    host.locator("[name=consent]").check()
    expect(host.locator("[data-photo-meta]")).to_be_visible()
    host.locator("button[type=submit]").click()
    look("waiting")
    finish()
    room.expect_state("result")
    host.locator("[data-range]").evaluate(
        "range => { range.value = 40; range.dispatchEvent(new Event('input')); }"
    )
    look("result")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_the_themes_style_does_not_reach_the_room(visit: Any, dress: Any, viewport: Any) -> None:
    shopper = visit(viewport)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    shopper.page.add_style_tag(
        content="button, input, h2, p { color: red !important; border: 9px solid red !important }"
        " html { font-size: 10px } body { text-transform: uppercase; letter-spacing: 4px }"
    )
    outside = (
        "(() => { const style = getComputedStyle(document.querySelector('#content_inner h2'));"
        " return [...style].map((name) => style.getPropertyValue(name)).join(); })()"
    )
    before = shopper.page.evaluate(outside)
    room.open()
    styles = room.go.evaluate(
        "e => { const s = getComputedStyle(e);"
        " return [s.borderTopWidth, s.fontSize, s.textTransform, s.letterSpacing]; }"
    )
    assert styles == ["1px", "16px", "none", "normal"]
    assert room.go.evaluate("e => getComputedStyle(e).color") != "rgb(255, 0, 0)"
    shopper.shot("hostile-theme")
    assert shopper.page.evaluate(outside) == before
