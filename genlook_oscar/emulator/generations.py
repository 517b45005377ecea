"""Generations: made, run by the clock, charged, erased."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from genlook_oscar.emulator import catalogue, choices
from genlook_oscar.emulator.blobs import Blob
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.download import FetchFailed, fetch
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import GENERATION_KINDS
from genlook_oscar.emulator.fields import Source, TryOnFields
from genlook_oscar.emulator.records import (
    DAY,
    Account,
    Failure,
    Generation,
    Picture,
    Product,
)
from genlook_oscar.emulator.world import World, new_generation_id

MAX_GENERATIONS = 20_000  # bounds the emulator's memory
TYPED = Failure("PRODUCT_IMAGE_FETCH_FAILED", "A product image could not be downloaded.")
NO_PICTURE = Failure(choices.PRODUCT_URL_NOT_A_PICTURE, "A product image is not an image.")
UNTYPED = Failure(None, choices.UNTYPED_FAILURE_MESSAGE)
_fetchers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="emulator-fetch")


def start(
    world: World,
    account: Account,
    fields: TryOnFields,
    files: Mapping[str, bytes],
    template: str,
) -> Generation:
    """Accept a try-on; raises ``ApiError``."""
    pictures = catalogue.pictures_of(world, fields.product.images, files)
    person_blob = _person_bytes(world, fields.person, files)
    with world.lock:
        now = world.now()
        if choices.CREDITS_BEFORE_PRODUCT:
            _have_credit(account)
        person = person_blob or _stored_person(account, fields.person, now)
        shape, product = _product(world, account, fields, pictures, now)
        _have_credit(account)
        catalogue.used(world, product, now)
        generation = _begun(world, account, fields, product, shape, person, now)
        _apply_fault(world, generation, template, now)
        account.reserved += 1
        account.generations[generation.generation_id] = generation
        world.generations[generation.generation_id] = generation
        _trim(world)
        if generation.external_user_id is not None:
            customer = account.customer(generation.external_user_id)
            customer.generation_ids.add(generation.generation_id)
    urls = [p.source_url for p in generation.pictures if p.blob is None]
    if urls and generation.title != choices.MOCK_TITLE:
        generation.fetched = _fetchers.submit(_fetch_all, world, generation.pictures)
        # Whoever asks after the end meets a fetch that is over or waits for it; this
        # settles the generation also when nobody asks.
        generation.fetched.add_done_callback(lambda _: _schedule(world, generation))
    _schedule(world, generation)
    return generation


def find(world: World, account: Account, generation_id: str) -> Generation:
    """A generation of the account; raises ``ApiError`` GENERATION_NOT_FOUND, FORBIDDEN."""
    generation = world.generations.get(generation_id)
    if generation is None:
        raise ApiError(choices.GENERATION_NOT_FOUND[0])
    if generation.account is not account:
        raise ApiError("FORBIDDEN")
    return generation


def first_picture(generation: Generation) -> Blob | None:
    """The product's first picture, as sent or as fetched."""
    fetched = generation.fetched
    if fetched is not None and fetched.done() and fetched.exception() is None:
        return fetched.result()[0]
    return next((p.blob for p in generation.pictures if p.blob is not None), None)


def await_fetch(world: World, generation: Generation) -> None:
    """Wait until the pictures of a generation that is due are fetched (bounded)."""
    fetched = generation.fetched
    if fetched is None or fetched.done() or world.clock.now() < generation.ends_at:
        return
    try:
        fetched.exception(timeout=world.settings.fetch_seconds * 2)
    except FutureTimeout:
        return
    _schedule(world, generation)


def _schedule(world: World, generation: Generation) -> None:
    with world.lock:
        world.agenda.at(generation.ends_at, lambda when: _finish(world, generation))


def _finish(world: World, generation: Generation) -> None:
    """End a generation whose time has come; harmless when it has ended already."""
    if generation.final is not None:
        return
    fetched = generation.fetched
    if fetched is not None:
        if not fetched.done():
            return
        problem = fetched.exception()
        if problem is not None and generation.failure is None:
            generation.failure = NO_PICTURE if isinstance(problem, ApiError) else TYPED
    account = generation.account
    account.reserved -= 1
    generation.updated_at = generation.ends_at
    if generation.failure is not None:
        generation.final = "FAILED"
        generation.drop_images()
        return
    generation.final = "COMPLETED"
    # A switch may have taken the credits away meanwhile; a balance is never negative.
    account.credits = max(0, account.credits - 1)
    account.charged += 1
    until = generation.created_at + generation.keep_for_days * DAY
    world.agenda.at(until, lambda when: generation.drop_images())


def described(world: World, generation: Generation, now: float, result_url: str) -> dict[str, Any]:
    """The answer of GET /generations/{id}; ``result_url`` is used when it is completed."""
    status = generation.status(now)
    updated_at = generation.starts_at if status == "PROCESSING" else generation.updated_at
    answer: dict[str, Any] = {
        "generationId": generation.generation_id,
        "status": status,
        "createdAt": timestamp(generation.created_at),
        "updatedAt": timestamp(updated_at),
    }
    if status == "COMPLETED":
        gone = world.settings.erased_generation if generation.images_gone else ""
        if gone == "not_found":
            raise ApiError(choices.GENERATION_NOT_FOUND[0])
        if gone != "no_url":
            answer["resultImageUrl"] = result_url
    if generation.failure is not None and status == "FAILED":
        answer["errorMessage"] = generation.failure.error_message
        if generation.failure.error_code is not None:
            answer["errorCode"] = generation.failure.error_code
    return answer


def erase_customer(account: Account, external_user_id: str) -> None:
    """Erase all pictures that carry the id; the generations stay, without a name."""
    customer = account.customers.pop(external_user_id, None)
    if customer is None:
        return
    for image_id in customer.image_ids:
        account.images.pop(image_id, None)
    for generation_id in customer.generation_ids:
        generation = account.generations.get(generation_id)
        if generation is not None:
            generation.external_user_id = None
            generation.drop_images()


def _have_credit(account: Account) -> None:
    if account.credits - account.reserved <= 0:
        raise ApiError("INSUFFICIENT_CREDITS")


def _person_bytes(world: World, source: Source, files: Mapping[str, bytes]) -> Blob | None:
    """The person photo that travels with the request or is fetched; None for an id."""
    if source.file_key is not None:
        if source.file_key not in files:
            raise ApiError("MULTIPART_FILE_NOT_FOUND", f"No part {source.file_key!r}.")
        return world.intake.person(files[source.file_key], crop=True)
    if source.url is not None:
        try:
            content = fetch(source.url, world.settings.fetch_seconds)
        except FetchFailed:
            raise ApiError("CUSTOMER_IMAGE_FETCH_FAILED") from None
        return world.intake.person(content, crop=True)
    return None


def _stored_person(account: Account, source: Source, now: float) -> Blob:
    image = account.images.get(source.id or "")
    if image is None or image.expires_at <= now:
        raise ApiError(choices.IMAGE_NOT_FOUND[0])
    return image.blob


def _product(
    world: World,
    account: Account,
    fields: TryOnFields,
    pictures: tuple[Picture, ...] | None,
    now: float,
) -> tuple[str, Product]:
    sent = fields.product
    if sent.external_id is None:
        return "one-shot", catalogue.upsert(world, account, sent, pictures, "one-shot", now)
    if sent.only_reference:
        return "reference", catalogue.find(world, account, sent.external_id, now)
    return "inline", catalogue.upsert(world, account, sent, pictures, "inline", now)


def _begun(
    world: World,
    account: Account,
    fields: TryOnFields,
    product: Product,
    shape: str,
    person: Blob,
    now: float,
) -> Generation:
    seconds = world.random.uniform(*world.settings.generation_seconds)
    if product.title == choices.MOCK_TITLE:
        seconds = 0.0
    return Generation(
        generation_id=new_generation_id(),
        account=account,
        shape=shape,
        external_id=product.external_id,
        title=product.title,
        description=product.description,
        pictures=product.pictures,
        person=person,
        external_user_id=fields.external_user_id,
        watermark=fields.watermark,
        keep_for_days=fields.keep_for_days or world.settings.retention_days,
        created_at=now,
        starts_at=now + seconds * choices.PENDING_SHARE,
        ends_at=now + seconds,
        updated_at=now,
    )


def _apply_fault(world: World, generation: Generation, template: str, now: float) -> None:
    fault = world.faults.take(GENERATION_KINDS, "POST", template, now)
    mode = world.settings.failure_mode
    if fault is not None and fault.kind == "fail":
        generation.failure = Failure(
            fault.get("error_code"), fault.get("error_message", UNTYPED.error_message)
        )
    elif mode in ("typed", "untyped"):
        generation.failure = TYPED if mode == "typed" else UNTYPED
    if mode == "stall" or (fault is not None and fault.kind == "stall"):
        generation.ends_at = math.inf


def _fetch_all(world: World, pictures: tuple[Picture, ...]) -> tuple[Blob, ...]:
    """The blobs of all pictures, fetched where needed; raises when one cannot be had."""
    blobs = []
    for picture in pictures:
        if picture.blob is not None:
            blobs.append(picture.blob)
        else:
            content = fetch(picture.source_url, world.settings.fetch_seconds)
            blobs.append(world.intake.product(content))
    return tuple(blobs)


def _trim(world: World) -> None:
    while len(world.generations) > MAX_GENERATIONS:
        oldest = next(iter(world.generations.values()))
        if oldest.final is None:
            return
        del world.generations[oldest.generation_id]
        oldest.account.forget_generation(oldest.generation_id)
