from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from .conftest import DAY, SHIRT, Api, paths, refused


def test_a_registered_product_is_shown_as_documented(api: Api) -> None:
    answer = api.register("SKU/1", metadata={"color": "red"})
    assert answer.status_code == 201
    product = api.get("/products/SKU%2F1").json()
    assert product == answer.json()
    assert set(product) == {
        "externalId",
        "title",
        "description",
        "images",
        "metadata",
        "validForDays",
        "expiresAt",
        "lastUsedAt",
        "createdAt",
        "updatedAt",
    }
    assert product["images"] == [{"sourceUrl": "https://shop.example/shirt.jpg", "order": 0}]
    assert product["metadata"] == {"color": "red"}
    assert (product["validForDays"], product["expiresAt"], product["lastUsedAt"]) == (None,) * 3


def test_bytes_are_shown_as_an_opaque_reference(api: Api) -> None:
    data = {"externalId": "a", "images": [{"source": {"fileKey": "front"}}]}
    product = api.send("/products", data, {"front": SHIRT}).json()
    assert product["images"][0]["sourceUrl"].startswith("upload://")
    assert (product["title"], product["description"]) == ("", "")


def test_an_update_keeps_what_is_left_out_and_replaces_all_pictures(api: Api) -> None:
    urls = ["https://shop.example/1.jpg", "https://shop.example/2.jpg"]
    api.register("a", images=[{"source": {"url": url}} for url in urls], metadata={"a": 1})
    api.emulator.control.advance(1)
    product = api.send("/products", {"externalId": "a", "title": "New"}).json()
    assert product["title"] == "New"
    assert product["description"] == "Cool in summer."
    assert [image["order"] for image in product["images"]] == [0, 1]
    assert product["metadata"] == {"a": 1}
    assert product["updatedAt"] > product["createdAt"]
    product = api.register("a", images=[{"source": {"url": urls[1]}}]).json()
    assert [image["sourceUrl"] for image in product["images"]] == [urls[1]]


def test_former_shapes_of_pictures_are_taken(api: Api) -> None:
    url = "https://shop.example/1.jpg"
    flat = api.send("/products", {"externalId": "a", "images": [{"url": url, "role": "top"}]})
    assert flat.json()["images"][0]["sourceUrl"] == url
    oldest = api.send("/products", {"externalId": "b", "imageUrls": [url]})
    assert oldest.json()["images"][0]["sourceUrl"] == url
    assert paths(api.send("/products", {"externalId": "b", "imageUrls": ["x"]})) == [
        "imageUrls.0.url"
    ]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"validForDays": 0}, "validForDays"),
        ({"validForDays": 366}, "validForDays"),
        ({"validForDays": 1.5}, "validForDays"),
        ({"validForDays": True}, "validForDays"),
        ({"metadata": [1]}, "metadata"),
        ({"title": 4}, "title"),
        ({"images": [{"source": {"url": "shirt.jpg"}}]}, "images.0.source.url"),
    ],
)
def test_names_a_bad_field(api: Api, fields: dict[str, Any], path: str) -> None:
    assert paths(api.register("a", **fields)) == [path]


def test_an_id_and_a_picture_are_needed(api: Api) -> None:
    refused(api.send("/products", {"title": "Shirt"}), 400, "EXTERNAL_ID_REQUIRED")
    refused(api.send("/products", {"externalId": "a"}), 400, "PRODUCT_IMAGES_REQUIRED")
    refused(api.register("a", images=[{}]), 400, "INVALID_IMAGE_INPUT")
    refused(
        api.register("a", images=[{"source": {"fileKey": "x"}}]), 400, "MULTIPART_FILE_NOT_FOUND"
    )


def test_a_deleted_product_is_gone_but_its_generations_stay(api: Api) -> None:
    generation_id = api.try_on().json()["generationId"]
    answer = api.delete("/products/SHIRT-1")
    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.get("/products/SHIRT-1"), 404, "PRODUCT_NOT_FOUND")
    refused(api.delete("/products/SHIRT-1"), 404, "PRODUCT_NOT_FOUND")
    api.emulator.control.advance(100)
    assert "resultImageUrl" in api.generation(generation_id)


def test_the_list_comes_in_pages(api: Api) -> None:
    for number in range(5):
        api.register(f"P{number}")
    seen, cursor, sizes = [], None, []
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = api.get("/products", params=query).json()
        seen += [item["externalId"] for item in page["items"]]
        sizes.append(page["count"])
        assert page["hasMore"] == (page["nextCursor"] is not None)
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == ["P0", "P1", "P2", "P3", "P4"]
    assert sizes == [2, 2, 1]


def test_a_cursor_stays_good_when_its_product_is_deleted(api: Api) -> None:
    for number in range(4):
        api.register(f"P{number}")
    cursor = api.get("/products", params={"limit": 2}).json()["nextCursor"]
    api.delete("/products/P1")
    page = api.get("/products", params={"limit": 2, "cursor": cursor}).json()
    assert [item["externalId"] for item in page["items"]] == ["P2", "P3"]


@pytest.mark.parametrize("limit", ["0", "201", "many", "-1"])
def test_the_pages_size_is_bounded(api: Api, limit: str) -> None:
    assert paths(api.get("/products", params={"limit": limit})) == ["limit"]


def test_a_made_up_cursor_is_refused(api: Api) -> None:
    assert paths(api.get("/products", params={"cursor": "bm9wZQ=="})) == ["cursor"]


def test_accounts_do_not_share_products(api: Api) -> None:
    api.register("a")
    api.session.headers["x-api-key"] = "gk_another"
    assert api.get("/products").json()["items"] == []
    refused(api.get("/products/a"), 404, "PRODUCT_NOT_FOUND")


class TestLives:
    @staticmethod
    def survives(api: Api, external_id: str, days: float) -> bool:
        api.emulator.control.advance(days * DAY)
        return api.get(f"/products/{external_id}").status_code == 200

    def test_an_inline_product_lives_for_fifteen_days(self, api: Api) -> None:
        api.try_on()
        assert self.survives(api, "SHIRT-1", 14.99)
        assert not self.survives(api, "SHIRT-1", 0.02)
        assert api.emulator.control.state()["products"] == []

    def test_a_one_shot_product_lives_for_seven_days(self, api: Api) -> None:
        external_id = api.try_on(external_id=None).json()["productExternalId"]
        assert self.survives(api, external_id, 6.99)
        assert not self.survives(api, external_id, 0.02)

    def test_a_registered_product_lives_for_ever(self, api: Api) -> None:
        api.register("a")
        assert self.survives(api, "a", 1000)

    def test_a_registered_product_lives_for_its_days(self, api: Api) -> None:
        product = api.register("a", validForDays=30).json()
        life = datetime.fromisoformat(product["expiresAt"][:-1]) - datetime.fromisoformat(
            product["createdAt"][:-1]
        )
        assert life.days == 30
        assert self.survives(api, "a", 29.99)
        assert not self.survives(api, "a", 0.02)

    def test_null_gives_eternal_life_back(self, api: Api) -> None:
        api.register("a", validForDays=1)
        assert api.register("a", validForDays=None).json()["expiresAt"] is None
        assert self.survives(api, "a", 50)

    def test_each_use_starts_the_life_anew(self, api: Api) -> None:
        api.try_on()
        for _ in range(3):
            assert self.survives(api, "SHIRT-1", 10)
            assert api.reference("SHIRT-1", api.image_id()).status_code == 201
        product = api.get("/products/SHIRT-1").json()
        assert product["lastUsedAt"] > product["updatedAt"]
        assert self.survives(api, "SHIRT-1", 14.9)
        assert not self.survives(api, "SHIRT-1", 0.2)

    def test_registering_an_inline_product_makes_it_stay(self, api: Api) -> None:
        api.try_on()
        api.send("/products", {"externalId": "SHIRT-1"})
        assert self.survives(api, "SHIRT-1", 100)

    def test_an_inline_try_on_leaves_a_registered_products_life_alone(self, api: Api) -> None:
        api.register("SHIRT-1")
        api.try_on()
        assert self.survives(api, "SHIRT-1", 100)

    def test_a_product_may_come_back_after_its_end(self, api: Api) -> None:
        api.try_on()
        assert not self.survives(api, "SHIRT-1", 16)
        refused(api.reference("SHIRT-1", api.image_id()), 404, "PRODUCT_NOT_FOUND")
        assert api.try_on().status_code == 201
        assert api.get("/products/SHIRT-1").status_code == 200
