"""Try-ons accepted: credits looked at, product and person found, generation begun."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from genlook_oscar.emulator import catalogue, choices
from genlook_oscar.emulator.blobs import Blob
from genlook_oscar.emulator.download import FetchFailed, fetch
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import GENERATION_KINDS
from genlook_oscar.emulator.fields import Source, TryOnFields
from genlook_oscar.emulator.generations import TYPED, UNTYPED, schedule
from genlook_oscar.emulator.records import Account, Failure, Generation, Picture, Product
from genlook_oscar.emulator.world import World, new_generation_id

MAX_GENERATIONS = 20_000  # bounds the emulator's memory
_fetchers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="emulator-fetch")


def accept(
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
        person = person_blob or _stored_person(world, account, fields.person, now)
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
        generation.fetched.add_done_callback(lambda _: schedule(world, generation))
    schedule(world, generation)
    return generation


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


def _stored_person(world: World, account: Account, source: Source, now: float) -> Blob:
    image = account.images.get(source.id or "")
    if image is None or image.expires_at <= now:
        if world.settings.foreign == "everything" and any(
            source.id in other.images for other in world.accounts.values()
        ):
            raise ApiError("FORBIDDEN")
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
