from __future__ import annotations

import io
from collections.abc import Callable

import requests
from PIL import Image, ImageChops

from genlook_oscar.emulator import Emulator

from .conftest import PHOTO, Api


def result_url(api: Api, **body: object) -> str:
    generation_id = api.try_on(**body).json()["generationId"]  # type: ignore[arg-type]
    api.emulator.control.advance(100)
    return str(api.generation(generation_id)["resultImageUrl"])


def fetched(url: str) -> Image.Image:
    answer = requests.get(url, timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def changed_box(image: Image.Image) -> tuple[int, int, int, int] | None:
    apart = ImageChops.difference(image, Image.open(io.BytesIO(PHOTO)).convert("RGB"))
    return apart.convert("L").point([255 if value > 40 else 0 for value in range(256)]).getbbox()


def test_the_result_is_the_person_with_the_product_and_a_mark(api: Api) -> None:
    result = fetched(result_url(api))
    assert result.size == (800, 1000)
    red = result.getpixel((400, 400))
    assert isinstance(red, tuple)
    assert red[0] > 140 > red[2]
    corner = ImageChops.difference(
        result.crop((650, 960, 800, 1000)),
        Image.open(io.BytesIO(PHOTO)).convert("RGB").crop((650, 960, 800, 1000)),
    )
    assert any(corner.convert("L").histogram()[100:])
    head = changed_box(result.crop((0, 0, 800, 1000)).copy())
    assert head is not None
    assert head[1] > 200, "the shirt covers the face"


def test_the_url_is_signed_and_ends(api: Api) -> None:
    url = result_url(api)
    assert requests.get(url, timeout=20).ok
    assert requests.get(url.replace("signature=", "signature=0"), timeout=20).status_code == 403
    assert requests.get(url.partition("?")[0], timeout=20).status_code == 403
    odd = requests.get(url.partition("&")[0] + "&signature=%C3%A9", timeout=20)
    assert odd.status_code == 403
    later = url.replace("expires=1", "expires=2")
    assert requests.get(later, timeout=20).status_code == 403
    api.emulator.control.advance(901)
    ended = requests.get(url, timeout=20)
    assert ended.status_code == 403
    assert ended.headers["Content-Type"] == "application/xml"


def test_each_status_call_signs_a_fresh_url(api: Api) -> None:
    api.emulator.control.settings(result_url_seconds=30)
    generation_id = api.try_on().json()["generationId"]
    api.emulator.control.advance(100)
    first = api.generation(generation_id)["resultImageUrl"]
    api.emulator.control.advance(31)
    assert requests.get(first, timeout=20).status_code == 403
    assert requests.get(api.generation(generation_id)["resultImageUrl"], timeout=20).ok


def test_the_url_leads_back_to_the_host_that_was_asked(api: Api) -> None:
    port = api.emulator.root_url.rpartition(":")[2]
    generation_id = api.try_on(title="mock").json()["generationId"]
    url = f"http://localhost:{port}/tryon/v1/generations/{generation_id}"
    answer = requests.get(url, headers={"x-api-key": "gk_shop"}, timeout=20)
    assert answer.json()["resultImageUrl"].startswith(f"http://localhost:{port}/results/")


def test_a_result_is_drawn_once(api: Api) -> None:
    url = result_url(api)
    first = requests.get(url, timeout=20).content
    assert requests.get(url, timeout=20).content == first


def test_a_key_sent_to_the_storage_is_noticed(api: Api) -> None:
    url = result_url(api)
    requests.get(url, timeout=20)
    requests.get(url, headers={"x-api-key": "gk_shop"}, timeout=20)
    log = [r for r in api.emulator.control.requests() if r["endpoint"] == "/results/{id}"]
    assert [entry["key_sent"] for entry in log] == [False, True]


def test_drawing_can_be_switched_off(
    make_emulator: Callable[..., Emulator], make_api: Callable[..., Api]
) -> None:
    api = make_api(make_emulator(draw=False))
    answer = requests.get(result_url(api), timeout=20)
    assert len(answer.content) < 1000
    assert Image.open(io.BytesIO(answer.content)).size == (32, 40)


def test_the_accounts_logo_is_put_on_unless_told_otherwise(api: Api) -> None:
    def lower_left(image: Image.Image) -> Image.Image:
        return image.crop((0, 940, 300, 1000))

    plain = lower_left(fetched(result_url(api)))
    unaffected = lower_left(fetched(result_url(api, output={"watermark": True})))
    assert not ImageChops.difference(plain, unaffected).getbbox()
    api.emulator.control.settings(logo="Atelier Oscar")
    for body in ({}, {"output": {"watermark": True}}, {"useWatermark": True}):
        marked = lower_left(fetched(result_url(api, **body)))
        assert ImageChops.difference(plain, marked).getbbox()
    for body in ({"output": {"watermark": False}}, {"useWatermark": False}):
        skipped = lower_left(fetched(result_url(api, **body)))
        assert not ImageChops.difference(plain, skipped).getbbox()


def test_a_product_of_any_picture_can_be_drawn(api: Api) -> None:
    """Photos without a plain ground, transparent ones, tiny ones, one-coloured ones."""
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    clear = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    odd = [noise, clear, Image.new("RGB", (16, 900)), Image.new("L", (20, 20), 255)]
    image_id = api.image_id()
    for number, picture in enumerate(odd):
        out = io.BytesIO()
        picture.save(out, "PNG")
        product = {"title": "Coat", "images": [{"source": {"fileKey": "a"}}]}
        body = {"products": [product], "person": {"image": {"source": {"id": image_id}}}}
        accepted = api.send("/try-on", body, {"a": out.getvalue()})
        api.emulator.control.advance(100)
        url = api.generation(accepted.json()["generationId"])["resultImageUrl"]
        assert fetched(url).size == (800, 1000), number


def test_the_snapshot_of_the_product_is_what_is_drawn(api: Api) -> None:
    image_id = api.image_id()
    generation_id = api.try_on(image_id).json()["generationId"]
    other = io.BytesIO()
    Image.new("RGB", (300, 300), "#0000ff").save(other, "PNG")
    data = {"externalId": "SHIRT-1", "images": [{"source": {"fileKey": "a"}}]}
    assert api.send("/products", data, {"a": other.getvalue()}).status_code == 201
    api.emulator.control.advance(100)
    middle = fetched(api.generation(generation_id)["resultImageUrl"]).getpixel((400, 400))
    assert isinstance(middle, tuple)
    assert middle[0] > 140 > middle[2]
