"""My try-ons: in the account and for a guest, with script and without, and all of it gone."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from genlook_oscar.models import Photo, Report, TryOn

from .conftest import DESK, PERSON, PHONE

PASSWORD = "a long walk home 7"

pytestmark = pytest.mark.anydb


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["360", "1280"])
def test_a_guests_picture_is_in_her_account_when_she_has_registered_elsewhere(
    visit: Any, finish: Any, dress: Any, jumper: Any, configuration: Any, viewport: Any
) -> None:
    """All of it without script: the waiting, the result, what follows it, and the end."""
    configuration.sharing = configuration.ready_mail = True
    configuration.save()
    shopper = visit(viewport, java_script_enabled=False)
    page = shopper.page
    shopper.goto(f"/try-on/new/{dress.pk}/")
    page.get_by_label("Choose or take a photo").set_input_files(PERSON)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="See it on me").click()
    address = page.url
    expect(page.get_by_role("progressbar")).to_be_visible()

    # She registers while it is being made, and it is hers on another device.
    shopper.goto("/accounts/login/")
    page.locator("#id_registration-email").fill("ann@example.com")
    for field in ("password1", "password2"):
        page.locator(f"#id_registration-{field}").fill(PASSWORD)
    page.locator("[name=registration_submit]").click()
    page.goto(address)
    page.get_by_role("button", name="E-mail me when it is ready").click()
    expect(page.get_by_text("You get an e-mail when the picture is ready")).to_be_visible()
    finish()
    other = visit(viewport, java_script_enabled=False)
    there = other.page
    there.goto(f"{address}?mail")
    there.locator("#id_login-username").fill("ann@example.com")
    there.locator("#id_login-password").fill(PASSWORD)
    there.locator("[name=login_submit]").click()
    expect(there.get_by_role("img", name="You with Wrap dress")).to_be_visible()
    other.shot("own-page", whole=True)

    there.get_by_role("button", name="Make a link to share").click()
    expect(there.get_by_label("Link to the picture")).to_be_visible()
    there.get_by_text("This isn’t right").click()
    there.get_by_role("button", name="It is not this item").click()
    expect(there.get_by_text("You reported: It is not this item")).to_be_visible()
    assert Report.objects.get().reason == "wrong_item"

    there.get_by_role("link", name="All your try-ons").click()
    expect(there.get_by_role("link", name="Order History")).to_be_visible()
    expect(there.get_by_role("link", name="Wrap dress", exact=True)).to_be_visible()
    other.shot("my-try-ons", whole=True)
    there.get_by_role("link", name="Delete all pictures and photos").click()
    other.shot("delete-all", whole=True)
    there.get_by_role("button", name="Delete all").click()
    expect(there.get_by_text("All your pictures and photos have been deleted")).to_be_visible()
    assert not Photo.objects.exclude(file="").exists()
    assert not TryOn.objects.exclude(result="").exists()
    assert get_user_model().objects.count() == 1
    shopper.allow("status of 404")
    assert page.goto(address).status == 404
