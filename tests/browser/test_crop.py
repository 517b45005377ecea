"""Cropping and turning a photo in the fitting room, before it is sent."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from genlook_oscar.models import Photo

from .conftest import DESK, PHONE, Room
from .looking import look
from .test_keyboard import tab_to

COLOURS = [("red", (220, 30, 30)), ("green", (30, 180, 30)), ("blue", (30, 30, 220))]
COLOURS += [("white", (250, 250, 250))]


def quarters(size: tuple[int, int], name: str = "me.png") -> Any:
    """A picture with red and green above, blue and white below."""
    width, height = size
    picture = Image.new("RGB", size)
    for at, (_, colour) in enumerate(COLOURS):
        left, top = at % 2 * width // 2, at // 2 * height // 2
        picture.paste(colour, (left, top, left + width // 2 + 1, top + height // 2 + 1))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": out.getvalue()}


def colours(photo: Photo) -> list[str]:
    """What is in the corners of a stored photo: above left and right, below left and right."""
    with photo.file.open() as file, Image.open(file) as picture:
        width, height = picture.size
        corners = [(4, 4), (width - 5, 4), (4, height - 5), (width - 5, height - 5)]
        seen = [picture.getpixel(corner) for corner in corners]
    return [
        min(COLOURS, key=lambda one: sum(abs(a - b) for a, b in zip(one[1], pixel, strict=True)))[0]
        for pixel in seen
    ]


def box(room: Room) -> dict[str, float]:
    area = room.host.locator("[data-crop-area]").bounding_box()
    assert area
    return area


def start_cropping(room: Room) -> None:
    room.dialog.get_by_role("button", name="Crop or turn").click()
    room.expect_state("crop")


def use(room: Room) -> None:
    room.dialog.get_by_role("button", name="Use this part").click()
    room.expect_state("photo")


def edge(room: Room, name: str) -> Any:
    return room.dialog.get_by_role("slider", name=name)


def only_photo() -> Photo:
    return Photo.objects.get(erased_at=None)


def test_with_a_mouse_before_anything_is_sent(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.choose(quarters((1200, 900)))
    start_cropping(room)
    expect(room.heading("Crop or turn your photo")).to_be_focused()
    area = box(room)
    # The corner below at the right goes to the middle: what is left is red.
    drag(page, (area["x"] + area["width"], area["y"] + area["height"]), half(area))
    expect(edge(room, "Right edge")).to_have_value("50")
    expect(edge(room, "Bottom edge")).to_have_value("50")
    # Moved by its middle to the right: green.
    quarter = (area["x"] + area["width"] / 4, area["y"] + area["height"] / 4)
    drag(page, quarter, (area["x"] + area["width"], quarter[1]))
    expect(edge(room, "Left edge")).to_have_value("50")
    expect(edge(room, "Right edge")).to_have_value("100")
    # To the left again, by its edge: red and green. A quarter turn brings the red one up.
    drag(page, (area["x"] + area["width"] / 2, quarter[1]), (area["x"], quarter[1]))
    expect(edge(room, "Left edge")).to_have_value("0")
    room.dialog.get_by_role("button", name="Turn right").click()
    expect(room.host.locator("[data-live]")).to_have_text("Turned by 90 degrees.")
    use(room)
    assert shopper.sent() == []
    room.consent.check()
    room.photo_sent()
    assert colours(only_photo()) == ["red", "red", "green", "green"]
    assert (only_photo().width, only_photo().height) == (450, 1200)
    assert len(shopper.sent()) == 1


def half(area: dict[str, float]) -> tuple[float, float]:
    return (area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=4)
    page.mouse.up()


def test_with_the_keyboard(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    page, room = shopper.page, Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.link.focus()
    page.keyboard.press("Enter")
    expect(room.dialog).to_be_visible()
    room.choose(quarters((1200, 900)))
    again = room.dialog.get_by_role("button", name="Crop or turn")
    expect(again).to_be_visible()
    tab_to(page, again)
    page.keyboard.press("Enter")
    room.expect_state("crop")
    tab_to(page, room.dialog.get_by_role("button", name="Turn left"))
    page.keyboard.press("Enter")
    # Turned to the left: green and white above, red and blue below.
    tab_to(page, edge(room, "Top edge"))
    for _ in range(3):
        page.keyboard.press("PageUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    # It stops where as many pixels are left as a photo must have.
    expect(edge(room, "Top edge")).to_have_value(str(round(100 - 25600 / 1200)))
    tab_to(page, room.dialog.get_by_role("button", name="Use this part"))
    page.keyboard.press("Enter")
    room.expect_state("photo")
    expect(room.go).to_be_focused()
    room.consent.check()
    room.photo_sent()
    assert colours(only_photo()) == ["red", "blue", "red", "blue"]
    assert (only_photo().width, only_photo().height) == (900, 256)


def test_with_two_fingers(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE, has_touch=True, is_mobile=True)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.choose(quarters((900, 1200)))
    start_cropping(room)
    area = box(room)
    middle = half(area)
    touch = shopper.context.new_cdp_session(shopper.page)

    def fingers(kind: str, *away: float) -> None:
        points = [{"x": middle[0], "y": middle[1] + one, "id": at} for at, one in enumerate(away)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    reach = area["height"] / 3
    fingers("touchStart", -reach, reach)
    for part in (0.9, 0.7, 0.5):
        fingers("touchMove", -reach * part, reach * part)
    fingers("touchEnd")
    expect(edge(room, "Left edge")).to_have_count(0)
    room.dialog.get_by_text("Set each edge").click()
    for name, value in (("Left", "25"), ("Top", "25"), ("Right", "75"), ("Bottom", "75")):
        expect(edge(room, f"{name} edge")).to_have_value(value)
    # One finger inside moves what two have made smaller: up, as far as it goes.
    touch.send(
        "Input.dispatchTouchEvent",
        {"type": "touchStart", "touchPoints": [{"x": middle[0], "y": middle[1]}]},
    )
    for y in (middle[1] - 20, area["y"]):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": middle[0], "y": y}]},
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(edge(room, "Top edge")).to_have_value("0")
    expect(edge(room, "Bottom edge")).to_have_value("50")
    use(room)
    room.consent.check()
    room.photo_sent()
    assert colours(only_photo()) == ["red", "green", "red", "green"]
    assert (only_photo().width, only_photo().height) == (450, 600)


def test_a_picture_too_narrow_is_cropped_first(visit: Any, dress: Any) -> None:
    shopper = visit(PHONE)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.consent.check()
    room.choose(quarters((4000, 300)))
    room.expect_state("crop")
    expect(room.dialog).to_contain_text("too long and narrow")
    expect(room.dialog.get_by_role("button", name="Whole picture")).to_have_count(0)
    assert shopper.sent() == []
    shopper.shot("crop-narrow")
    use(room)
    room.photo_sent()
    assert (only_photo().width, only_photo().height) == (600, 300)
    assert colours(only_photo()) == ["red", "green", "blue", "white"]


def test_leaving_changes_nothing(visit: Any, dress: Any) -> None:
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.choose(quarters((900, 1200)))
    room.choose(quarters((4000, 300)))
    room.expect_state("crop")
    room.dialog.get_by_role("button", name="Back").click()
    room.expect_state("photo")
    expect(room.dialog.locator("input[type=file]").first).to_be_focused()
    room.choose(quarters((900, 1200)))
    start_cropping(room)
    room.dialog.get_by_role("button", name="Turn right").click()
    room.dialog.get_by_role("button", name="Back").click()
    expect(room.dialog.get_by_role("button", name="Crop or turn")).to_be_focused()
    room.consent.check()
    room.photo_sent()
    assert (only_photo().width, only_photo().height) == (900, 1200)


def test_what_is_cut_off_does_not_stay_at_the_shop(visit: Any, dress: Any) -> None:
    """Who has agreed earlier finds her photo sent at once; its crop takes its place."""
    shopper = visit(DESK)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.consent.check()
    room.choose(quarters((900, 1200)))
    room.photo_sent()
    whole = only_photo()
    start_cropping(room)
    edge(room, "Bottom edge").fill("50")
    use(room)
    room.photo_sent()
    whole.refresh_from_db()
    assert whole.erased_at
    assert (only_photo().width, only_photo().height) == (900, 600)
    assert room.host.locator("[name=photo]").count() == 1

    # One of an earlier visit stays: she may want it again as it was.
    shopper.page.reload()
    room.open()
    start_cropping(room)
    room.dialog.get_by_role("button", name="Turn left").click()
    use(room)
    expect(room.host.locator("[name=photo]")).to_have_count(2)
    kept = Photo.objects.filter(erased_at=None).order_by("created_at")
    assert [(photo.width, photo.height) for photo in kept] == [(900, 600), (600, 900)]


@pytest.mark.parametrize("size", [(12000, 9000), (16320, 12240)], ids=["108-mp", "200-mp"])
def test_photos_of_the_largest_phones_are_shrunk_here(
    visit: Any, dress: Any, size: tuple[int, int], tmp_path: Any
) -> None:
    path = tmp_path / "me.jpg"
    Image.linear_gradient("L").resize(size, Image.Resampling.NEAREST).save(path, quality=60)
    shopper = visit(PHONE)
    room = Room(shopper.page)
    shopper.goto(dress.get_absolute_url())
    room.open()
    room.consent.check()
    room.choose(path)
    room.photo_sent()
    assert (only_photo().width, only_photo().height) == (1600, 1200)
    with only_photo().file.open() as file, Image.open(file) as picture:
        edges = [picture.getpixel((800, y)) for y in (5, 600, 1194)]
    assert [abs(one[0] - want) < 6 for one, want in zip(edges, (1, 128, 254), strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_crop_step_looks_right_everywhere(
    visit: Any, jumper: Any, settings: Any, language: str
) -> None:
    settings.ROOT_URLCONF = "tests.browser.urls"
    shopper = visit(DESK, locale=language)
    room = Room(shopper.page)
    shopper.goto(f"/bare/{jumper.pk}/")
    room.open()
    room.choose()
    room.host.locator("[data-do='crop:open']").click()
    room.expect_state("crop")
    room.host.locator("[data-edges] input").nth(2).fill("70")
    look(shopper, f"crop-{language}", dark=language == "en")
    room.choose(quarters((300, 4000)))
    expect(room.host.locator("[data-crop-why]")).to_be_visible()
    look(shopper, f"crop-narrow-{language}", dark=language == "en")
