"""What is understood of Genlook's answers, also where its documentation is silent."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from genlook_oscar.api import (
    GenerationStatus,
    ImageFile,
    ProductUpsert,
    Rejected,
    StoredImage,
    StoredProduct,
    Timeouts,
    UnreadableAnswer,
)

from .samples import BY_REFERENCE, PHOTO
from .service import answer, cut, raw

MOMENT = "2026-05-13T10:00:00.000Z"
WHEN = datetime(2026, 5, 13, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("status", [200, 201, 202, 203])
def test_any_success_status_is_success(client, service, status):
    service.play(answer(status, {"generationId": "cm8"}), answer(status, {"imageId": "i"}))
    generation = client.create_try_on(BY_REFERENCE)
    assert generation.generation_id == "cm8"
    assert generation.status is GenerationStatus.PENDING
    assert client.upload_image(PHOTO).image_id == "i"


def test_upload_id_is_opaque_and_its_preview_optional(client, service):
    image_id = "ephemeral/customer/ttl-7d/" + "x" * 400 + ".jpeg"
    service.play(
        answer(201, {"imageId": image_id, "imageUrl": "https://storage.example/p?sig=1"}),
        answer(201, {"imageId": image_id, "imageUrl": None}),
    )
    assert client.upload_image(PHOTO).image_url == "https://storage.example/p?sig=1"
    image = client.upload_image(PHOTO)
    assert (image.image_id, image.image_url) == (image_id, None)


def test_generation_with_everything(client, service):
    service.play(
        answer(
            200,
            {
                "generationId": "cm8",
                "status": "FAILED",
                "errorCode": "PRODUCT_IMAGE_FETCH_FAILED",
                "errorMessage": "no\npicture at https://shop.example/a.jpg?token=abc here",
                "createdAt": MOMENT,
                "updatedAt": "2026-05-13T12:00:00.500+02:00",
            },
        )
    )
    generation = client.generation("cm8")
    assert generation.status is GenerationStatus.FAILED
    assert generation.status.is_final
    assert generation.error_code == "PRODUCT_IMAGE_FETCH_FAILED"
    assert generation.error_message == "no picture at https://shop.example/a.jpg?... here"
    assert generation.created_at == WHEN
    assert generation.updated_at == WHEN.replace(microsecond=500_000)


@pytest.mark.parametrize(
    ("digits", "microsecond"), [(".5", 500_000), (".12345", 123_450), (".123456789", 123_456)]
)
def test_seconds_with_any_number_of_digits(client, service, digits, microsecond):
    body = {
        "generationId": "cm8",
        "status": "PENDING",
        "createdAt": f"2026-05-13T10:00:00{digits}Z",
    }
    service.play(answer(200, body))
    assert client.generation("cm8").created_at == WHEN.replace(microsecond=microsecond)


@pytest.mark.parametrize(
    ("word", "status", "final"),
    [
        ("PENDING", GenerationStatus.PENDING, False),
        ("PROCESSING", GenerationStatus.PROCESSING, False),
        ("COMPLETED", GenerationStatus.COMPLETED, True),
        ("completed", GenerationStatus.COMPLETED, True),
        ("FAILED", GenerationStatus.FAILED, True),
        ("MODERATING", GenerationStatus.PROCESSING, False),
    ],
)
def test_unknown_status_counts_as_still_running(client, service, word, status, final):
    service.play(answer(200, {"generationId": "cm8", "status": word}))
    generation = client.generation("cm8")
    assert (generation.status, generation.status.is_final) == (status, final)
    assert generation.reported_status == word
    assert str(status) == status.value


def test_generation_survives_missing_and_mistyped_optional_fields(client, service):
    service.play(
        answer(200, {"status": "COMPLETED", "resultImageUrl": 7, "createdAt": 12, "errorCode": []}),
        answer(200, {"resultImageUrl": "https://r.example/1", "updatedAt": "yesterday"}),
    )
    first, second = client.generation("cm8"), client.generation("cm9")
    assert (first.generation_id, first.status) == ("cm8", GenerationStatus.COMPLETED)
    assert (first.result_image_url, first.created_at, first.error_code) == (None, None, None)
    assert (second.status, second.updated_at) == (GenerationStatus.COMPLETED, None)
    assert second.result_image_url == "https://r.example/1"


@pytest.mark.parametrize(
    ("http", "body", "status"),
    [
        (200, {"resultImageUrl": "https://r.example/1"}, GenerationStatus.COMPLETED),
        (
            200,
            {"resultImageUrl": "https://r.example/1", "status": "DONE"},
            GenerationStatus.COMPLETED,
        ),
        (200, {"status": "FAILED", "errorCode": "X"}, GenerationStatus.FAILED),
        (200, {}, GenerationStatus.PROCESSING),
        (202, {}, GenerationStatus.PROCESSING),
        (202, {"status": "PENDING"}, GenerationStatus.PENDING),
        (202, {"resultImageUrl": "https://r.example/early"}, GenerationStatus.PROCESSING),
    ],
)
def test_sync_answer_by_status_and_picture(client, service, http, body, status):
    service.play(answer(http, {"generationId": "cm8", **body}))
    generation = client.create_try_on_sync(BY_REFERENCE)
    assert (generation.generation_id, generation.status) == ("cm8", status)
    assert generation.result_image_url == body.get("resultImageUrl")
    assert generation.error_code == body.get("errorCode")


def test_202_means_nothing_special_on_the_plain_try_on(client, service):
    service.play(answer(202, {"generationId": "cm8", "productExternalId": "_anon_1"}))
    generation = client.create_try_on(BY_REFERENCE)
    assert generation.status is GenerationStatus.PENDING
    assert generation.product_external_id == "_anon_1"


def test_product_with_everything(client, service):
    service.play(
        answer(
            200,
            {
                "externalId": "S",
                "title": "T",
                "description": "D",
                "images": [
                    {"sourceUrl": "upload://1", "order": 0, "role": None},
                    {"sourceUrl": "https://shop.example/a.jpg"},
                    "nonsense",
                ],
                "metadata": {"a": 1},
                "validForDays": 15,
                "expiresAt": MOMENT,
                "lastUsedAt": None,
                "createdAt": MOMENT,
                "updatedAt": MOMENT,
                "autoDetectImageRoles": True,
            },
        )
    )
    assert client.product("S") == StoredProduct(
        external_id="S",
        title="T",
        description="D",
        images=(StoredImage("upload://1", 0), StoredImage("https://shop.example/a.jpg", 1)),
        metadata={"a": 1},
        valid_for_days=15,
        expires_at=WHEN,
        last_used_at=None,
        created_at=WHEN,
        updated_at=WHEN,
    )


def test_product_with_its_id_alone(client, service):
    service.play(answer(201, {"externalId": "S", "validForDays": None, "images": None}))
    assert client.upsert_product(ProductUpsert("S")) == StoredProduct("S")


@pytest.mark.parametrize("end", [{"nextCursor": None, "hasMore": False}, {}, {"nextCursor": ""}])
def test_all_products_over_pages_whatever_the_end_looks_like(client, service, end):
    service.play(
        answer(
            200, {"items": [{"externalId": "A"}], "nextCursor": "c1", "hasMore": True, "count": 1}
        ),
        answer(200, {"items": [], "nextCursor": "c2"}),
        answer(200, {"items": [{"externalId": "B"}], **end}),
    )
    found = [product.external_id for product in client.iter_products()]
    assert found == ["A", "B"]
    assert [seen.path.partition("?")[2] for seen in service.seen] == [
        "limit=200",
        "limit=200&cursor=c1",
        "limit=200&cursor=c2",
    ]


def test_a_list_that_goes_round_in_circles_ends(client, service):
    page = {"items": [{"externalId": "A"}], "nextCursor": "c1"}
    service.play(*[answer(200, page)] * 5)
    with pytest.raises(UnreadableAnswer):
        list(client.iter_products())
    assert len(service.seen) == 2


def test_no_content_is_what_erasing_answers(client, service):
    service.play(answer(204), answer(200, {"deleted": True}), answer(200, b"fine"))
    client.erase_customer("u-1")
    client.delete_product("S")
    client.delete_product("S")
    assert len(service.seen) == 3


@pytest.mark.parametrize(("value", "credits"), [(0, 0), (12, 12), (12.0, 12), (-1, -1)])
def test_credits(client, service, value, credits):
    service.play(answer(200, {"creditBalance": value}))
    assert client.credits() == credits


ASK = {
    "uploaded image": lambda client: client.upload_image(PHOTO),
    "new try-on": lambda client: client.create_try_on(BY_REFERENCE),
    "sync try-on": lambda client: client.create_try_on_sync(BY_REFERENCE),
    "upsert": lambda client: client.upsert_product(ProductUpsert("S")),
    "generation": lambda client: client.generation("cm8"),
    "product": lambda client: client.product("S"),
    "list": lambda client: client.list_products(),
    "credits": lambda client: client.credits(),
}
CHANGES = ("uploaded image", "new try-on", "sync try-on", "upsert")

USELESS = {
    "ANSWER_EMPTY": [answer(200, b""), answer(204), answer(200, b" \r\n")],
    "ANSWER_NOT_JSON": [
        answer(200, b"<html>"),
        answer(200, b"[1]"),
        answer(200, b'"x"'),
        answer(200, b"null"),
        answer(200, b"\xff\xfe\x00"),
        answer(200, b"[" * 100_000),
        answer(200, b'{"a": ' * 5_000 + b"1" + b"}" * 5_000),
    ],
    "ANSWER_INCOMPLETE": [
        answer(200, {}),
        answer(200, {"imageId": 1.5, "generationId": None, "externalId": "", "items": {}}),
        answer(200, {"creditBalance": "7", "items": [{"externalId": None}], "status": 3}),
        answer(200, {"creditBalance": True, "items": ["x"]}),
        answer(200, b'{"creditBalance": NaN, "items": [], "hasMore": true}'),
    ],
    "ANSWER_CUT": [
        cut(200, b'{"generationId": "cm8", "imageId"'),
        cut(200, b'{"creditBalance": 7, "generationId": "c", "imageId": "i", "status": "PENDING"}'),
        raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":'),
        raw(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
    ],
}


@pytest.mark.parametrize("name", ASK)
@pytest.mark.parametrize(
    ("code", "step"), [(code, step) for code, steps in USELESS.items() for step in steps]
)
def test_useless_answer_is_an_error_of_its_own(client, service, name, code, step):
    service.play(step)
    with pytest.raises(UnreadableAnswer) as caught:
        ASK[name](client)
    assert caught.value.code == code
    assert caught.value.status in (200, 204)
    assert caught.value.carried_out is (name in CHANGES)


def test_answer_that_stops_in_the_middle_times_out(make_client, service):
    def stop_in_the_middle(handler):
        handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"generationId": "cm8"')
        handler.wfile.flush()
        handler.server.service.over.wait(30)

    service.play(stop_in_the_middle)
    client = make_client(timeouts=Timeouts(read=0.5))
    with pytest.raises(UnreadableAnswer) as caught:
        client.create_try_on(BY_REFERENCE)
    assert (caught.value.code, caught.value.carried_out) == ("ANSWER_TOO_SLOW", True)


def test_endless_answer_is_not_read_to_its_end(client, service):
    def endless(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while not handler.server.service.over.is_set():
                handler.wfile.write(b" " * 1_000_000)
        except OSError:
            handler.close_connection = True

    service.play(endless)
    with pytest.raises(UnreadableAnswer) as caught:
        client.credits()
    assert caught.value.code == "ANSWER_TOO_LARGE"


def test_pictures_and_their_addresses_stay_out_of_reprs(client, service):
    service.play(
        answer(200, {"imageId": "img_secret", "imageUrl": "https://s.example/p?sig=secret"}),
        answer(200, {"status": "COMPLETED", "resultImageUrl": "https://s.example/r?sig=secret"}),
    )
    shown = repr(client.upload_image(PHOTO)) + repr(client.generation("cm8"))
    shown += repr(ImageFile(b"secret", "a.jpg", "image/jpeg")) + repr(BY_REFERENCE)
    assert "secret" not in shown
    assert "ephemeral" not in shown


def test_ids_may_be_numbers(client, service):
    service.play(
        answer(201, {"imageId": 5}),
        answer(201, {"generationId": 1000005, "productExternalId": 7}),
        answer(200, {"generationId": 1000005, "status": "PROCESSING"}),
        answer(200, {"externalId": 7}),
    )
    assert client.upload_image(PHOTO).image_id == "5"
    generation = client.create_try_on(BY_REFERENCE)
    assert (generation.generation_id, generation.product_external_id) == ("1000005", "7")
    assert client.generation("1000005").generation_id == "1000005"
    assert client.product("7").external_id == "7"


@pytest.mark.parametrize(
    "value", [True, 1.5, {"id": "a"}, ["a"], "", "a\x00b", "a\ud800b", "g" * 601]
)
def test_an_id_that_cannot_be_kept_is_no_answer(client, service, value):
    service.play(answer(201, {"generationId": value}))
    with pytest.raises(UnreadableAnswer) as caught:
        client.create_try_on(BY_REFERENCE)
    assert caught.value.carried_out


def test_ids_may_be_long(client, service):
    service.play(answer(201, {"generationId": "g" * 600}), answer(201, {"imageId": "i" * 1000}))
    assert client.create_try_on(BY_REFERENCE).generation_id == "g" * 600
    assert client.upload_image(PHOTO).image_id == "i" * 1000


@pytest.mark.parametrize("other", ["cm9", "", 5, ["cm8"], {}])
def test_an_answer_about_another_generation_is_none(client, service, other):
    url = "https://r.example/of-somebody-else"
    service.play(answer(200, {"generationId": other, "status": "COMPLETED", "resultImageUrl": url}))
    with pytest.raises(UnreadableAnswer) as caught:
        client.generation("cm8")
    assert url not in str(caught.value)


def test_words_are_made_fit_to_be_kept(client, service):
    service.play(
        answer(
            200,
            {
                "status": "FAILED",
                "errorCode": "A\x00B",
                "errorMessage": "half \ud83d of \x1b[2J a pair",
                "resultImageUrl": "https://r.example/\ud800",
            },
        ),
        answer(400, {"code": "A\ud800", "message": "m\x00", "details": [{"path": "a\x00"}]}),
    )
    generation = client.generation("cm8")
    assert (generation.error_code, generation.error_message) == (
        "A\ufffdB",
        "half \ufffd of \ufffd[2J a pair",
    )
    assert generation.result_image_url is None
    with pytest.raises(Rejected) as caught:
        client.create_try_on(BY_REFERENCE)
    assert (caught.value.code, caught.value.message) == ("A\ufffd", "m\ufffd")
    assert caught.value.details[0].path == "a\ufffd"


@pytest.mark.parametrize(("told", "read"), [(10**20, 2**31 - 1), (-(10**20), 1 - 2**31), (7, 7)])
def test_a_balance_beyond_every_column_is_told_as_the_largest(client, service, told, read):
    service.play(answer(200, {"creditBalance": told}))
    assert client.credits() == read
