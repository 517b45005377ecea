"""Which path means which endpoint."""

from __future__ import annotations

import re
from urllib.parse import unquote

from genlook_oscar.emulator import endpoints
from genlook_oscar.emulator.endpoints import Endpoint

BASE_PATH = "/tryon/v1"

_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", "/images/upload", endpoints.upload_image),
    ("POST", "/try-on", endpoints.create_try_on),
    ("POST", "/try-on/sync", endpoints.create_try_on_sync),
    ("GET", "/generations/{id}", endpoints.generation_status),
    ("POST", "/products", endpoints.upsert_product),
    ("GET", "/products", endpoints.list_products),
    ("GET", "/products/{externalId}", endpoints.get_product),
    ("DELETE", "/products/{externalId}", endpoints.delete_product),
    ("DELETE", "/customers/{externalUserId}", endpoints.delete_customer),
    ("GET", "/account/credits", endpoints.account_credits),
)
_PATTERNS = [
    (method, template, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)), endpoint)
    for method, template, endpoint in _ROUTES
]


def route(method: str, path: str) -> tuple[str, dict[str, str], Endpoint] | None:
    """Template, parameters (decoded) and endpoint of a path under the base path."""
    for known_method, template, pattern, endpoint in _PATTERNS:
        if method == known_method and (match := pattern.fullmatch(path)):
            return template, {k: unquote(v) for k, v in match.groupdict().items()}, endpoint
    return None
