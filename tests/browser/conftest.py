from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import oscar
import pytest
from django.core.files.base import ContentFile
from oscar.core.loading import get_model
from oscar.test.factories import create_product
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.conftest import need, wait_until
from tests.processes import cluster

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "sandbox" / "pictures"
PERSON = PICTURES / "people" / "person-mei.jpg"
SHOTS = ROOT / "tests" / "screenshots"
JQUERY = Path(oscar.__file__).parent / "static" / "oscar" / "js" / "jquery" / "jquery.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}

LONG = 600
"""Seconds that a generation takes where the test says when it is over."""

expect.set_options(timeout=40_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            # The live server and the workers see only what is committed.
            item.add_marker(pytest.mark.django_db(transaction=True))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    need("browser", CHROMIUM, "no Chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser
        browser.close()


class Visit:
    """One shopper's browser, and what it has seen go wrong."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context = context
        self.base = base
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.allowed: list[str] = []
        context.set_default_timeout(40_000)
        # Oscar's pages ask a CDN for jQuery; tests have no network.
        context.route("**/ajax.googleapis.com/**", self._jquery)
        context.on("console", self._console)
        context.on("weberror", lambda problem: self._broken(problem.error))
        context.on("request", lambda request: self._request(request.method, request.url))
        self.page = context.new_page()

    def _jquery(self, route: Route) -> None:
        route.fulfill(path=JQUERY, content_type="text/javascript")

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _broken(self, error: Any) -> None:
        self.complaints.append(error.stack or str(error))

    def _request(self, method: str, url: str) -> None:
        self.requests.append(f"{method} {url.removeprefix(self.base)}")

    def sent(self, method: str = "POST") -> list[str]:
        """The paths that were asked for with `method`, so far."""
        start = f"{method} "
        return [line.removeprefix(start) for line in self.requests if line.startswith(start)]

    def allow(self, *texts: str) -> None:
        """What the console may say in this test, besides nothing."""
        self.allowed += texts

    def unexpected(self) -> list[str]:
        return [line for line in self.complaints if not any(ok in line for ok in self.allowed)]

    def goto(self, path: str) -> None:
        self.page.goto(self.base + path)

    def shot(self, name: str, whole: bool = False) -> None:
        """Keep a picture of what is seen, or of the whole page, its animations ended."""
        SHOTS.mkdir(exist_ok=True)
        width = self.page.viewport_size["width"] if self.page.viewport_size else 0
        self.page.screenshot(
            path=SHOTS / f"{width}-{name}.png", animations="disabled", full_page=whole
        )


class Room:
    """The fitting room on a page, as a shopper finds it: by what is written on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.host = page.locator("genlook-try-on")
        self.link = self.host.locator("a.genlook-button")
        self.dialog = page.get_by_role("dialog")
        self.consent = self.dialog.get_by_role("checkbox")
        self.go = self.dialog.get_by_role("button", name="See it on me")
        self.notice = self.host.locator("[data-notice]")
        self.slider = self.dialog.get_by_role("slider")

    def open(self) -> None:
        self.link.click()
        expect(self.dialog).to_be_visible()

    def choose(self, file: Any = PERSON) -> None:
        self.dialog.locator("input[type=file]").first.set_input_files(file)

    def heading(self, text: str) -> Any:
        return self.dialog.get_by_role("heading", name=text, level=3)

    def expect_state(self, state: str) -> None:
        expect(self.host.locator("dialog")).to_have_attribute("data-state", state)

    def expect_result(self) -> None:
        expect(self.heading("This is how it could look")).to_be_visible()

    def expect_problem(self, text: str) -> None:
        expect(self.host.locator("[data-problem]")).to_contain_text(text)

    def photo_sent(self) -> None:
        expect(self.host.locator("[data-photo-meta]")).to_contain_text("Kept until")

    def run(self) -> None:
        """From the open room to the click, with a photo and with consent."""
        self.choose()
        self.consent.check()
        self.photo_sent()
        self.go.click()


@pytest.fixture
def shop(emulator: Any, configuration: Any, live_server: Any, make_picture: Any) -> Iterator[Any]:
    """The shop with a worker beside it and a product; generations take a moment."""
    emulator.control.settings(generation_seconds=0.5)
    with cluster(patience=0):
        yield live_server


@pytest.fixture
def finish(shop: Any, emulator: Any) -> Callable[[], None]:
    """Have pictures take until the test says so: what is being made then is ready."""
    emulator.control.settings(generation_seconds=LONG)

    def act() -> None:
        def running() -> bool:
            made = emulator.control.state()["generations"]
            return any(one["status"] in ("PENDING", "PROCESSING") for one in made)

        wait_until(running, timeout=60, what="the generation")
        emulator.control.advance(LONG)

    return act


@pytest.fixture
def make_picture(db: None) -> Callable[..., None]:
    """Give a product a picture of the demo shop."""

    def make(product: Any, name: str) -> None:
        get_model("catalogue", "ProductImage").objects.create(
            product=product,
            original=ContentFile(
                (PICTURES / "products" / f"{name}.jpg").read_bytes(), name=f"{name}.jpg"
            ),
        )

    return make


@pytest.fixture
def dress(make_picture: Any) -> Any:
    product = create_product(title="Wrap dress", price="89.00", num_in_stock=5)
    make_picture(product, "wrap-dress")
    return product


@pytest.fixture
def jumper(make_picture: Any) -> Any:
    """A parent with variants that have pictures of their own; the last is out of stock."""
    parent = create_product(title="Lambswool jumper", structure="parent", price=None)
    make_picture(parent, "jumper-oat")
    for name in ("oat", "forest", "rust"):
        child = create_product(
            title=name.title(),
            structure="child",
            parent=parent,
            price="59.00",
            num_in_stock=0 if name == "rust" else 3,
        )
        make_picture(child, f"jumper-{name}")
    return parent


@pytest.fixture
def visit(chromium: Browser, shop: Any) -> Iterator[Callable[..., Visit]]:
    """Send a shopper to the shop; at the end nothing may have complained in her browser."""
    visits: list[Visit] = []

    def make(viewport: Any = None, **options: Any) -> Visit:
        context = chromium.new_context(viewport=viewport or DESK, **options)
        visits.append(Visit(context, shop.url))
        return visits[-1]

    yield make
    # Before the route to jQuery goes: a page that still loads would complain without it.
    complaints = [line for one in visits for line in one.unexpected()]
    for one in visits:
        one.context.close()
    assert complaints == []
