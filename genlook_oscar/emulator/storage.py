"""Signed URLs that expire, and the pictures behind them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from genlook_oscar.emulator import choices, generations
from genlook_oscar.emulator.answers import Answer
from genlook_oscar.emulator.blobs import Blob
from genlook_oscar.emulator.drawing import draw, tiny
from genlook_oscar.emulator.records import Generation
from genlook_oscar.emulator.world import World


def signed_url(world: World, root_url: str, path: str, expires_at: float) -> str:
    """``path`` (beginning with a slash) under ``root_url``, good until ``expires_at``."""
    expires = str(int(expires_at))
    return f"{root_url}{quote(path)}?expires={expires}&signature={_sign(world, path, expires)}"


def refusal(world: World, path: str, query: Mapping[str, str]) -> Answer | None:
    """The storage's refusal of a URL whose signature is wrong or whose time is over."""
    expires, signature = query.get("expires", ""), query.get("signature", "")
    if not hmac.compare_digest(_sign(world, path, expires).encode(), signature.encode()):
        return _xml(403, "SignatureDoesNotMatch")
    if int(expires) <= world.clock.now():
        return _xml(choices.EXPIRED_URL_STATUS, "ExpiredToken")
    return None


def result(world: World, generation_id: str) -> Answer:
    """The result picture of a completed generation, drawn when it is first asked for."""
    with world.lock:
        now = world.now()
        generation = world.generations.get(generation_id)
        if generation is None or generation.status(now) != "COMPLETED" or generation.images_gone:
            return _xml(404, "NoSuchKey")
        blob = generation.result
    if world.settings.result_picture is not None:
        return Answer(200, base64.b64decode(world.settings.result_picture), "image/jpeg")
    if not world.settings.draw:
        return Answer(200, tiny(), "image/jpeg")
    if blob is None:
        blob = _drawn(world, generation)
        if blob is None:
            return _xml(404, "NoSuchKey")
    return Answer(200, blob.read(), blob.content_type)


def preview(world: World, image_id: str) -> Answer:
    """The stored person photo, for ``imageUrl``."""
    with world.lock:
        now = world.now()
        for account in world.accounts.values():
            image = account.images.get(image_id)
            if image is not None and image.expires_at > now:
                blob = image.blob
                break
        else:
            return _xml(404, "NoSuchKey")
    return Answer(200, blob.read(), blob.content_type)


def _drawn(world: World, generation: Generation) -> Blob | None:
    """The result, drawn now; None when its images were erased meanwhile."""
    with world.lock:
        person = generation.person
        picture = generations.first_picture(generation)
        title, description = generation.title or "", generation.description or ""
        logo = world.settings.logo or "" if generation.watermark is not False else ""
    if person is None:
        return None
    if title == choices.MOCK_TITLE or picture is None:
        blob = person
    else:
        key = (person.digest, picture.digest, title, description, logo)
        with world.lock:
            known = world.drawn.get(key)
        if known is None:
            content = draw(person.read(), picture.read(), title, description, logo)
            known = world.store.put(content, "image/jpeg")
            with world.lock:
                world.drawn[key] = known
        blob = known
    with world.lock:
        if generation.images_gone:
            return None
        generation.result = blob
    return blob


def _sign(world: World, path: str, expires: str) -> str:
    return hmac.new(world.secret, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _xml(status: int, code: str) -> Answer:
    body = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>"
    return Answer(status, body.encode(), "application/xml")
