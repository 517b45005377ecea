"""How a try-on ends, and how Genlook's codes are told to a shopper."""

from collections.abc import Sequence
from typing import Any

from .. import logs
from ..api import (
    ConfigurationProblem,
    FieldDetail,
    Forbidden,
    GenlookError,
    OutOfCredits,
    RateLimited,
    Unavailable,
)
from ..models import TryOn
from ..models.tryon import TryOnQuerySet
from ..signals import tryon_failed

logger = logs.logger(__name__)

PHOTO_CODES = frozenset(
    {"CUSTOMER_IMAGE_REQUIRED", "CUSTOMER_IMAGE_FETCH_FAILED", "FILE_REQUIRED", "INVALID_IMAGE"}
)
PRODUCT_CODES = frozenset(
    {
        "EXTERNAL_ID_REQUIRED",
        "FORBIDDEN",
        "INVALID_IMAGE_INPUT",
        "MULTIPART_FILE_NOT_FOUND",
        "PRODUCT_IMAGES_REQUIRED",
        "PRODUCT_IMAGE_FETCH_FAILED",
        "PRODUCT_NOT_FOUND",
    }
)
ANYTHINGS_CODES = frozenset({"INVALID_IMAGE", "VALIDATION_FAILED"})
"""Codes that are documented for the photo and for the product alike."""
UPLOAD = "/images/upload"
ABOUT_PRODUCT = ("products", "product", "images", "imageUrls", "title", "description")
ABOUT_PHOTO = ("person", "customer", "file")
"""How the `path` of a refused field begins, by the documented names, old and new."""


def failure_code(error: GenlookError, *, inline: bool = False) -> str:
    """Our code of a failed try-on for what a request to Genlook ended with. `inline` says
    that the product's data and pictures were part of the request."""
    if isinstance(error, OutOfCredits):
        return "no_credits"
    of_one = isinstance(error, Forbidden) and error.endpoint != UPLOAD
    if isinstance(error, ConfigurationProblem) and not of_one:
        return "not_configured"
    if isinstance(error, RateLimited):
        return "busy"
    if isinstance(error, Unavailable):
        return "unavailable"
    about = _about(error.details)
    if about:
        return about
    if error.endpoint == UPLOAD:
        # Nothing but the photo was sent; only a refused field can be another's.
        return "rejected" if error.details else "photo_refused"
    if inline and error.code == "INVALID_IMAGE":
        # The photo was taken already when it was uploaded; these pictures are new.
        return "product_refused"
    return code_of(error.code, "rejected")


def _about(details: Sequence[FieldDetail]) -> str:
    """Whose fault the refused fields are, "" where they do not tell."""
    fields = {detail.path.partition(".")[0].partition("[")[0] for detail in details}
    if fields & {*ABOUT_PRODUCT}:
        return "product_refused"
    return "photo_refused" if fields & {*ABOUT_PHOTO} else ""


def code_of(genlook_code: str, otherwise: str) -> str:
    """Our code for one of Genlook's, `otherwise` where it tells a shopper nothing."""
    if genlook_code in PHOTO_CODES:
        return "photo_refused"
    if genlook_code in PRODUCT_CODES:
        return "product_refused"
    return otherwise


def generation_code(tryon: TryOn, genlook_code: str) -> str:
    """Our code for a generation that failed with one of Genlook's codes. Where that may mean
    either picture, a photo that has made a picture before is not blamed."""
    code = code_of(genlook_code, "generation_failed")
    if genlook_code in ANYTHINGS_CODES and code == "photo_refused" and tryon.photo_id:
        made = TryOn.objects.filter(photo_id=tryon.photo_id).exclude(link_id=tryon.link_id)
        if made.filter(status__in=[TryOn.Status.COMPLETED, TryOn.Status.EXPIRED]).exists():
            return "product_refused"
    return code


def detail_of(error: GenlookError) -> str:
    """What the admin shows of an error: code, status, Genlook's own words. Never a secret:
    the client keeps the key out of its errors."""
    words = f"{error.code}: {error.message}" if error.message else error.code
    fields = "; ".join(f"{field.path}: {field.message}" for field in error.details)
    return " ".join(part for part in (words, f"[{error.status}]", fields) if part)[:2000]


def fail(
    pk: Any,
    source: str,
    code: str,
    *,
    claim: str = "",
    among: TryOnQuerySet | None = None,
    **values: Any,
) -> bool:
    """End a try-on as failed; False when another was faster.

    With `claim`, only while the row is still claimed by it; with `among`, only while it is
    one of those rows.
    """
    rows = TryOn.objects.all() if among is None else among
    if claim:
        rows = rows.filter(claim=claim)
    if not rows.move(pk, source, TryOn.Status.FAILED, error_code=code, **values):
        return False
    tryon = TryOn.objects.get(pk=pk)
    with logs.about(tryon_id=tryon.pk, request_id=tryon.request_id):
        logger.info("A try-on failed: %s.", code)
        tryon_failed.send_robust(sender=TryOn, tryon=tryon)
    return True
