"""From a path to what answers it."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from genlook_oscar.emulator import choices, storage
from genlook_oscar.emulator.answers import Answer, Request, json_answer
from genlook_oscar.emulator.endpoints import Endpoint
from genlook_oscar.emulator.failures import ApiError
from genlook_oscar.emulator.faults import Fault
from genlook_oscar.emulator.routes import BASE_PATH, route
from genlook_oscar.emulator.world import World


@dataclass(frozen=True)
class Target:
    """What a path means. ``endpoint`` is None for stored pictures and unknown paths."""

    path: str
    template: str
    params: dict[str, str]
    endpoint: Endpoint | None = None

    @property
    def about(self) -> str | None:
        """The id that the path names."""
        return next(iter(self.params.values()), None)


def target_of(method: str, path: str) -> Target:
    """The target of a path as it stands in the request line, without its query."""
    if path.startswith(f"{BASE_PATH}/"):
        matched = route(method, path[len(BASE_PATH) :])
        if matched is not None:
            return Target(path, *matched)
    for folder in ("/results/", "/previews/"):
        if path.startswith(folder) and method == "GET":
            return Target(path, f"{folder}{{id}}", {"id": unquote(path[len(folder) :])})
    return Target(path, "unknown", {})


def carried_out(world: World, request: Request, target: Target) -> Answer:
    """Do what is asked; raises ``ApiError``."""
    if target.endpoint is not None:
        with world.lock:
            account = world.account_of(request.headers.get("x-api-key"))
            world.admit(account, world.clock.now())
        return target.endpoint(world, account, request)
    if target.template == "unknown":
        if world.settings.unknown_path == "page":
            return page(404)
        raise ApiError(choices.NOT_FOUND[0])
    refusal = storage.refusal(world, unquote(target.path), request.query)
    if refusal is not None:
        return refusal
    if target.template.startswith("/results/"):
        return storage.result(world, target.params["id"])
    return storage.preview(world, target.params["id"])


def made(answer: Answer) -> str | None:
    """The id of what an answer says was made: a generation or an image."""
    if answer.status >= 300 or answer.content_type != "application/json":
        return None
    told = json.loads(answer.body or b"{}")
    return told.get("generationId") or told.get("imageId") if isinstance(told, dict) else None


def guarded(work: Callable[[], Answer]) -> Answer:
    """The answer of ``work``, or that of its refusal; a defect of ours is a 500."""
    try:
        return work()
    except ApiError as error:
        return error_answer(error)
    except Exception:
        traceback.print_exc()
        return error_answer(ApiError(choices.INTERNAL_ERROR[0]))


def error_answer(error: ApiError) -> Answer:
    """A refusal in the documented shape."""
    return json_answer(error.status, error.body(), error.headers)


def page(status: int, words: str = "Not here") -> Answer:
    """What a web server, a proxy or a firewall says that knows nothing of this API."""
    html = f"<html><body><h1>{words}</h1></body></html>"
    return Answer(status, html.encode(), "text/html")


def error_of(fault: Fault) -> Answer:
    """The answer of a fault of one of the ``ERROR_KINDS``."""
    if fault.kind == "page":
        return page(fault.get("status", 403), "Access denied")
    if fault.kind == "redirect":
        where = {"Location": fault.get("location", "/")}
        return Answer(fault.get("status", 302), b"", "text/html", where)
    retry_after = fault.get("retry_after")
    return error_answer(
        ApiError(
            fault.get("code", choices.INTERNAL_ERROR[0]),
            fault.get("message"),
            status=fault.get("status"),
            details=fault.get("details", []),
            headers={} if retry_after is None else {"Retry-After": str(retry_after)},
        )
    )


def changed_by(fault: Fault, answer: Answer) -> Answer:
    """A JSON answer with the fields that a fault of kind ``change`` names; null removes one."""
    told = json.loads(answer.body or b"{}")
    told.update(fault.get("fields", {}))
    kept = {name: value for name, value in told.items() if value is not None}
    return json_answer(fault.get("status", answer.status), kept, answer.headers)
