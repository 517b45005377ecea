from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from PIL import Image

from genlook_oscar.emulator import Emulator

from .conftest import PHOTO, SHIRT, Api, paths, refused


@pytest.fixture
def web() -> Iterator[str]:
    """A web server with a person, a shirt and a page."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            files = {"/me.jpg": PHOTO, "/shirt.jpg": SHIRT, "/page": b"<html></html>"}
            body = files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def by_url(url: str) -> dict[str, Any]:
    return {"externalId": "U", "title": "Shirt", "images": [{"source": {"url": url}}]}


def test_a_generation_goes_its_way_by_the_clock(api: Api) -> None:
    accepted = api.try_on()
    assert accepted.status_code == 201
    assert set(accepted.json()) == {"generationId", "status", "productExternalId"}
    assert accepted.json()["status"] == "PENDING"
    assert accepted.json()["productExternalId"] == "SHIRT-1"
    generation_id = accepted.json()["generationId"]
    pending = api.generation(generation_id)
    assert pending["status"] == "PENDING"
    assert pending["createdAt"] == pending["updatedAt"]
    api.emulator.control.advance(50)
    processing = api.generation(generation_id)
    assert processing["status"] == "PROCESSING"
    assert "resultImageUrl" not in processing
    api.emulator.control.advance(50)
    completed = api.generation(generation_id)
    assert completed["status"] == "COMPLETED"
    assert completed["createdAt"] == pending["createdAt"]
    assert completed["createdAt"] < processing["updatedAt"] < completed["updatedAt"]
    picture = requests.get(completed["resultImageUrl"], timeout=20)
    assert Image.open(io.BytesIO(picture.content)).size == (800, 1000)


def test_a_reference_needs_a_known_product(api: Api) -> None:
    image_id = api.image_id()
    refused(api.reference("SHIRT-1", image_id), 404, "PRODUCT_NOT_FOUND")
    assert api.try_on(image_id).status_code == 201
    assert api.reference("SHIRT-1", image_id).status_code == 201
    shapes = [g["shape"] for g in api.emulator.control.state()["generations"]]
    assert shapes == ["inline", "reference"]


def test_a_one_shot_product_gets_an_id_that_can_be_used_again(api: Api) -> None:
    image_id = api.image_id()
    external_id = api.try_on(image_id, external_id=None).json()["productExternalId"]
    assert external_id.startswith("_anon_")
    assert api.reference(external_id, image_id).status_code == 201
    assert api.get(f"/products/{external_id}").status_code == 200
    assert api.get("/products").json()["items"] == []


def test_an_id_of_the_reserved_kind_is_refused(api: Api) -> None:
    assert paths(api.try_on(external_id="_anon_mine")) == ["products.0.externalId"]
    assert paths(api.register("_anon_mine")) == ["externalId"]


def test_another_accounts_things_are_forbidden(api: Api, make_api: Callable[..., Api]) -> None:
    mine = api.try_on(external_id=None).json()
    other = make_api(api.emulator, "gk_other")
    refused(other.get(f"/generations/{mine['generationId']}"), 403, "FORBIDDEN")
    refused(other.get(f"/products/{mine['productExternalId']}"), 403, "FORBIDDEN")
    refused(other.get("/generations/cm0"), 404, "GENERATION_NOT_FOUND")


def test_the_person_may_travel_with_the_request_and_is_cropped(api: Api) -> None:
    wide = io.BytesIO()
    Image.new("RGB", (1000, 500), "white").save(wide, "JPEG")
    product = {"title": "Shirt", "images": [{"source": {"fileKey": "a"}}]}
    data = {"products": [product], "person": {"image": {"source": {"fileKey": "me"}}}}
    answer = api.send("/try-on", data, {"a": SHIRT, "me": wide.getvalue(), "surplus": b"x"})
    assert answer.status_code == 201
    api.emulator.control.advance(100)
    url = api.generation(answer.json()["generationId"])["resultImageUrl"]
    assert Image.open(io.BytesIO(requests.get(url, timeout=20).content)).size == (400, 500)


def test_the_person_may_be_a_url(api: Api, web: str) -> None:
    data = {"products": [by_url(f"{web}/shirt.jpg")]}

    def ask(url: str) -> requests.Response:
        return api.send("/try-on", {**data, "person": {"image": {"source": {"url": url}}}})

    assert ask(f"{web}/me.jpg").status_code == 201
    refused(ask(f"{web}/gone.jpg"), 400, "CUSTOMER_IMAGE_FETCH_FAILED")
    refused(ask("http://127.0.0.1:9/me.jpg"), 400, "CUSTOMER_IMAGE_FETCH_FAILED")
    refused(ask(f"{web}/page"), 400, "INVALID_IMAGE")
    assert paths(ask("file:///etc/hosts")) == ["person.image.source.url"]


def test_product_pictures_are_fetched_when_it_is_their_time(api: Api, web: str) -> None:
    def outcome(url: str) -> dict[str, Any]:
        person = {"image": {"source": {"id": api.image_id()}}}
        answer = api.send("/try-on", {"products": [by_url(url)], "person": person})
        assert answer.status_code == 201
        api.emulator.control.advance(100)
        return api.generation(answer.json()["generationId"])

    fine = outcome(f"{web}/shirt.jpg")
    assert fine["status"] == "COMPLETED"
    assert requests.get(fine["resultImageUrl"], timeout=20).status_code == 200
    for url in (f"{web}/gone.jpg", f"{web}/page", "http://127.0.0.1:9/shirt.jpg"):
        failed = outcome(url)
        assert failed["status"] == "FAILED"
        assert failed["errorCode"] == "PRODUCT_IMAGE_FETCH_FAILED"
        assert failed["errorMessage"]
        assert "resultImageUrl" not in failed
    assert api.credits() == 999
    assert api.emulator.control.state()["reserved"] == 0


def test_the_mock_title_gives_the_photo_back_unchanged(api: Api) -> None:
    generation_id = api.try_on(title="mock").json()["generationId"]
    url = api.generation(generation_id)["resultImageUrl"]
    assert requests.get(url, timeout=20).content == PHOTO
    assert api.credits() == 999


def test_a_title_that_only_looks_like_the_mock_does_not_count(api: Api) -> None:
    generation_id = api.try_on(title="Mock").json()["generationId"]
    assert api.generation(generation_id)["status"] == "PENDING"


KNOWN = {"products": [{"externalId": "a"}]}


def source(**source: Any) -> dict[str, Any]:
    return {"person": {"image": {"source": source}}}


def product(**product: Any) -> dict[str, Any]:
    return {"products": [product], **source(id="x")}


def images(*images: Any) -> dict[str, Any]:
    return product(images=list(images))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (source(id="x"), "products"),
        ({**source(id="x"), "products": []}, "products"),
        ({**source(id="x"), "products": [{"externalId": "a"}] * 2}, "products"),
        ({**source(id="x"), "products": ["a"]}, "products.0"),
        ({**source(id="x"), "product": {"externalId": ""}}, "product.externalId"),
        ({**source(id="x"), "product": {"images": [{"url": 3}]}}, "product.images.0.url"),
        (product(externalId=5), "products.0.externalId"),
        (product(title=1, images=2), "products.0.title products.0.images"),
        (images("a"), "products.0.images.0"),
        (images({"source": 1}), "products.0.images.0.source"),
        (images({"source": {"url": "ftp://a"}}), "products.0.images.0.source.url"),
        (images({"source": {"url": "http://[a"}}), "products.0.images.0.source.url"),
        (
            images({"source": {"url": "https://a/", "fileKey": "b"}}),
            "products.0.images.0.source",
        ),
        (
            images({"source": {"url": "https://a/"}, "classifications": 1}),
            "products.0.images.0.classifications",
        ),
        ({**KNOWN, "person": {}}, "person.image.source"),
        ({**KNOWN, **source()}, "person.image.source"),
        ({**KNOWN, **source(id="a", url="https://a/")}, "person.image.source"),
        ({**KNOWN, "customer": {"source": {"id": 1}}}, "customer.source.id"),
        (
            {**product(externalId="a"), "output": {"keepForDays": 2, "watermark": "no"}},
            "output.watermark output.keepForDays",
        ),
        ({**product(externalId="a"), "output": {"keepForDays": True}}, "output.keepForDays"),
        ({**product(externalId="a"), "output": 1}, "output"),
        (
            {**product(externalId="a"), "useWatermark": 1, "retentionDays": "7"},
            "useWatermark retentionDays",
        ),
        ({**product(externalId="a"), "externalUserId": 7}, "externalUserId"),
    ],
)
def test_names_each_bad_field(api: Api, body: dict[str, Any], expected: str) -> None:
    assert paths(api.send("/try-on", body)) == expected.split()
    assert api.emulator.control.state()["generations"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (KNOWN, "CUSTOMER_IMAGE_REQUIRED"),
        (images({}), "INVALID_IMAGE_INPUT"),
        (images({"source": {}}), "INVALID_IMAGE_INPUT"),
        (images({"source": {"fileKey": "no"}}), "MULTIPART_FILE_NOT_FOUND"),
        ({**KNOWN, **source(fileKey="no")}, "MULTIPART_FILE_NOT_FOUND"),
    ],
)
def test_has_codes_of_their_own_for_some_defects(api: Api, body: dict[str, Any], code: str) -> None:
    refused(api.send("/try-on", body), 400, code)


def test_a_new_product_needs_a_picture(api: Api) -> None:
    person = source(id=api.image_id())
    items: list[dict[str, Any]] = [
        {"title": "Shirt"},
        {"externalId": "a", "title": "Shirt"},
        {"images": []},
    ]
    for item in items:
        answer = api.send("/try-on", {**person, "products": [item]})
        refused(answer, 400, "PRODUCT_IMAGES_REQUIRED")


def test_a_product_picture_that_is_none_is_refused(api: Api) -> None:
    product = {"externalId": "a", "images": [{"source": {"fileKey": "a"}}]}
    data = {"products": [product], "person": {"image": {"source": {"id": api.image_id()}}}}
    refused(api.send("/try-on", data, {"a": b"no picture"}), 400, "INVALID_IMAGE")


def former(image_id: str) -> list[dict[str, Any]]:
    pictures = [{"fileKey": "front", "role": "top-front"}]
    product = {"externalId": "OLD", "title": "Shirt", "images": pictures}
    rest = {"customerId": "u", "useWatermark": False, "retentionDays": 3}
    return [
        {"product": product, "customer": {"id": image_id}, **rest},
        {"product": product, "customer": {"source": {"id": image_id}}, **rest},
    ]


@pytest.mark.parametrize("shape", [0, 1])
def test_former_names_are_taken(api: Api, shape: int) -> None:
    answer = api.send("/try-on", former(api.image_id())[shape], {"front": SHIRT})
    assert answer.status_code == 201, answer.text
    (generation,) = api.emulator.control.state()["generations"]
    assert generation["externalId"] == "OLD"
    assert generation["externalUserId"] == "u"
    assert generation["watermark"] is False
    assert generation["keepForDays"] == 3


def test_new_names_win_over_former_ones(api: Api) -> None:
    body = {
        **former("gone")[0],
        "products": [{"externalId": "NEW", "images": [{"source": {"fileKey": "front"}}]}],
        "person": {"image": {"source": {"id": api.image_id()}}},
        "externalUserId": "new",
        "output": {"watermark": True, "keepForDays": 1},
    }
    assert api.send("/try-on", body, {"front": SHIRT}).status_code == 201
    (generation,) = api.emulator.control.state()["generations"]
    assert (generation["externalId"], generation["externalUserId"]) == ("NEW", "new")
    assert (generation["watermark"], generation["keepForDays"]) == (True, 1)


def test_unknown_fields_are_ignored(api: Api) -> None:
    assert api.try_on(aiLabel=True, output={"aiLabel": True}).status_code == 201


def test_either_success_status_can_be_had(
    make_emulator: Callable[..., Emulator], make_api: Callable[..., Api]
) -> None:
    api = make_api(make_emulator(post_status=200))
    assert api.upload().status_code == 200
    assert api.register("a").status_code == 200


class TestSync:
    def test_is_held_until_the_end(self, api: Api) -> None:
        api.emulator.control.settings(generation_seconds=0.3)
        answer = api.try_on(path="/try-on/sync")
        assert answer.status_code == 200
        assert answer.json()["status"] == "COMPLETED"
        assert answer.json()["productExternalId"] == "SHIRT-1"
        assert requests.get(answer.json()["resultImageUrl"], timeout=20).ok

    def test_gives_up_waiting_after_its_time(self, api: Api) -> None:
        api.emulator.control.settings(sync_seconds=0.2)
        answer = api.try_on(path="/try-on/sync")
        assert answer.status_code == 202
        assert answer.json()["status"] in ("PENDING", "PROCESSING")
        assert "resultImageUrl" not in answer.json()
        api.emulator.control.advance(100)
        assert api.generation(answer.json()["generationId"])["status"] == "COMPLETED"

    def test_waits_by_the_emulators_clock(self, api: Api) -> None:
        image_id = api.image_id()
        answers: list[requests.Response] = []
        waiting = Thread(target=lambda: answers.append(api.try_on(image_id, path="/try-on/sync")))
        waiting.start()
        while not api.emulator.control.state()["generations"]:
            pass
        api.emulator.control.advance(100)
        waiting.join(10)
        assert answers[0].status_code == 200

    def test_shows_a_failure_in_either_way(self, api: Api) -> None:
        control = api.emulator.control
        control.settings(generation_seconds=0, failure_mode="typed")
        refused(api.try_on(path="/try-on/sync"), 422, "PRODUCT_IMAGE_FETCH_FAILED")
        control.settings(failure_mode="untyped")
        refused(api.try_on(path="/try-on/sync"), 422, "GENERATION_FAILED")
        control.settings(sync_failure="status")
        answer = api.try_on(path="/try-on/sync")
        assert answer.status_code == 200
        assert answer.json()["status"] == "FAILED"
        assert "errorCode" not in answer.json()
