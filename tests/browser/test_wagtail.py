"""An editor makes a campaign page in Wagtail's admin, and visitors try on from it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from playwright.sync_api import Page, expect

from genlook_oscar.models import TryOn

from .conftest import DESK, PHONE, Room

if not settings.WAGTAIL:
    pytest.skip("these tests need Wagtail", allow_module_level=True)

# Wagtail's admin is heavy, and machines that test are busy.
PATIENCE = 90_000
ADMIN = "/cms-admin/"


@pytest.fixture
def patient() -> Iterator[None]:
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=20_000)


@pytest.fixture
def site(shop: Any) -> Any:
    """A site of Wagtail's whose pages an editor may write, and no more than that."""
    from wagtail.models import GroupPagePermission, Locale, Page, Site

    Locale.objects.get_or_create(language_code="en")
    root = Page.get_first_root_node() or Page.add_root(title="Root", slug="root")
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=root, is_default_site=True)
    editors = Group.objects.create(name="Campaign editors")
    editors.permissions.add(Permission.objects.get(codename="access_admin"))
    for codename in ("add_page", "change_page", "publish_page"):
        GroupPagePermission.objects.create(
            group=editors, page=root, permission=Permission.objects.get(codename=codename)
        )
    editor = get_user_model().objects.create_user("editor", "editor@example.com", "pass-word-1")
    editor.groups.add(editors)
    return root


class Editor:
    """Wagtail's editor of pages, as its buttons are named."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def sign_in(self, base: str) -> None:
        self.page.goto(f"{base}{ADMIN}")
        self.page.locator("input[name=username]").fill("editor")
        self.page.locator("input[name=password]").fill("pass-word-1")
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.locator("#header-title, h1").first).to_be_visible()

    def add(self, block: str) -> None:
        self.page.get_by_title("Insert a block").last.click()
        self.page.get_by_role("option", name=block).click()

    def choose(self, words: str, title: str, rows: int = 1) -> None:
        """Choose a product for the first place that has none, by searching for it."""
        self.page.get_by_role("button", name="Choose a product", exact=True).first.click()
        window = self.page.locator(".modal-body")
        window.locator("input[name=q]").fill(words)
        expect(window.locator("tbody tr")).to_have_count(rows)
        window.get_by_role("link", name=title, exact=True).click()
        expect(window).to_have_count(0)


def test_an_editor_makes_a_page_and_visitors_try_on_from_it(
    patient: None, visit: Any, site: Any, dress: Any, jumper: Any, make_picture: Any
) -> None:
    from oscar.test.factories import create_product

    hat = create_product(title="Straw hat", price="49.00", num_in_stock=2, partner_sku="HAT-1")
    make_picture(hat, "straw-hat")

    writer = visit(DESK)
    # What Wagtail's own scripts say is not ours to judge.
    writer.allow("")
    page = writer.page
    writer.context.set_default_timeout(PATIENCE)
    editor = Editor(page)
    editor.sign_in(writer.base)
    page.goto(f"{writer.base}{ADMIN}pages/add/pages/contentpage/{site.pk}/")
    page.get_by_placeholder("Page title").fill("Summer")

    editor.add("Product with try-on")
    page.get_by_role("button", name="Choose a product", exact=True).click()
    expect(page.locator(".modal-body tbody tr").first).to_be_visible()
    writer.shot("wagtail-chooser")
    page.locator(".modal").get_by_role("button", name="Close").click()
    expect(page.locator(".modal-body")).to_have_count(0)
    editor.choose("wrap", "Wrap dress")
    editor.add("Try the collection")
    editor.choose("HAT-1", "Straw hat")
    editor.add("Try-on stage")
    editor.choose("lambswool", "Lambswool jumper", rows=4)
    page.get_by_title("Add", exact=True).last.click()
    editor.choose("wrap", "Wrap dress")
    expect(page.get_by_role("button", name="Choose a product", exact=True)).to_have_count(0)
    writer.shot("wagtail-editor")

    page.get_by_role("button", name="Toggle preview").click()
    preview = page.frame_locator("iframe[title=Preview]").first
    expect(preview.locator(".genlook-button[aria-disabled]")).to_have_count(4)
    expect(preview.locator("a.genlook-button")).to_have_count(0)
    writer.shot("wagtail-preview")
    page.get_by_role("button", name="More actions").last.click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("published", exact=False).first).to_be_visible()
    assert not TryOn.objects.exists()

    for viewport in (PHONE, DESK):
        shopper = visit(viewport)
        shopper.goto("/pages/summer/")
        stage = shopper.page.locator(".genlook-stage")
        stage.scroll_into_view_if_needed()
        expect(stage.locator(".genlook-product:visible")).to_have_count(1)
        other = stage.locator(f"genlook-try-on[data-product='{jumper.pk}']")
        # Made ready before there was a photo, this room must learn of it.
        with shopper.page.expect_response("**/try-on/room/**"):
            other.locator("a.genlook-button").hover()
        expect(other.locator("dialog")).to_be_attached()
        stage.get_by_role("radio", name="Wrap dress").check(force=True)
        room = Room(shopper.page)
        room.host = stage.locator(f"genlook-try-on[data-product='{dress.pk}']")
        room.link = room.host.locator("a.genlook-button")
        shopper.shot("wagtail-page", whole=True)
        room.open()
        room.choose()
        # The other products of the stage are at hand, beside the same photo.
        room.dialog.get_by_role("radio", name="Forest").check()
        expect(room.dialog.get_by_role("heading", level=2)).to_contain_text("Lambswool jumper")
        shopper.shot("wagtail-stage")
        room.dialog.get_by_role("radio", name="Wrap dress").check()
        room.consent.check()
        room.go.click()
        room.expect_result()
        shopper.shot("wagtail-result")
        room.dialog.get_by_role("button", name="Close").click()
        stage.get_by_role("radio", name="Lambswool jumper").check(force=True)
        room.host, room.link = other, other.locator("a.genlook-button")
        room.open()
        expect(room.dialog.locator("[name=photo]")).to_have_count(1)
        expect(room.consent).to_have_count(0)
        room.dialog.get_by_role("button", name="Close").click()
    products = TryOn.objects.values_list("product", "status")
    assert list(products) == [(dress.pk, "completed")] * 2
