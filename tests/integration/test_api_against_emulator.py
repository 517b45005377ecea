"""The client and the emulator, two readings of one contract, against each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from genlook_oscar import api
from genlook_oscar.emulator import Control, Emulator
from tests.conftest import picture, wait_until

pytestmark = pytest.mark.anydb

SHIRT = api.ImageFile(picture("#aa3322"), "shirt.jpg", "image/jpeg")
PHOTO = api.ImageFile(picture("#223344", size=(800, 1000)), "me.jpg", "image/jpeg")
TIMEOUTS = api.Timeouts(connect=2.0, read=5.0, total=20.0, sync=20.0)


def inline(external_id: str = "SHIRT 1/ü") -> api.InlineProduct:
    return api.InlineProduct(external_id, "Linen shirt", "Cool", [api.ProductImage(SHIRT)])


@pytest.fixture(scope="module")
def service() -> Iterator[Emulator]:
    with Emulator(generation_seconds=0, requests_per_minute=None) as emulator:
        yield emulator


@pytest.fixture
def control(service: Emulator) -> Control:
    service.control.reset()
    return service.control


@pytest.fixture
def client(service: Emulator, control: Control) -> Iterator[api.Client]:
    with api.Client(
        "gk_api", service.base_url, timeouts=TIMEOUTS, retry=api.RetryPolicy.none()
    ) as client:
        yield client


@pytest.fixture(scope="module")
def pictures_host() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.end_headers()
            self.wfile.write(PHOTO.content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def finished(client: api.Client, generation_id: str) -> api.Generation:
    def ended() -> api.Generation | None:
        generation = client.generation(generation_id)
        return generation if generation.status.is_final else None

    found: api.Generation = wait_until(ended)
    return found


def refusal(kind: type[api.GenlookError], ask: object) -> api.GenlookError:
    with pytest.raises(api.GenlookError) as caught:
        ask()  # type: ignore[operator]
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("post_status", [200, 201])
@pytest.mark.parametrize("style", ["path", "short"])
def test_upload_try_on_result(client, control, post_status, style):
    control.settings(post_status=post_status, image_id_style=style)
    image = client.upload_image(PHOTO, crop=False, external_user_id="u-1", keep_for_days=3)
    assert image.image_url
    request = api.TryOnRequest(
        inline(),
        api.PersonById(image.image_id),
        external_user_id="u-1",
        output=api.Output(watermark=False, keep_for_days=1),
    )
    started = client.create_try_on(request)
    assert started.status is api.GenerationStatus.PENDING
    assert started.product_external_id == "SHIRT 1/ü"
    generation = finished(client, started.generation_id)
    assert generation.status is api.GenerationStatus.COMPLETED
    assert generation.created_at
    assert generation.updated_at
    result = client.download(generation.result_image_url, max_bytes=10_000_000)
    assert result.content_type.startswith("image/")
    assert len(result.content) > 1000
    state = control.state()
    assert (state["images"][0]["externalUserId"], state["images"][0]["keepForDays"]) == ("u-1", 3)
    (made,) = state["generations"]
    assert made["shape"] == "inline"
    assert (made["externalUserId"], made["watermark"], made["keepForDays"]) == ("u-1", False, 1)
    assert state["charged"] == 1


def test_every_product_shape_with_every_person_source(client, control, pictures_host):
    person_id = client.upload_image(PHOTO).image_id
    client.upsert_product(api.ProductUpsert("S", title="S", images=[api.ProductImage(SHIRT)]))
    by_url = api.ProductImage(api.ImageUrl(pictures_host + "/a.jpg"))
    products = [
        api.ProductReference("S"),
        api.InlineProduct("T", "T", "", [by_url, api.ProductImage(SHIRT)]),
        api.OneShotProduct("One", "shot", [api.ProductImage(SHIRT, {"view": "front"})]),
    ]
    persons = [
        api.PersonById(person_id),
        api.PersonByUrl(pictures_host + "/me.jpg"),
        api.PersonFile(PHOTO),
    ]
    for product in products:
        for person in persons:
            started = client.create_try_on(api.TryOnRequest(product, person))
            generation = finished(client, started.generation_id)
            assert generation.status is api.GenerationStatus.COMPLETED
            if isinstance(product, api.OneShotProduct):
                assert started.product_external_id.startswith("_anon_")
                assert client.product(started.product_external_id).title == "One"
    shapes = [made["shape"] for made in control.state()["generations"]]
    assert sorted(set(shapes)) == ["inline", "one-shot", "reference"]
    assert len(shapes) == 9


def test_sync_try_on_finished_late_and_failed(client, control):
    person = api.PersonById(client.upload_image(PHOTO).image_id)
    request = api.TryOnRequest(inline(), person)
    done = client.create_try_on_sync(request)
    assert done.status is api.GenerationStatus.COMPLETED
    assert client.download(done.result_image_url, max_bytes=10_000_000).content

    control.settings(generation_seconds=60, sync_seconds=0.2)
    late = client.create_try_on_sync(request)
    assert not late.status.is_final
    control.advance(61)
    assert finished(client, late.generation_id).status is api.GenerationStatus.COMPLETED

    control.settings(generation_seconds=0, sync_seconds=20, sync_failure="status")
    control.fault("fail", error_code="PRODUCT_IMAGE_FETCH_FAILED", path="/try-on/sync")
    failed = client.create_try_on_sync(request)
    assert failed.status is api.GenerationStatus.FAILED
    assert failed.error_code == "PRODUCT_IMAGE_FETCH_FAILED"

    control.settings(sync_failure="error")
    control.fault("fail", error_code="PRODUCT_IMAGE_FETCH_FAILED", path="/try-on/sync")
    error = refusal(api.Rejected, lambda: client.create_try_on_sync(request))
    assert error.code == "PRODUCT_IMAGE_FETCH_FAILED"


@pytest.mark.parametrize("code", ["PRODUCT_IMAGE_FETCH_FAILED", None])
def test_failed_generation_typed_and_untyped(client, control, code):
    control.fault("fail", **({"error_code": code} if code else {}), error_message="No luck.")
    started = client.create_try_on(api.TryOnRequest(inline(), api.PersonFile(PHOTO)))
    generation = finished(client, started.generation_id)
    assert generation.status is api.GenerationStatus.FAILED
    assert generation.error_code == code
    assert generation.error_message == "No luck."
    assert generation.result_image_url is None


def test_products_from_first_to_last(client):
    assert refusal(api.ProductUnknown, lambda: client.product("a/b")).status == 404
    made = client.upsert_product(
        api.ProductUpsert(
            "a/b",
            title="Shirt",
            description="Cool",
            images=[api.ProductImage(SHIRT)],
            valid_for_days=30,
            metadata={"sku": [1, None]},
        )
    )
    assert (made.external_id, made.title, made.valid_for_days) == ("a/b", "Shirt", 30)
    assert made.expires_at
    assert [image.order for image in made.images] == [0]
    client.upsert_product(api.ProductUpsert("a/b", title="Blouse"))
    kept = client.product("a/b")
    assert (kept.title, kept.description, kept.metadata) == ("Blouse", "Cool", {"sku": [1, None]})
    assert (len(kept.images), kept.valid_for_days) == (1, 30)
    forever = client.upsert_product(api.ProductUpsert("a/b", valid_for_days=None))
    assert (forever.valid_for_days, forever.expires_at) == (None, None)
    client.delete_product("a/b")
    refusal(api.ProductUnknown, lambda: client.delete_product("a/b"))


def test_whole_catalogue_by_cursor(client):
    names = [f"P/{number}" for number in range(7)]
    for name in names:
        client.upsert_product(api.ProductUpsert(name, images=[api.ProductImage(SHIRT)]))
    first = client.list_products(limit=3)
    assert len(first.items) == 3
    assert first.next_cursor
    assert sorted(product.external_id for product in client.iter_products(page_size=3)) == names
    error = refusal(api.Rejected, lambda: client.list_products(limit=1000))
    assert error.code == "VALIDATION_FAILED"
    assert error.details[0].path == "limit"


def test_erasing_a_customer_forgets_the_photo(client, control):
    mine = client.upload_image(PHOTO, external_user_id="me/ü")
    client.upload_image(PHOTO, external_user_id="other")
    client.erase_customer("me/ü")
    client.erase_customer("me/ü")
    assert [image["externalUserId"] for image in control.state()["images"]] == ["other"]
    request = api.TryOnRequest(inline(), api.PersonById(mine.image_id))
    refusal(api.ImageUnknown, lambda: client.create_try_on(request))


def test_what_genlook_forgets_in_time(client, control):
    image = client.upload_image(PHOTO, keep_for_days=1)
    person = api.PersonById(image.image_id)
    client.create_try_on(api.TryOnRequest(inline("S"), person))
    control.advance(2 * 86400)
    by_reference = api.TryOnRequest(api.ProductReference("S"), person)
    refusal(api.ImageUnknown, lambda: client.create_try_on(by_reference))
    control.advance(14 * 86400)
    again = api.PersonById(client.upload_image(PHOTO).image_id)
    by_reference = api.TryOnRequest(api.ProductReference("S"), again)
    refusal(api.ProductUnknown, lambda: client.create_try_on(by_reference))


def test_result_address_that_is_over(client, control):
    control.settings(result_url_seconds=60)
    started = client.create_try_on(api.TryOnRequest(inline(), api.PersonFile(PHOTO)))
    url = finished(client, started.generation_id).result_image_url
    control.advance(61)
    assert refusal(api.NotFound, lambda: client.download(url, max_bytes=10**7)).status == 403
    fresh = client.generation(started.generation_id).result_image_url
    assert client.download(fresh, max_bytes=10**7).content
    refusal(api.Rejected, lambda: client.download(fresh, max_bytes=100))


def test_credits_run_out(client, control):
    control.settings(credits=1)
    assert client.credits() == 1
    request = api.TryOnRequest(inline(), api.PersonFile(PHOTO))
    finished(client, client.create_try_on(request).generation_id)
    assert client.credits() == 0
    error = refusal(api.OutOfCredits, lambda: client.create_try_on(request))
    assert (error.code, error.carried_out) == ("INSUFFICIENT_CREDITS", False)


def test_keys_that_are_not_accepted(service, client):
    with api.Client("gk_invalid_1", service.base_url, retry=api.RetryPolicy.none()) as other:
        assert refusal(api.ConfigurationProblem, other.credits).code == "INVALID_API_KEY"
    assert refusal(api.NotFound, lambda: client.generation("unknown")).carried_out is False


@pytest.mark.parametrize("told", [True, False])
def test_rate_limit(client, control, told):
    control.settings(requests_per_minute=2, retry_after=told)
    client.credits()
    client.credits()
    error = refusal(api.RateLimited, client.credits)
    if told:
        assert 0 < error.retry_after <= 60
    else:
        assert error.retry_after is None


def test_refused_fields_are_named(client):
    request = api.TryOnRequest(inline(), api.PersonFile(PHOTO), output=api.Output(keep_for_days=2))
    error = refusal(api.Rejected, lambda: client.create_try_on(request))
    assert error.code == "VALIDATION_FAILED"
    assert [detail.path for detail in error.details] == ["output.keepForDays"]
    broken = api.ImageFile(b"no picture", "a.jpg", "image/jpeg")
    assert refusal(api.Rejected, lambda: client.upload_image(broken)).code == "INVALID_IMAGE"


@pytest.mark.parametrize(
    ("fault", "kind", "carried_out"),
    [
        ({"kind": "lost_answer"}, api.Unavailable, 1),
        ({"kind": "lost_answer", "reset": True}, api.Unavailable, 1),
        ({"kind": "cut"}, api.UnreadableAnswer, 1),
        ({"kind": "garbage"}, api.UnreadableAnswer, 1),
        ({"kind": "empty"}, api.UnreadableAnswer, 1),
        ({"kind": "error", "status": 500, "carried_out": True}, api.Unavailable, 1),
        ({"kind": "error", "status": 503}, api.Unavailable, 0),
    ],
)
def test_try_on_with_a_broken_answer_is_sent_once_and_said_to_be_uncertain(
    service, control, fault, kind, carried_out
):
    with api.Client("gk_api", service.base_url, timeouts=TIMEOUTS) as client:
        control.fault(method="POST", path="/try-on", times=None, **fault)
        request = api.TryOnRequest(inline(), api.PersonFile(PHOTO))
        error = refusal(kind, lambda: client.create_try_on(request))
    assert error.carried_out is True
    state = control.state()
    assert len(state["generations"]) == carried_out
    assert state["requests"].get("POST /try-on", 1) == 1


def test_try_on_refused_unread_cannot_be_told_from_a_lost_one(service, control):
    with api.Client("gk_api", service.base_url, timeouts=TIMEOUTS) as client:
        control.fault("refuse", path="/try-on", times=None)
        # Small enough to be sent before the refusal is noticed.
        request = api.TryOnRequest(api.ProductReference("S"), api.PersonById("i"))
        error = refusal(api.Unavailable, lambda: client.create_try_on(request))
    assert error.carried_out is True
    assert control.state()["generations"] == []


def test_storm_of_rate_limits_is_ridden_out_and_paid_once(service, control):
    waits: list[float] = []
    policy = api.RetryPolicy(sleep=waits.append)
    with api.Client("gk_api", service.base_url, timeouts=TIMEOUTS, retry=policy) as client:
        control.fault("error", path="/try-on", status=429, code="RATE_LIMITED", retry_after=3)
        control.fault("error", path="/try-on", status=429, code="RATE_LIMITED")
        client.create_try_on(api.TryOnRequest(inline(), api.PersonFile(PHOTO)))
    assert waits[0] >= 3
    assert len(waits) == 2
    assert len(control.state()["generations"]) == 1


def test_service_that_is_down_has_carried_out_nothing(service, control, client):
    request = api.TryOnRequest(inline(), api.PersonFile(PHOTO))
    client.credits()
    service.stop()
    try:
        error = refusal(api.Unavailable, lambda: client.create_try_on(request))
    finally:
        service.start()
    assert (error.code, error.carried_out) == ("NO_CONNECTION", False)
    assert client.create_try_on(request).generation_id
