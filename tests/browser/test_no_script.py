"""The same path with script switched off: a form, a page that looks again, a result."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any

import pytest
from playwright.sync_api import expect

from genlook_oscar.models import TryOn
from genlook_oscar.pictures import places

from .conftest import DESK, PERSON, PHONE


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_the_whole_path_without_script(visit: Any, finish: Any, dress: Any, viewport: Any) -> None:
    shopper = visit(viewport, java_script_enabled=False)
    page = shopper.page
    shopper.goto(dress.get_absolute_url())
    page.get_by_role("link", name="See it on me").click()
    shopper.shot("no-script-form", whole=True)
    page.get_by_label("Choose or take a photo").set_input_files(PERSON)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="See it on me").click()

    expect(page.get_by_role("progressbar")).to_be_visible()
    shopper.shot("no-script-waiting", whole=True)
    tryon = TryOn.objects.get()
    assert page.url.endswith(f"/try-on/{tryon.pk}/")

    finish()
    result = page.get_by_role("img", name="You with Wrap dress, a picture made by AI")
    expect(result).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    shopper.shot("no-script-result", whole=True)
    page.get_by_role("link", name="All your try-ons").click()
    expect(page.get_by_role("link", name="Wrap dress", exact=True)).to_be_visible()
    shopper.shot("no-script-history", whole=True)


def test_a_file_that_is_no_photo_is_told_beside_the_field(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE, java_script_enabled=False)
    shopper.allow("status of 400")
    page = shopper.page
    shopper.goto(f"/try-on/new/{dress.pk}/")
    fake = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": b"%PDF-1.7 not a photo"}
    page.get_by_label("Choose or take a photo").set_input_files(fake)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="See it on me").click()
    expect(page.locator("#genlook-photo-error")).to_contain_text("not a photo that we can read")
    shopper.shot("no-script-problem", whole=True)


def test_a_photo_that_finds_no_place_is_chosen_again(
    visit: Any, jumper: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shopper = visit(PHONE, java_script_enabled=False)
    page = shopper.page
    shopper.goto(f"/try-on/new/{jumper.pk}/")
    variant = page.locator("input[name=product]").last
    chosen = variant.get_attribute("value")
    variant.check()
    page.get_by_label("Choose or take a photo").set_input_files(PERSON)
    page.get_by_role("checkbox").check()
    with monkeypatch.context() as full:
        full.setattr(places, "_crowd", dict.fromkeys((True, False), BoundedSemaphore(0)))
        page.get_by_role("button", name="See it on me").click()
        problem = page.locator("#genlook-photo")
        expect(problem).to_contain_text("Many photos are arriving just now.")
        expect(problem).to_contain_text("Please choose it again below.")
        shopper.shot("no-script-busy", whole=True)
    # Everything else is as it was chosen.
    expect(page.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("input[name=product]:checked")).to_have_attribute("value", str(chosen))
    page.get_by_label("Choose or take a photo").set_input_files(PERSON)
    page.get_by_role("button", name="See it on me").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert str(TryOn.objects.get().product_id) == chosen
