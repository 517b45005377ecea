"""The switches by HTTP, under ``/_emulator/``."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from genlook_oscar.emulator import catalogue
from genlook_oscar.emulator.answers import Answer, Request, json_answer
from genlook_oscar.emulator.clock import timestamp
from genlook_oscar.emulator.failures import ApiError, Problems
from genlook_oscar.emulator.records import Account
from genlook_oscar.emulator.world import World


def handle(world: World, request: Request, path: str) -> Answer:
    """Answer a request for a switch; raises ``ApiError``."""
    action = (request.method, path)
    if action == ("POST", "/_emulator/reset"):
        world.reset()
    elif action == ("POST", "/_emulator/clock"):
        _advance(world, _data(request))
    elif action == ("POST", "/_emulator/settings"):
        world.change(_data(request), request.headers.get("x-api-key"))
    elif action == ("POST", "/_emulator/forget"):
        _forget(world, _data(request))
    elif action == ("POST", "/_emulator/faults"):
        data = _data(request)
        return json_answer(201, {"id": world.faults.add(data, world.clock.now()).number})
    elif action == ("DELETE", "/_emulator/faults"):
        world.faults.clear()
    elif action == ("GET", "/_emulator/requests"):
        with world.lock:
            return json_answer(200, {"requests": list(world.requests)})
    elif action != ("GET", "/_emulator/state"):
        raise ApiError("NOT_FOUND")
    return json_answer(200, state(world, request.headers.get("x-api-key")))


def state(world: World, key: str | None = None) -> dict[str, Any]:
    """All accounts together, or the one of ``key``."""
    with world.lock:
        now = world.now()
        accounts = [a for k, a in world.accounts.items() if key is None or k == key]
        return {
            "now": timestamp(now),
            "credits": sum(a.credits for a in accounts) if accounts else world.settings.credits,
            "reserved": sum(a.reserved for a in accounts),
            "charged": sum(a.charged for a in accounts),
            "images": [i for a in accounts for i in _images(a)],
            "products": [p for a in accounts for p in _products(a, now)],
            "generations": [g for a in accounts for g in _generations(a, now)],
            "requests": dict(world.counts),
            "rate_limited": sum(a.rate_limited for a in accounts),
            "settings": dataclasses.asdict(world.settings),
            "faults": world.faults.listed(),
        }


def _images(account: Account) -> list[dict[str, Any]]:
    return [
        {
            "imageId": image.image_id,
            "externalUserId": image.external_user_id,
            "keepForDays": image.keep_for_days,
            "expiresAt": timestamp(image.expires_at),
        }
        for image in account.images.values()
    ]


def _products(account: Account, now: float) -> list[dict[str, Any]]:
    return [
        {
            "externalId": product.external_id,
            "kind": product.kind,
            "title": product.title,
            "images": len(product.pictures),
            "validForDays": product.valid_for_days,
            "expiresAt": None if product.valid_for_days is None else timestamp(product.expires_at),
        }
        for product in account.products.values()
        if product.expires_at > now
    ]


def _generations(account: Account, now: float) -> list[dict[str, Any]]:
    return [
        {
            "generationId": generation.generation_id,
            "status": generation.status(now),
            "externalId": generation.external_id,
            "shape": generation.shape,
            "externalUserId": generation.external_user_id,
            "charged": generation.final == "COMPLETED",
            "watermark": generation.watermark,
            "keepForDays": generation.keep_for_days,
            "imagesGone": generation.images_gone,
            "readyAt": None if generation.ends_at == float("inf") else generation.ends_at,
        }
        for generation in account.generations.values()
    ]


def _data(request: Request) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise ApiError("VALIDATION_FAILED", "The body is not a JSON object.")
    return data


def _advance(world: World, data: dict[str, Any]) -> None:
    seconds = data.get("advance")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
        problems = Problems()
        problems.add("advance", "A number of seconds that is not negative.")
        problems.raise_if_any()
    else:
        world.clock.advance(seconds)


def _forget(world: World, data: dict[str, Any]) -> None:
    """Have the service lose what it stored, as if its life were over."""
    problems = Problems()
    for name in data:
        if name not in ("products", "images"):
            problems.add(name, "products and images can be forgotten.")
    problems.raise_if_any()
    with world.lock:
        for account in world.accounts.values():
            if data.get("images"):
                for image_id in list(account.images):
                    account.forget_image(image_id)
            if data.get("products"):
                for product in list(account.products.values()):
                    catalogue.remove(world, product)
