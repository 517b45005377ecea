"""What goes wrong ends in a sentence that says what to do, and costs nothing twice."""

from __future__ import annotations

import io
import re
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from genlook_oscar.models import Photo, TryOn
from genlook_oscar.pictures import places
from genlook_oscar.storefront import intake
from tests.conftest import picture

from .conftest import DESK, PHONE, Room


def opened(shopper: Any, product: Any) -> Room:
    room = Room(shopper.page)
    shopper.goto(product.get_absolute_url())
    room.open()
    return room


def test_without_her_consent_nothing_is_sent(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    room = opened(shopper, dress)
    room.go.click()
    room.expect_problem("choose a photo first")
    room.choose()
    expect(room.consent).not_to_be_checked()
    room.go.click()
    room.expect_problem("tick the box first")
    expect(room.consent).to_be_focused()
    shopper.shot("consent-needed")
    assert shopper.sent() == []
    assert not Photo.objects.exists()
    assert not TryOn.objects.exists()


def test_a_wording_that_changed_meanwhile_is_asked_for_again(
    visit: Any, dress: Any, say: Any
) -> None:
    shopper = visit(DESK)
    shopper.allow("status of 400")
    room = opened(shopper, dress)
    say(consent_text="A new wording.")
    room.choose()
    room.consent.check()
    room.expect_problem("agree to how your photo is used")
    expect(room.dialog).to_contain_text("A new wording.")
    expect(room.consent).not_to_be_checked()
    assert not Photo.objects.exists()
    room.consent.check()
    room.photo_sent()


def huge_png() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("me.jpg", lambda: b"%PDF-1.7 no photo", "not a photo that we can read"),
        ("me.pdf", lambda: b"%PDF-1.7 no photo", "This is not a picture"),
        ("me.jpg", lambda: b"\xff\xd8" + bytes(30_000_000), "too large"),
        ("me.png", lambda: picture(size=(1, 1), kind="PNG"), "too small"),
        ("me.png", huge_png, "too large"),
        ("me.jpg", lambda: b"", "This file is empty"),
    ],
    ids=["renamed-pdf", "pdf", "30-megabytes", "one-pixel", "400-megapixels", "empty"],
)
def test_a_wrong_file_is_answered_with_what_to_do(
    visit: Any, dress: Any, tmp_path: Path, name: str, content: Any, says: str
) -> None:
    shopper = visit(PHONE)
    shopper.allow("status of 400")
    room = opened(shopper, dress)
    room.consent.check()
    file = tmp_path / name
    file.write_bytes(content())
    room.choose(file)
    room.expect_problem(says)
    shopper.shot(f"wrong-{says.replace(' ', '-')}")
    assert not Photo.objects.exists()
    # And the next one works.
    room.choose()
    room.photo_sent()


def test_a_photo_is_turned_upright_and_made_small_before_it_is_sent(visit: Any, dress: Any) -> None:
    sideways = Image.new("RGB", (3200, 2400), "#4477aa")
    sideways.paste("#aa4444", (0, 0, 3200, 1200))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    sideways.save(out, "JPEG", exif=exif, comment=b"at home")
    shopper = visit(DESK)
    room = opened(shopper, dress)
    room.consent.check()
    with shopper.page.expect_request("**/try-on/photos/") as asked:
        room.choose({"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    room.photo_sent()
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == (1200, 1600)
    body = asked.value.post_data_buffer
    assert body is not None
    assert b"at home" not in body
    assert b"Exif" not in body


@pytest.fixture
def no_places(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A shop in which too many photos arrive; called, it has places again."""
    monkeypatch.setattr(intake, "BUSY_SECONDS", 1)
    before = places._crowd
    monkeypatch.setattr(places, "_crowd", dict.fromkeys((True, False), BoundedSemaphore(0)))
    return lambda: monkeypatch.setattr(places, "_crowd", before)


def test_a_photo_that_finds_no_place_is_sent_again(visit: Any, dress: Any, no_places: Any) -> None:
    shopper = visit(PHONE)
    shopper.allow("status of 503")
    room = opened(shopper, dress)
    room.choose()
    room.consent.check()
    expect(room.host.locator("[data-upload-text]")).to_contain_text("Yours is sent again")
    shopper.shot("photo-busy")
    no_places()
    room.photo_sent()
    assert len(shopper.sent()) > 1
    assert Photo.objects.count() == 1


def test_a_click_meanwhile_waits_and_is_told(visit: Any, dress: Any, no_places: Any) -> None:
    shopper = visit(DESK)
    shopper.allow("status of 503")
    room = opened(shopper, dress)
    room.choose()
    room.consent.check()
    room.go.click()
    room.expect_state("sending")
    expect(room.host.locator("[data-note]")).to_contain_text("Yours is sent again")
    no_places()
    room.expect_result()
    assert TryOn.objects.count() == 1


def test_a_photo_that_never_finds_a_place_is_kept_for_another_click(
    visit: Any, dress: Any, no_places: Any
) -> None:
    shopper = visit(PHONE)
    shopper.allow("status of 503")
    room = opened(shopper, dress)
    room.choose()
    room.consent.check()
    room.expect_problem("Please send yours again in a few seconds")
    assert len(shopper.sent()) == 6
    assert not Photo.objects.exists()
    no_places()
    room.go.click()
    room.expect_result()


def test_another_photo_ends_the_sending_of_the_first(
    visit: Any, dress: Any, no_places: Any
) -> None:
    shopper = visit(DESK)
    shopper.allow("status of 503")
    room = opened(shopper, dress)
    room.consent.check()
    room.choose()
    expect(room.host.locator("[data-upload-text]")).to_contain_text("Yours is sent again")
    no_places()
    room.choose({"name": "b.png", "mimeType": "image/png", "buffer": picture(kind="PNG")})
    room.photo_sent()
    assert Photo.objects.count() == 1


@pytest.fixture
def slow_hands(visit: Any) -> Any:
    """A phone that takes long to make a photo ready; `let_go()` ends that."""
    shopper = visit(PHONE)
    held: list[Route] = []
    shopper.context.route("**/shrink.js", lambda route: held.append(route))

    def let_go() -> None:
        shopper.context.unroute("**/shrink.js")
        for route in held:
            route.continue_()

    shopper.let_go = let_go
    return shopper


def test_a_click_while_the_photo_is_made_ready_waits_for_it(slow_hands: Any, dress: Any) -> None:
    room = opened(slow_hands, dress)
    room.choose()
    room.consent.check()
    room.go.click()
    room.expect_state("sending")
    slow_hands.let_go()
    room.expect_result()
    assert TryOn.objects.count() == 1


def test_a_click_on_a_file_that_turns_out_to_be_none_begins_nothing(
    slow_hands: Any, dress: Any
) -> None:
    room = opened(slow_hands, dress)
    room.consent.check()
    room.choose({"name": "me.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    room.go.click()
    room.expect_state("sending")
    slow_hands.let_go()
    room.expect_state("photo")
    room.expect_problem("This is not a picture")
    assert slow_hands.sent() == []


def test_a_wrong_file_leaves_her_the_photo_she_had(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    room = opened(shopper, dress)
    room.consent.check()
    room.choose()
    room.photo_sent()
    room.choose({"name": "me.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    room.expect_problem("This is not a picture")
    expect(room.dialog.locator("[name=photo]")).to_be_checked()
    room.go.click()
    room.expect_result()


def test_a_failure_is_said_plainly_and_tried_again(visit: Any, emulator: Any, dress: Any) -> None:
    emulator.control.fault("fail", path="/try-on", times=1)
    shopper = visit(PHONE)
    room = opened(shopper, dress)
    room.run()
    expect(room.heading("That did not work")).to_be_focused()
    expect(room.host.locator("[data-failure]")).to_contain_text("Nothing was used.")
    shopper.shot("failed")
    room.dialog.get_by_role("button", name="Try again").click()
    room.expect_result()
    assert sorted(TryOn.objects.values_list("status", flat=True)) == ["completed", "failed"]


def test_a_click_whose_answer_is_lost_is_not_paid_twice(
    visit: Any, emulator: Any, dress: Any
) -> None:
    shopper = visit(DESK)
    shopper.allow("ERR_FAILED")
    room = opened(shopper, dress)
    room.choose()
    room.consent.check()
    room.photo_sent()
    begin = re.compile(r"/try-on/$")

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    shopper.page.route(begin, lose)
    room.go.click()
    expect(room.host.locator("[data-failure]")).to_contain_text("The connection broke")
    shopper.page.unroute(begin)
    room.dialog.get_by_role("button", name="Try again").click()
    room.expect_result()
    assert TryOn.objects.count() == 1
    assert emulator.control.state()["charged"] == 1


def test_a_photo_whose_sending_breaks_off_is_sent_again(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    shopper.allow("ERR_FAILED")
    room = opened(shopper, dress)
    shopper.page.route("**/try-on/photos/", lambda route: route.abort())
    room.choose()
    room.consent.check()
    room.expect_problem("The connection broke")
    shopper.page.unroute("**/try-on/photos/")
    room.go.click()
    room.expect_result()
    assert Photo.objects.count() == 1


def test_a_room_that_cannot_be_fetched_leads_to_the_plain_form(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    shopper.allow("ERR_FAILED")
    shopper.context.route("**/try-on/room/**", lambda route: route.abort())
    shopper.goto(dress.get_absolute_url())
    Room(shopper.page).link.click()
    expect(shopper.page).to_have_url(f"{shopper.base}/try-on/new/{dress.pk}/")


def test_deleting_a_photo_deletes_it(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    room = opened(shopper, dress)
    room.choose()
    room.consent.check()
    room.photo_sent()
    room.dialog.get_by_role("button", name="Delete it now").click()
    expect(room.host.locator("[data-live]")).to_have_text("The photo is deleted.")
    expect(room.dialog.locator("[name=photo]")).to_have_count(0)
    photo = Photo.objects.get()
    assert photo.erased_at
    assert not photo.file


@pytest.mark.parametrize("in_session", [False, True], ids=["cookie", "session"])
def test_a_token_that_is_no_longer_good_is_renewed(
    visit: Any, dress: Any, settings: Any, in_session: bool
) -> None:
    settings.CSRF_USE_SESSIONS = in_session
    settings.CSRF_COOKIE_HTTPONLY = True
    shopper = visit(DESK)
    shopper.allow("status of 403")
    room = opened(shopper, dress)
    # As when she signs in or out in another tab.
    shopper.context.clear_cookies()
    room.choose()
    room.consent.check()
    room.photo_sent()
    assert len(shopper.sent()) == 2


def test_storage_that_is_switched_off_does_no_harm(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    shopper.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage',"
        " { get() { throw new DOMException('', 'SecurityError'); } })"
    )
    room = opened(shopper, dress)
    room.run()
    room.expect_result()
