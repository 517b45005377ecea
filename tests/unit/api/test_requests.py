"""What goes over the wire, endpoint by endpoint."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
import requests

from genlook_oscar import __version__
from genlook_oscar.api import (
    PRODUCTION_URL,
    Client,
    ConfigurationProblem,
    ImageFile,
    ImageUrl,
    Output,
    PersonByUrl,
    PersonFile,
    ProductImage,
    ProductReference,
    ProductUpsert,
    Rejected,
    TryOnRequest,
)

from .conftest import KEY
from .samples import BY_REFERENCE, FRONT, INLINE, ONE_SHOT, PERSON, PHOTO
from .service import answer

GENERATION = {"generationId": "cm8", "status": "PENDING", "productExternalId": "SHIRT-1"}


def test_every_request_carries_key_and_versioned_agent(client, service):
    service.play(answer(200, {"creditBalance": 7}))
    client.credits()
    seen = service.seen[0]
    assert (seen.method, seen.path) == ("GET", "/tryon/v1/account/credits")
    assert seen.headers["x-api-key"] == KEY
    assert seen.headers["user-agent"].startswith(f"genlook-oscar/{__version__} ")
    assert seen.headers["accept"] == "application/json"
    assert "authorization" not in seen.headers


def test_try_on_by_reference_is_json_with_nothing_unset(client, service):
    service.play(answer(201, GENERATION))
    client.create_try_on(BY_REFERENCE)
    seen = service.seen[0]
    assert (seen.method, seen.path) == ("POST", "/tryon/v1/try-on")
    assert seen.headers["content-type"] == "application/json"
    assert seen.json == {
        "products": [{"externalId": "SHIRT-1"}],
        "person": {"image": {"source": {"id": PERSON.image_id}}},
    }


def test_try_on_with_every_choice(client, service):
    service.play(answer(200, GENERATION))
    client.create_try_on(
        TryOnRequest(
            ProductReference("SHIRT-1"),
            PersonByUrl("https://shop.example/me.jpg"),
            external_user_id="u-1",
            output=Output(watermark=False, keep_for_days=3),
        )
    )
    assert service.seen[0].json == {
        "products": [{"externalId": "SHIRT-1"}],
        "person": {"image": {"source": {"url": "https://shop.example/me.jpg"}}},
        "externalUserId": "u-1",
        "output": {"watermark": False, "keepForDays": 3},
    }


def test_one_choice_of_output_leaves_the_other_to_the_account(client, service):
    service.play(answer(200, GENERATION), answer(200, GENERATION))
    for output in (Output(keep_for_days=1), Output()):
        client.create_try_on(TryOnRequest(ProductReference("S"), PERSON, output=output))
    assert service.seen[0].json["output"] == {"keepForDays": 1}
    assert "output" not in service.seen[1].json


def test_one_shot_product_has_no_id_and_no_empty_description(client, service):
    service.play(answer(200, GENERATION))
    client.create_try_on(TryOnRequest(ONE_SHOT, PERSON))
    assert service.seen[0].json["products"] == [
        {"title": "Hat", "images": [{"source": {"url": "https://shop.example/hat.jpg"}}]}
    ]


def test_bytes_of_product_and_person_travel_as_parts_named_by_file_key(client, service):
    service.play(answer(200, GENERATION))
    client.create_try_on(TryOnRequest(INLINE, PersonFile(PHOTO)))
    form = service.seen[0].form
    headers, data = form["data"]
    assert "filename" not in headers["Content-Disposition"]
    document = json.loads(data)
    assert document["products"] == [
        {
            "externalId": "SHIRT-1",
            "title": "Linen shirt",
            "description": "Cool in summer",
            "images": [
                {"source": {"fileKey": "product_0"}, "classifications": {"view": "front"}},
                {"source": {"url": "https://shop.example/back.jpg"}},
            ],
        }
    ]
    person_key = document["person"]["image"]["source"]["fileKey"]
    assert set(form) == {"data", "product_0", person_key}
    assert form["product_0"][1] == FRONT.content
    headers, content = form[person_key]
    assert content == PHOTO.content
    assert headers["Content-Type"] == "image/jpeg"
    assert 'filename="photo.jpg"' in headers["Content-Disposition"]


def test_sync_try_on_has_its_own_path_and_the_same_body(client, service):
    service.play(answer(202, GENERATION), answer(202, GENERATION))
    client.create_try_on(BY_REFERENCE)
    client.create_try_on_sync(BY_REFERENCE)
    assert service.seen[1].path == "/tryon/v1/try-on/sync"
    assert service.seen[1].json == service.seen[0].json


def test_upload_sends_only_what_was_chosen(client, service):
    service.play(answer(201, {"imageId": "i"}), answer(201, {"imageId": "i"}))
    client.upload_image(PHOTO)
    client.upload_image(PHOTO, crop=False, external_user_id="u-1", keep_for_days=1)
    plain, full = service.seen
    assert (plain.method, plain.path) == ("POST", "/tryon/v1/images/upload")
    assert set(plain.form) == {"file"}
    assert {name: content for name, (_, content) in full.form.items()} == {
        "file": PHOTO.content,
        "crop": b"false",
        "externalUserId": b"u-1",
        "keepForDays": b"1",
    }


def test_large_and_oddly_named_file_arrives_whole(client, service):
    service.play(answer(201, {"imageId": "i"}))
    photo = ImageFile(bytes(range(256)) * 12_000, 'Zoë "x"\r\n.jpg', "image/jpeg")
    client.upload_image(photo, crop=True)
    headers, content = service.seen[0].form["file"]
    assert content == photo.content
    assert "%0D%0A" in headers["Content-Disposition"]
    assert service.seen[0].form["crop"][1] == b"true"


@pytest.mark.parametrize(
    ("upsert", "body"),
    [
        (ProductUpsert("S"), {"externalId": "S"}),
        (ProductUpsert("S", valid_for_days=None), {"externalId": "S", "validForDays": None}),
        (
            ProductUpsert(
                "S",
                title="T",
                description="",
                images=[ProductImage(ImageUrl("https://shop.example/a.jpg"))],
                valid_for_days=30,
                metadata={"season": ["ß", 1]},
            ),
            {
                "externalId": "S",
                "title": "T",
                "description": "",
                "images": [{"source": {"url": "https://shop.example/a.jpg"}}],
                "validForDays": 30,
                "metadata": {"season": ["ß", 1]},
            },
        ),
    ],
)
def test_upsert_tells_unset_from_for_ever(client, service, upsert, body):
    service.play(answer(200, {"externalId": "S"}))
    client.upsert_product(upsert)
    assert (service.seen[0].method, service.seen[0].path) == ("POST", "/tryon/v1/products")
    assert service.seen[0].json == body


def test_upsert_with_bytes_is_a_form(client, service):
    service.play(answer(200, {"externalId": "S"}))
    client.upsert_product(ProductUpsert("S", images=[ProductImage(FRONT), ProductImage(PHOTO)]))
    form = service.seen[0].form
    keys = [entry["source"]["fileKey"] for entry in json.loads(form["data"][1])["images"]]
    assert [form[key][1] for key in keys] == [FRONT.content, PHOTO.content]


def test_list_sends_limit_and_cursor_when_given(client, service):
    service.play(answer(200, {"items": []}), answer(200, {"items": []}))
    client.list_products()
    client.list_products(limit=200, cursor="a/b=&c")
    assert service.seen[0].path == "/tryon/v1/products"
    assert service.seen[1].path == "/tryon/v1/products?limit=200&cursor=a%2Fb%3D%26c"


@pytest.mark.parametrize(
    "identifier",
    ["SHIRT-1", "a/b", "../x", "a/../b", "ü ß", "100%", "%2e%2e", "a?b#c", "+&;", ".a"],
)
def test_id_is_one_encoded_segment_of_the_path(client, service, identifier):
    body = {"externalId": "S", "status": "PENDING"}
    service.play(*[answer(200, body)] * 4)
    client.product(identifier)
    client.generation(identifier)
    client.delete_product(identifier)
    client.erase_customer(identifier)
    collections = ["products", "generations", "products", "customers"]
    assert [seen.method for seen in service.seen] == ["GET", "GET", "DELETE", "DELETE"]
    for seen, collection in zip(service.seen, collections, strict=True):
        prefix, _, segment = seen.path.rpartition("/")
        assert prefix == f"/tryon/v1/{collection}"
        assert unquote(segment) == identifier


@pytest.mark.parametrize("identifier", ["", ".", "..", "\udcff"])
def test_id_that_would_address_something_else_is_never_sent(client, service, identifier):
    for ask in (client.product, client.generation, client.delete_product, client.erase_customer):
        with pytest.raises(Rejected) as caught:
            ask(identifier)
        assert caught.value.code == "INVALID_ID"
    assert not service.seen


def test_base_url_may_end_in_a_slash(make_client, service):
    service.play(answer(200, {"creditBalance": 1}))
    assert make_client(service.url + "/").credits() == 1
    assert service.seen[0].path == "/tryon/v1/account/credits"


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.genlook.app/tryon/v1",
        "ftp://host/x",
        "http://",
        "http://u:p@host/x",
        "https://host/x?a=1",
        "https://host/#x",
        "http://host:99999/",
        "http://[::1/",
    ],
)
def test_unusable_base_url_is_a_configuration_problem(base_url):
    with pytest.raises(ConfigurationProblem) as caught:
        Client(KEY, base_url)
    assert caught.value.code == "INVALID_BASE_URL"
    assert not caught.value.carried_out


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("", "MISSING_API_KEY"),
        (" \n", "MISSING_API_KEY"),
        ("gk_a\r\nb", "INVALID_API_KEY"),
        ("gk_ä", "INVALID_API_KEY"),
        ("gk a", "INVALID_API_KEY"),
    ],
)
def test_unusable_key_is_a_configuration_problem(key, code):
    with pytest.raises(ConfigurationProblem) as caught:
        Client(key)
    assert caught.value.code == code


def test_white_space_around_the_key_is_dropped(service):
    service.play(answer(200, {"creditBalance": 1}))
    with Client(f" {KEY}\n", service.url) as client:
        client.credits()
    assert service.seen[0].headers["x-api-key"] == KEY


def test_production_is_the_default():
    with Client(KEY) as client:
        assert PRODUCTION_URL in repr(client)


def test_a_plain_requests_session_can_carry_the_requests(make_client, service):
    service.play(answer(201, GENERATION), answer(302, {}, Location=service.url + "/elsewhere"))
    with requests.Session() as session:
        client = make_client(transport=session)
        assert client.create_try_on(BY_REFERENCE).generation_id == "cm8"
        with pytest.raises(ConfigurationProblem):
            client.credits()
    assert len(service.seen) == 2


def test_credentials_of_a_netrc_are_not_sent(client, service, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    service.play(answer(200, {"creditBalance": 1}))
    client.credits()
    assert "authorization" not in service.seen[0].headers
