"""How a try-on ends, and how Genlook's codes are told to a shopper."""

from typing import Any

from ..api import ConfigurationProblem, GenlookError, OutOfCredits, RateLimited, Unavailable
from ..models import TryOn
from ..models.tryon import TryOnQuerySet
from ..signals import tryon_failed

PHOTO_CODES = frozenset(
    {"CUSTOMER_IMAGE_REQUIRED", "CUSTOMER_IMAGE_FETCH_FAILED", "FILE_REQUIRED", "INVALID_IMAGE"}
)
PRODUCT_CODES = frozenset(
    {
        "EXTERNAL_ID_REQUIRED",
        "INVALID_IMAGE_INPUT",
        "MULTIPART_FILE_NOT_FOUND",
        "PRODUCT_IMAGES_REQUIRED",
        "PRODUCT_IMAGE_FETCH_FAILED",
        "PRODUCT_NOT_FOUND",
    }
)


def failure_code(error: GenlookError) -> str:
    """Our code of a failed try-on for what a request to Genlook ended with."""
    if isinstance(error, OutOfCredits):
        return "no_credits"
    if isinstance(error, ConfigurationProblem):
        return "not_configured"
    if isinstance(error, RateLimited):
        return "busy"
    if isinstance(error, Unavailable):
        return "unavailable"
    return code_of(error.code, "rejected")


def code_of(genlook_code: str, otherwise: str) -> str:
    """Our code for one of Genlook's, `otherwise` where it tells a shopper nothing."""
    if genlook_code in PHOTO_CODES:
        return "photo_refused"
    if genlook_code in PRODUCT_CODES:
        return "product_refused"
    return otherwise


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
    tryon_failed.send_robust(sender=TryOn, tryon=tryon)
    return True
