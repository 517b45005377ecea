"""Errors by what the caller can do about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldDetail:
    """One refused field: a dotted path with numeric indexes, and why."""

    path: str
    message: str


class GenlookError(Exception):
    """Something went wrong with a request to Genlook.

    `code` is Genlook's, or one of ours when no answer or no code came; `status` the HTTP status,
    None without an answer; `carried_out` is True when the request may have been carried out
    although it failed here; `retry_after` the seconds Genlook asked to wait, capped;
    `endpoint` the path that was asked, as a template, where that is known.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "",
        status: int | None = None,
        details: Sequence[FieldDetail] = (),
        carried_out: bool = False,
        retry_after: float | None = None,
        endpoint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.details = list(details)
        self.carried_out = carried_out
        self.retry_after = retry_after
        self.endpoint = endpoint

    def __str__(self) -> str:
        origin = self.code if self.status is None else f"{self.code}, HTTP {self.status}"
        fields = "".join(f"; {detail.path}: {detail.message}" for detail in self.details)
        return f"{self.message} ({origin}){fields}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.code} status={self.status}>"


class ConfigurationProblem(GenlookError):
    """Fix the API key, the account or the address of the service; asking again is no use."""


class Forbidden(ConfigurationProblem):
    """What was asked for belongs to another account. It is said of this one thing."""


class WrongAddress(ConfigurationProblem):
    """There is no such API at the configured address."""


class OutOfCredits(GenlookError):
    """Top up the account."""


class RateLimited(GenlookError):
    """Wait, `retry_after` seconds if it is set. The request was not carried out."""


class ProductUnknown(GenlookError):
    """Genlook does not know this product, or no longer: send it inline, or register it."""


class ImageUnknown(GenlookError):
    """Genlook no longer has this photo: upload it again."""


class NotFound(GenlookError):
    """What was asked for does not exist."""


class Rejected(GenlookError):
    """The request itself was refused: give up, or change it."""


class Unavailable(GenlookError):
    """Genlook did not answer, or failed: ask again later, minding `carried_out`."""


class NotGenlook(Unavailable):
    """Something on the way answered instead of Genlook: a proxy, a firewall, another server."""


class UnreadableAnswer(Unavailable):
    """Genlook said yes, but the rest of the answer is missing, cut off or not what it should be."""


# The codes of Genlook's catalogue. A code means the same on every endpoint, so it goes first;
# the catalogue as published is incomplete, so any other code is taken by its HTTP status.
BY_CODE: Mapping[str, type[GenlookError]] = {
    "MISSING_API_KEY": ConfigurationProblem,
    "INVALID_API_KEY": ConfigurationProblem,
    "FORBIDDEN": Forbidden,
    "INSUFFICIENT_CREDITS": OutOfCredits,
    "RATE_LIMITED": RateLimited,
    "PRODUCT_NOT_FOUND": ProductUnknown,
    "GENERATION_NOT_FOUND": NotFound,
    "VALIDATION_FAILED": Rejected,
    "EXTERNAL_ID_REQUIRED": Rejected,
    "PRODUCT_IMAGES_REQUIRED": Rejected,
    "CUSTOMER_IMAGE_REQUIRED": Rejected,
    "FILE_REQUIRED": Rejected,
    "MULTIPART_FILE_NOT_FOUND": Rejected,
    "INVALID_IMAGE_INPUT": Rejected,
    "INVALID_IMAGE": Rejected,
    "CUSTOMER_IMAGE_FETCH_FAILED": Rejected,
    "PRODUCT_IMAGE_FETCH_FAILED": Rejected,
}

BY_STATUS: Mapping[int, type[GenlookError]] = {
    401: ConfigurationProblem,
    402: OutOfCredits,
    403: ConfigurationProblem,
    404: NotFound,
    408: Unavailable,
    410: NotFound,
    425: Unavailable,
    429: RateLimited,
}

# What whoever answers these means, Genlook or something before it, is the same to the caller: too
# large or of a wrong kind, too slow, too early, too often.
ANYBODYS = frozenset({408, 413, 414, 415, 425, 429, 431})

# How Genlook says that an imageId is unknown or over is not documented: a guess, kept here.
_IMAGE_GONE_CODE = re.compile(
    r"(?!PRODUCT_)(\w+_)?IMAGE(_ID)?_(NOT_FOUND|UNKNOWN|EXPIRED|GONE|DELETED)|INVALID_IMAGE_ID"
)
_IMAGE_GONE_STATUS = (400, 404, 410, 422)


def class_for(status: int, code: str) -> type[GenlookError]:
    """Return the class of an answer whose HTTP status is not 2xx; `code` is "" when it has none."""
    if status >= 500:
        return Unavailable
    if status < 400:
        # Redirects are not followed with the key, and anything else is not an answer of this API.
        return ConfigurationProblem
    if code in BY_CODE:
        return BY_CODE[code]
    if status in _IMAGE_GONE_STATUS and _IMAGE_GONE_CODE.fullmatch(code):
        return ImageUnknown
    return BY_STATUS.get(status, Rejected)
