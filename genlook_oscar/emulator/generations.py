"""The life of generations: run by the clock, charged, described, erased."""

from __future__ import annotations

from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

from genlook_oscar.emulator import choices
from genlook_oscar.emulator.blobs import Blob
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.records import (
    DAY,
    Account,
    Failure,
    Generation,
)
from genlook_oscar.emulator.world import World

TYPED = Failure("PRODUCT_IMAGE_FETCH_FAILED", "A product image could not be downloaded.")
NO_PICTURE = Failure(choices.PRODUCT_URL_NOT_A_PICTURE, "A product image is not an image.")
UNTYPED = Failure(None, choices.UNTYPED_FAILURE_MESSAGE)


def find(world: World, account: Account, generation_id: str) -> Generation:
    """A generation of the account; raises ``ApiError`` GENERATION_NOT_FOUND, FORBIDDEN."""
    generation = world.generations.get(generation_id)
    if generation is None:
        raise ApiError(choices.GENERATION_NOT_FOUND[0])
    if generation.account is not account:
        hidden = world.settings.foreign == "hidden"
        raise ApiError(choices.GENERATION_NOT_FOUND[0] if hidden else "FORBIDDEN")
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
    schedule(world, generation)


def schedule(world: World, generation: Generation) -> None:
    """Have the generation end at its time, or now if that is over."""
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
