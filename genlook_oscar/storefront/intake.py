"""What a shopper hands in: a photo, her agreement, a click."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from .. import clock, visitor
from ..catalogue.eligibility import Reason, no_credits, of_shop
from ..catalogue.reasons import moment
from ..engine import tryons
from ..engine.messages import shopper_message
from ..engine.photos import enqueue_upload
from ..models import Configuration, Photo, Spent
from ..pictures import Header
from ..shopper import consent, identity
from ..shopper.limits import count_upload
from ..shopper.photos import PhotoRefused, judged, keep, placed, read
from . import own
from .answers import Problem, field_problem, limit_problem
from .product import find

TICKED = ("1", "on", "true")
STATUSES = {"photo_too_large": 413, "photo_busy": 503, "photo_not_kept": 503}
"""HTTP statuses of refused photos, by code; 400 where none is named."""
BUSY_SECONDS = 3
"""After which a photo that found no place is sent again; a photo takes a quarter of a second."""


def refusal(reason: str) -> Problem:
    """The problem of a shopper who may not try on, by the reason for there being no button."""
    if reason == Reason.NOT_PUBLIC:
        return Problem("product_not_found", shopper_message("product_not_found"), 404)
    if reason == Reason.NO_CREDITS:
        return Problem("no_credits", shopper_message("no_credits"), 503)
    for_everybody = reason in (
        Reason.OFF,
        Reason.NOT_CONFIGURED,
        Reason.STAFF_ONLY,
        Reason.SIGN_IN_FIRST,
    )
    code = str(reason) if for_everybody else "not_for_this_product"
    return Problem(code, shopper_message(code), 403)


def needs_consent(request: HttpRequest, configuration: Configuration) -> bool:
    """Whether she has still to agree to the present wording. Writes nothing."""
    shopper = identity.current(request)
    return shopper is None or not consent.is_given(shopper, configuration)


def agrees(fields: Mapping[str, Any], configuration: Configuration) -> bool:
    """Whether the box was ticked under the present wording. `consent_version` names the
    wording that was shown; without it, that counts which counts now."""
    shown = fields.get("consent_version")
    if shown and shown != consent.wording(configuration).version:
        return False
    return str(fields.get("consent", "")).lower() in TICKED


def look_at(uploaded: Any) -> Header:
    """Return what a file that came with the request says of its photo. First of all, because
    what is refused by that costs no query, and need not be counted: that would cost more.
    Raises `Problem`."""
    with photo_told():
        return judged(uploaded)


def take_photo(request: HttpRequest, header: Header, configuration: Configuration) -> Photo:
    """Take in a photo that came with the request and has been looked at, and start sending it
    to Genlook.

    Nothing is stored before the shopper agrees: by `consent` in the same form, or earlier.
    Nothing but the count is before the photo has proved to be one. Raises `Problem`.
    """
    closed = of_shop(configuration, request.user) or no_credits()
    if closed:
        raise refusal(closed)
    agreed = agrees(request.POST, configuration)
    if not agreed and needs_consent(request, configuration):
        raise field_problem("consent", "consent_needed", shopper_message("consent_needed"))
    who = visitor.of_request(request)
    with photo_told():
        # Nothing is counted for one that is to come again.
        with placed(header, waits=request.META.get("wsgi.multithread", True)) as place:
            count_upload(configuration, who)
            rebuilt = read(place)
        shopper = identity.get_or_create(request)
        if not (who.is_customer or who.key):
            # Only now there is a guest to be counted; their network was before.
            count_upload(configuration, replace(who, key=shopper.key, network=""))
        if agreed:
            consent.record(shopper, configuration)
        photo = keep(shopper, rebuilt, configuration)
    enqueue_upload(photo)
    return photo


@contextmanager
def photo_told() -> Iterator[None]:
    """Turn what speaks against a photo into a `Problem`."""
    try:
        yield
    except Spent as spent:
        raise too_many_photos(spent) from None
    except PhotoRefused as refused:
        status = STATUSES.get(refused.code, 400)
        problem = field_problem("photo", refused.code, refused.message, status)
        problem.retry_after = BUSY_SECONDS if status == 503 else None
        raise problem from None


def too_many_photos(spent: Spent) -> Problem:
    """The problem of a shopper who has handed in enough photos for now."""
    until = spent.allowance.until if spent.allowance else clock.now()
    code = "too_many_photos"
    words = _("You have added many photos. You can add the next one from %(time)s.")
    if spent.allowance and spent.allowance.is_network:
        code = "network_photos"
        words = _(
            "Too many photos have been added from your network today. You can add the next one "
            "from %(time)s."
        )
    seconds = (until - clock.now()).total_seconds()
    return limit_problem(code, words % {"time": moment(until)}, 429, seconds)


def start(
    request: HttpRequest, fields: Mapping[str, Any], product: int, photo: UUID, key: str = ""
) -> tryons.Accepted:
    """Ask for a product to be seen on one of her photos.

    `fields` may carry her agreement, for a wording that changed since the photo was taken
    in; `key` is the click's idempotency key. Raises `Problem`.
    """
    chosen = _owned_photo(request, photo)
    if fields.get("consent"):
        configuration = Configuration.load()
        if agrees(fields, configuration):
            consent.record(chosen.shopper, configuration)
    try:
        return tryons.request(
            chosen.shopper,
            find(product, request.user),
            chosen,
            idempotency_key=key or None,
            who=visitor.of_request(request),
        )
    except tryons.Refused as refused:
        raise limit_problem(
            refused.code, refused.message, refused.status, refused.retry_after
        ) from None


def _owned_photo(request: HttpRequest, pk: UUID) -> Photo:
    photos = own.photos(request).filter(pk=pk).select_related("shopper__user")
    photos = photos.annotate(agreed_version=consent.latest())
    photo = photos.first()
    if photo and request.user.is_authenticated and photo.shopper.user_id is None:
        # Her login could not bring along what she had as a guest; this does.
        identity.get_or_create(request)
        photo = photos.all().first()
    if photo is None:
        raise Problem("photo_not_found", shopper_message("photo_not_found"), 404)
    photo.shopper.agreed_version = photo.agreed_version  # type: ignore[attr-defined]
    return photo
