"""Refusals of the API and the catalogue of their codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genlook_oscar.emulator import choices

CATALOGUE: Mapping[str, tuple[int, str]] = {
    "MISSING_API_KEY": (401, "The x-api-key header is missing."),
    "INVALID_API_KEY": (401, "The API key is not valid, or the account is not active."),
    "INSUFFICIENT_CREDITS": (402, "There are no credits left. Top up to go on."),
    "FORBIDDEN": (403, "This belongs to another account."),
    "VALIDATION_FAILED": (400, "The request is not valid."),
    "EXTERNAL_ID_REQUIRED": (400, "externalId is required."),
    "PRODUCT_IMAGES_REQUIRED": (400, "A new product needs at least one image."),
    "CUSTOMER_IMAGE_REQUIRED": (400, "A person image is required."),
    "FILE_REQUIRED": (400, "The file part is missing."),
    "MULTIPART_FILE_NOT_FOUND": (400, "A fileKey names no part of the form."),
    "INVALID_IMAGE_INPUT": (400, "An image needs a url or a fileKey."),
    "INVALID_IMAGE": (400, "This is not an image that can be read."),
    "CUSTOMER_IMAGE_FETCH_FAILED": (400, "The person image could not be downloaded."),
    "PRODUCT_NOT_FOUND": (404, "There is no such product."),
    "RATE_LIMITED": (429, "Too many requests. Slow down."),
    "PRODUCT_IMAGE_FETCH_FAILED": (400, "A product image could not be downloaded."),
    choices.IMAGE_NOT_FOUND[0]: (choices.IMAGE_NOT_FOUND[1], "There is no such image."),
    choices.GENERATION_NOT_FOUND[0]: (
        choices.GENERATION_NOT_FOUND[1],
        "There is no such generation.",
    ),
    choices.FILE_TOO_LARGE[0]: (choices.FILE_TOO_LARGE[1], "The file is larger than 10 MB."),
    choices.NOT_FOUND[0]: (choices.NOT_FOUND[1], "There is nothing here."),
    choices.INTERNAL_ERROR[0]: (choices.INTERNAL_ERROR[1], "Something went wrong."),
}
"""Every code with its HTTP status and words. Statuses are documented, except those
that come from ``choices``; the words are our own."""


class ApiError(Exception):
    """A refusal in the one documented shape ``{code, message, status, details?}``.

    ``status`` and ``message`` default to the catalogue's, or to 500 for a code that is
    not in it. ``details`` is a list of ``{"path", "message"}``.
    """

    def __init__(
        self,
        code: str,
        message: str | None = None,
        *,
        status: int | None = None,
        details: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        known_status, known_message = CATALOGUE.get(code, (500, "The request was refused."))
        self.code = code
        self.status = known_status if status is None else status
        self.message = message or known_message
        self.details = list(details)
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {code}: {self.message}")

    def body(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        body: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "status": self.status,
        }
        if self.details:
            body["details"] = [dict(detail) for detail in self.details]
        return body


class Problems:
    """Collects what is wrong with the fields of one request."""

    def __init__(self) -> None:
        self._found: list[dict[str, str]] = []

    def add(self, path: str, message: str) -> None:
        """Note a problem; ``path`` is dotted, with numeric indexes."""
        self._found.append({"path": path, "message": message})

    def raise_if_any(self) -> None:
        """Raise ``VALIDATION_FAILED`` with all of them, if there are any."""
        if self._found:
            raise ApiError("VALIDATION_FAILED", details=self._found)
