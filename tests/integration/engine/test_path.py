"""The way of a try-on, against a Genlook service over real HTTP."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from genlook_oscar.engine import tryons
from genlook_oscar.engine.provenance import DIGITAL_SOURCE_TYPE
from genlook_oscar.models import Account, Photo, ProductLink, TryOn

pytestmark = pytest.mark.django_db

Status = TryOn.Status


def only(emulator):
    (generation,) = emulator.control.state()["generations"]
    return generation


def test_a_click_ends_in_a_picture(emulator, click, drain):
    tryon = click()
    assert tryon.status == Status.QUEUED
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert tryon.charge == TryOn.Charge.SETTLED
    assert tryon.live_key is None
    with tryon.result.open() as file, Image.open(file) as image:
        assert image.format == "JPEG"
        assert min(image.size) > 200
    assert emulator.control.state()["charged"] == 1


def test_the_picture_says_in_its_file_that_ai_made_it(emulator, click, drain):
    tryon = click()
    drain()
    tryon.refresh_from_db()
    with tryon.result.open() as file:
        content = file.read()
    assert DIGITAL_SOURCE_TYPE.encode() in content
    with Image.open(io.BytesIO(content)) as image:
        assert DIGITAL_SOURCE_TYPE in image.info["xmp"].decode()


def test_the_same_again_costs_nothing(emulator, click, drain, shopper, product, photo):
    first = click()
    drain()
    before = emulator.control.state()["requests"]
    again = tryons.request(shopper, product, photo)
    assert again.reused
    assert again.tryon.pk == first.pk
    assert drain() == 0
    assert emulator.control.state()["requests"] == before


def test_the_same_while_it_is_being_made_is_the_same(emulator, click):
    assert click().pk == click().pk


def test_one_click_sent_twice_is_one_tryon(emulator, click, drain):
    first = click(idempotency_key="k1")
    drain()
    second = click(idempotency_key="k1")
    assert second.pk == first.pk


def test_a_result_past_its_days_is_made_anew(emulator, click, drain, pass_time, shopper, product):
    first = click()
    drain()
    TryOn.objects.filter(pk=first.pk).update(expires_at=first.created_at)
    assert click().pk != first.pk


def test_another_product_uploads_no_photo_again(emulator, click, drain, make_product):
    click()
    drain()
    click(product=make_product("Felt hat", "#335533"))
    drain()
    requests = emulator.control.state()["requests"]
    assert requests["POST /images/upload"] == 1
    assert requests["POST /try-on"] == 2


def test_the_first_time_inline_then_by_reference(emulator, click, drain, product, make_photo):
    click()
    drain()
    assert only(emulator)["shape"] == "inline"
    click(photo=make_photo("#112233"))
    drain()
    shapes = [generation["shape"] for generation in emulator.control.state()["generations"]]
    assert sorted(shapes) == ["inline", "reference"]


def test_changed_content_goes_inline_again(emulator, click, drain, product, make_photo):
    click()
    drain()
    product.title = "Linen shirt, new cut"
    product.save()
    click(photo=make_photo("#112233"))
    drain()
    shapes = [generation["shape"] for generation in emulator.control.state()["generations"]]
    assert shapes == ["inline", "inline"]


def test_a_forgotten_product_goes_inline_unnoticed(emulator, click, drain, make_photo):
    click()
    drain()
    emulator.control.reset()
    Photo.objects.update(image_id="")
    tryon = click(photo=make_photo("#112233"))
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert tryon.inline
    assert emulator.control.state()["requests"]["POST /try-on"] == 2


def test_a_forgotten_photo_is_sent_again_unnoticed(emulator, click, drain, photo, make_product):
    click()
    drain()
    Photo.objects.filter(pk=photo.pk).update(image_id="ephemeral/no/such/photo.jpeg")
    photo.refresh_from_db()
    tryon = click(product=make_product("Felt hat"))
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert emulator.control.state()["requests"]["POST /images/upload"] == 2


def test_an_unknown_code_for_a_forgotten_photo_is_survived(
    emulator, click, drain, photo, make_product
):
    click()
    drain()
    emulator.control.fault(
        "error", method="POST", path="/try-on", status=422, code="PERSON_TOO_OLD", times=1
    )
    tryon = click(product=make_product("Felt hat"))
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED


def test_the_watermark_is_told(emulator, click, drain, configuration):
    configuration.watermark = "off"
    configuration.save()
    click()
    drain()
    assert only(emulator)["watermark"] is False


def test_keep_for_days_governs_both_sides(emulator, configuration, click, drain, shopper):
    from genlook_oscar.shopper import consent

    configuration.keep_for_days = 3
    configuration.save()
    consent.record(shopper, configuration)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert only(emulator)["keepForDays"] == 3
    assert tryon.expires_at - tryon.finished_at == timedelta(days=3)


def test_the_opaque_name_goes_along(emulator, click, drain, shopper):
    click()
    drain()
    state = emulator.control.state()
    assert only(emulator)["externalUserId"] == shopper.external_user_id
    assert state["images"][0]["externalUserId"] == shopper.external_user_id


def test_the_watcher_learns_how_long_it_takes(emulator, click, drain):
    click()
    drain()
    assert len(Account.load().durations) == 1


def test_a_link_knows_what_genlook_knows(emulator, click, drain, product):
    click()
    drain()
    link = ProductLink.objects.get(product=product)
    known = {item["externalId"] for item in emulator.control.state()["products"]}
    assert link.external_id in known
    assert link.known_until
    assert link.last_used_at


def test_registration_ahead_of_the_click_makes_it_go_by_reference(
    emulator, click, drain, product, on_commit
):
    from genlook_oscar.engine import products

    with on_commit():
        products.enqueue_registration(product)
    drain()
    click()
    drain()
    assert only(emulator)["shape"] == "reference"


def test_the_photo_ahead_of_the_click_is_sent_once(emulator, click, drain, photo, on_commit):
    from genlook_oscar.engine import photos

    with on_commit():
        photos.enqueue_upload(photo)
    drain()
    click()
    drain()
    assert emulator.control.state()["requests"]["POST /images/upload"] == 1
