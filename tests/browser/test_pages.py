"""axe looks at the pages around a try-on: ours only, Oscar's frame is Oscar's."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import DESK, PHONE, Room
from .looking import accessible

pytestmark = pytest.mark.anydb


def test_our_pages_are_accessible_and_fit(visit: Any, dress: Any, configuration: Any) -> None:
    configuration.sharing = True
    configuration.save()
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    accessible(page, "genlook-try-on")
    room.open()
    room.run()
    room.expect_result()
    own = room.dialog.get_by_role("link", name="Open on its own page").get_attribute("href")
    expect(room.host.locator("[data-more]")).to_be_visible()
    accessible(page, "genlook-try-on")
    for path in (own, "/try-on/", f"/try-on/new/{dress.pk}/", "/try-on/delete/"):
        shopper.goto(str(path))
        for size in (PHONE, DESK):
            page.set_viewport_size(size)
            # The colours of links and buttons are the theme's, here Bootstrap's.
            accessible(page, "#content_inner", without=("color-contrast",))
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
