"""The room in a theme that means it no good."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DESK, PHONE, Room

pytestmark = pytest.mark.anydb


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
