from __future__ import annotations

import io

import pytest
from PIL import Image, ImageDraw

from genlook_oscar.emulator.drawing import draw
from genlook_oscar.emulator.drawing import result as drawing
from genlook_oscar.emulator.drawing.cutout import cut_out
from genlook_oscar.emulator.drawing.figure import find_figure
from genlook_oscar.emulator.drawing.placement import kind_of, measured, place

from .conftest import PHOTO, encoded, person, shirt


def near(value: float, expected: float, size: int, share: float = 0.03) -> bool:
    return abs(value - expected) <= share * size


@pytest.mark.parametrize("ground", ["#ffffff", "#eceae6", "#bcd4e6", "#30343a"])
def test_finds_a_person_before_a_plain_ground(ground: str) -> None:
    figure = find_figure(person(ground=ground))
    assert near(figure.axis, 400, 800)
    assert near(figure.chin, 220, 1000)
    assert near(figure.shoulders, 255, 1000)
    assert near(figure.hips, 520, 1000)
    assert near(figure.feet, 950, 1000)
    assert near(figure.eyes, 155, 1000)


def test_finds_a_person_who_stands_aside() -> None:
    photo = Image.new("RGB", (1000, 1000), "#eceae6")
    photo.paste(person(), (200, 0))
    assert near(find_figure(photo).axis, 600, 1000)


def test_a_ground_with_light_and_a_floor_does_not_disturb() -> None:
    photo = person()
    light = Image.radial_gradient("L").resize(photo.size).point([v // 16 for v in range(256)])
    dark = Image.new("RGB", photo.size, "#404040")
    photo.paste(dark, mask=light)
    figure = find_figure(photo)
    assert near(figure.shoulders, 255, 1000)
    assert near(figure.feet, 950, 1000)


def test_finds_a_portrait_by_its_outline() -> None:
    portrait = person((1600, 2000)).crop((400, 60, 1200, 1060))
    figure = find_figure(portrait)
    assert near(figure.chin, 380, 1000)
    assert figure.feet > 1200


def test_finds_a_face_before_an_uneven_ground() -> None:
    photo = Image.effect_noise((800, 1000), 120).convert("RGB")
    ImageDraw.Draw(photo).ellipse((440, 200, 600, 420), fill="#d9a27c")
    figure = find_figure(photo)
    assert near(figure.axis, 520, 800)
    assert near(figure.face_width, 160, 800)
    assert near(figure.chin, 400, 1000, 0.05)


def test_takes_anybody_else_to_stand_in_the_middle() -> None:
    figure = find_figure(Image.effect_noise((800, 1000), 120).convert("RGB"))
    assert near(figure.axis, 400, 800)
    assert 0 < figure.eyes < figure.chin < figure.shoulders < figure.hips


def test_removes_a_plain_ground_and_keeps_the_product() -> None:
    layer = cut_out(shirt(ground="#fafafa"))
    assert near(layer.width, 752, 800, 0.02)
    assert near(layer.height, 774, 900, 0.02)
    alpha = layer.getchannel("A")
    assert alpha.getpixel((layer.width // 2, layer.height // 2)) == 255
    assert alpha.getpixel((2, layer.height - 2)) == 0


def test_keeps_a_white_shirt_on_white_whole() -> None:
    picture = shirt("#ffffff")
    points = [(35, 8), (65, 8), (82, 14), (97, 38), (84, 45), (76, 32), (77, 94)]
    points += [(100 - across, down) for across, down in reversed(points)]
    ImageDraw.Draw(picture).polygon([(8 * a, 9 * d) for a, d in points], outline="#999", width=8)
    layer = cut_out(picture)
    assert layer.getchannel("A").getpixel((layer.width // 2, layer.height // 2)) == 255


def test_opens_what_a_handle_encloses() -> None:
    picture = Image.new("RGB", (800, 900), "white")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((100, 400, 700, 880), fill="#775533")
    pen.arc((250, 50, 550, 750), 180, 360, fill="#775533", width=40)
    layer = cut_out(picture)
    alpha = layer.getchannel("A")
    assert alpha.getpixel((layer.width // 2, 200)) == 0
    assert alpha.getpixel((layer.width // 2, 600)) == 255


def test_looks_through_spectacles() -> None:
    picture = Image.new("RGB", (900, 400), "white")
    for x in (80, 480):
        ImageDraw.Draw(picture).ellipse((x, 60, x + 340, 340), outline="#222", width=30)
    layer = cut_out(picture, see_through=True)
    assert layer.getchannel("A").getpixel((170, 140)) == 0


def test_goes_by_a_pictures_own_transparency() -> None:
    picture = Image.new("RGBA", (400, 400), (255, 255, 255, 0))
    picture.paste((255, 255, 255, 255), (100, 50, 300, 350))
    layer = cut_out(picture)
    assert layer.size == (200, 300)
    assert layer.getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("title", "description", "kind"),
    [
        ("Linen shirt", "", "top"),
        ("Dress shirt", "", "top"),
        ("Shirt dress with belt", "", "dress"),
        ("Straw hat", "", "hat"),
        ("Cap sleeve top", "", "top"),
        ("Baseball caps", "", "hat"),
        ("Round sunglasses (tortoise)", "", "eyewear"),
        ("Denim jacket", "Goes with every dress.", "jacket"),
        ("Trench coat", "", "coat"),
        ("Wide trousers, grey", "", "legs"),
        ("Blaues Sommerkleid", "Ein Kleid.", "dress"),
        ("Ada", "A soft jumper for cold days.", "top"),
        ("Canvas tote bag", "", "bag"),
    ],
)
def test_tells_the_kind_by_its_words(title: str, description: str, kind: str) -> None:
    assert kind_of(title, description, 100, 100) == kind


@pytest.mark.parametrize(
    ("size", "kind"), [((500, 200), "eyewear"), ((300, 900), "dress"), ((300, 300), "top")]
)
def test_tells_the_kind_by_its_shape_when_words_say_nothing(
    size: tuple[int, int], kind: str
) -> None:
    assert kind_of("Ada", "", *size) == kind


def test_each_kind_has_its_place_on_the_body() -> None:
    figure = find_figure(person())
    thing = measured(cut_out(shirt()))

    trousers = measured(Image.new("RGBA", (300, 900), "blue"))

    def span(kind: str) -> tuple[float, float]:
        where = place(kind, figure, trousers if kind == "legs" else thing)
        return where.top, where.bottom

    assert span("hat")[1] < figure.eyes
    assert span("eyewear")[0] < figure.eyes < span("eyewear")[1] < figure.shoulders
    assert figure.chin < span("top")[0] < figure.shoulders
    assert near(span("top")[1], figure.hips, 1000, 0.06)
    assert span("dress")[1] > figure.hips + 100
    assert near(span("legs")[0], figure.hips, 1000, 0.1)
    assert near(span("legs")[1], figure.feet, 1000, 0.06)
    assert near(span("shoes")[1], figure.feet, 1000)
    assert place("bag", figure, thing).axis > figure.axis + figure.hip_width / 2


@pytest.mark.parametrize("step", ["cut_out", "find_figure"])
def test_a_result_is_bounded_and_drawn_from_small_pictures(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sides = []
    whole = getattr(drawing, step)

    def seen(picture: Image.Image, **options: bool) -> object:
        sides.append(max(picture.size))
        return whole(picture, **options)

    monkeypatch.setattr(drawing, step, seen)
    large = encoded(person((1640, 2048)))
    product = encoded(shirt().resize((1800, 2025)))
    drawn = Image.open(io.BytesIO(draw(large, product, "Shirt", "", "")))
    assert max(drawn.size) == 1024
    assert len(sides) == 1
    assert sides[0] <= 1024


def test_every_pixel_far_from_the_product_is_the_persons() -> None:
    result = Image.open(io.BytesIO(draw(PHOTO, encoded(shirt()), "Shirt", "", "")))
    before = Image.open(io.BytesIO(PHOTO))
    for spot in ((400, 150), (370, 800), (20, 20)):
        pair = zip(result.getpixel(spot), before.getpixel(spot), strict=True)  # type: ignore[arg-type]
        assert all(abs(a - b) < 12 for a, b in pair)
