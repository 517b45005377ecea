"""The endpoints of the API: each takes a request of an account and gives an answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from genlook_oscar.emulator import catalogue, choices, generations
from genlook_oscar.emulator.acceptance import accept
from genlook_oscar.emulator.answers import Answer, Request, json_answer
from genlook_oscar.emulator.body import parse_data, parse_form
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError, Problems
from genlook_oscar.emulator.fields import identifier, keep_for_days, product_fields, try_on_fields
from genlook_oscar.emulator.records import DAY, Account, Generation, Image
from genlook_oscar.emulator.storage import signed_url
from genlook_oscar.emulator.world import World

MAX_IMAGES = 20_000  # of an account; bounds the emulator's memory

Endpoint = Callable[[World, Account, Request], Answer]


def upload_image(world: World, account: Account, request: Request) -> Answer:
    """POST /images/upload."""
    if not request.content_type.lower().startswith("multipart/form-data"):
        raise ApiError("FILE_REQUIRED")
    form = parse_form(request.content_type, request.body)
    problems = Problems()
    crop = form.fields.get("crop", "true")
    if crop not in ("true", "false"):
        problems.add("crop", "true or false is expected.")
    user_name = "externalUserId" if "externalUserId" in form.fields else "customerId"
    user = identifier(dict(form.fields), user_name, user_name, problems)
    days_name = "keepForDays" if "keepForDays" in form.fields else "retentionDays"
    text = form.fields.get(days_name)
    number = int(text) if text is not None and text.isascii() and text.isdigit() else text
    days = keep_for_days(number, days_name, problems)
    problems.raise_if_any()
    if "file" not in form.files:
        raise ApiError("FILE_REQUIRED")
    blob = world.intake.person(form.files["file"], crop=crop == "true")
    with world.lock:
        now = world.now()
        days = days or world.settings.retention_days
        image = Image(
            image_id=_new_image_id(world, days, now),
            account=account,
            blob=blob,
            external_user_id=user,
            keep_for_days=days,
            created_at=now,
            expires_at=now + days * DAY,
        )
        account.images[image.image_id] = image
        if len(account.images) > MAX_IMAGES:
            account.forget_image(next(iter(account.images)))
        if user is not None:
            account.customer(user).image_ids.add(image.image_id)
        world.agenda.at(image.expires_at, lambda when: account.forget_image(image.image_id))
    url = signed_url(
        world, request.root_url, f"/previews/{image.image_id}", now + choices.PREVIEW_URL_SECONDS
    )
    return json_answer(world.settings.post_status, {"imageId": image.image_id, "imageUrl": url})


def create_try_on(world: World, account: Account, request: Request) -> Answer:
    """POST /try-on."""
    generation = _started(world, account, request)
    return json_answer(world.settings.post_status, _accepted(generation))


def create_try_on_sync(world: World, account: Account, request: Request) -> Answer:
    """POST /try-on/sync: as above, held until the end or for 90 s."""
    generation = _started(world, account, request)
    until = min(generation.ends_at, generation.created_at + world.settings.sync_seconds)
    world.clock.wait_until(until)
    answer = _status_of(world, request, generation)
    if answer["status"] == "FAILED" and world.settings.sync_failure == "error":
        raise ApiError(
            answer.get("errorCode", choices.UNTYPED_FAILURE_CODE),
            answer["errorMessage"],
            status=choices.SYNC_FAILURE_STATUS,
        )
    answer["productExternalId"] = generation.external_id
    ended = answer["status"] in ("COMPLETED", "FAILED")
    return json_answer(200 if ended else 202, answer)


def generation_status(world: World, account: Account, request: Request) -> Answer:
    """GET /generations/{id}."""
    with world.lock:
        world.now()
        generation = generations.find(world, account, request.params["id"])
    return json_answer(200, _status_of(world, request, generation))


def upsert_product(world: World, account: Account, request: Request) -> Answer:
    """POST /products."""
    data, files = parse_data(request.content_type, request.body)
    fields = product_fields(data)
    pictures = catalogue.pictures_of(world, fields.images, files)
    with world.lock:
        now = world.now()
        product = catalogue.upsert(world, account, fields, pictures, "explicit", now)
        return json_answer(world.settings.post_status, catalogue.described(product))


def list_products(world: World, account: Account, request: Request) -> Answer:
    """GET /products."""
    text = request.query.get("limit", str(choices.PRODUCT_DEFAULT_PAGE))
    limit = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= limit <= 200:
        problems = Problems()
        problems.add("limit", "A whole number from 1 to 200 is expected.")
        problems.raise_if_any()
    with world.lock:
        now = world.now()
        return json_answer(200, catalogue.page(account, limit, request.query.get("cursor"), now))


def get_product(world: World, account: Account, request: Request) -> Answer:
    """GET /products/{externalId}."""
    with world.lock:
        now = world.now()
        product = catalogue.find(world, account, request.params["externalId"], now)
        return json_answer(200, catalogue.described(product))


def delete_product(world: World, account: Account, request: Request) -> Answer:
    """DELETE /products/{externalId}."""
    with world.lock:
        now = world.now()
        catalogue.remove(world, catalogue.find(world, account, request.params["externalId"], now))
    return Answer(choices.DELETE_PRODUCT_STATUS)


def delete_customer(world: World, account: Account, request: Request) -> Answer:
    """DELETE /customers/{externalUserId}."""
    with world.lock:
        world.now()
        generations.erase_customer(account, request.params["externalUserId"])
    return Answer(204)


def account_credits(world: World, account: Account, request: Request) -> Answer:
    """GET /account/credits."""
    with world.lock:
        world.now()
        return json_answer(200, {"creditBalance": account.credits})


def _started(world: World, account: Account, request: Request) -> Generation:
    data, files = parse_data(request.content_type, request.body)
    return accept(world, account, try_on_fields(data), files, request.template)


def _accepted(generation: Generation) -> dict[str, Any]:
    return {
        "generationId": generation.generation_id,
        "status": "PENDING",
        "productExternalId": generation.external_id,
    }


def _status_of(world: World, request: Request, generation: Generation) -> dict[str, Any]:
    generations.await_fetch(world, generation)
    with world.lock:
        now = world.now()
        url = signed_url(
            world,
            request.root_url,
            f"/results/{generation.generation_id}",
            now + world.settings.result_url_seconds,
        )
        return generations.described(world, generation, now, url)


def _new_image_id(world: World, days: int, now: float) -> str:
    """Both looks that the documentation's samples have; clients must not parse either."""
    token = secrets.token_hex(10)
    if world.settings.image_id_style == "short":
        return f"img_{token}"
    return f"ephemeral/customer/ttl-{days}d/{token[:8]}/{timestamp(now)[:10]}-{token[8:]}.jpeg"
