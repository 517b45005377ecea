"""The fitting room of one product: what its template reads, and the fragment itself."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from ..catalogue.eligibility import Verdict, verdict
from ..catalogue.kinds import kind_of
from ..catalogue.reasons import Reason
from ..conf import conf
from ..engine import mails, progress
from ..engine.products import enqueue_registration
from ..pictures import kinds
from ..shopper import consent
from ..shopper.pixels import MAX_RATIO, MIN_SHORT_SIDE
from ..shopper.refusals import kinds_taken
from . import own
from .base import StorefrontView
from .beside import choices_beside
from .data import photo_url
from .intake import needs_consent, refusal
from .product import borrows_picture, display_picture, find, variants_of
from .words import ai_label, button_label, disclaimer


def enter(request: HttpRequest, pk: int) -> tuple[Any, Verdict]:
    """The product whose fitting room a shopper enters, and the verdict on it. Raises
    `Problem` when there is no such product, or it cannot be tried on. What passes by itself
    closes no room: pictures that exist are seen, and the click says what there is to wait for.
    But where no credits are left nobody is asked for a photo and her agreement in vain.
    """
    product = find(pk, request.user)
    answer = verdict(product, request=request)
    if not (answer.shown or answer.passing) or answer.reason == Reason.NO_CREDITS:
        raise refusal(answer.reason)
    return product, answer


def accepted() -> str:
    """What a file input offers. Endings stand beside `image/*` because systems do not know
    all of them as pictures."""
    # HEIC always: a browser may read what the server does not.
    return "image/*,.heic,.heif" + (",.avif" if "AVIF" in kinds() else "")


def room_context(request: HttpRequest, product: Any, answer: Verdict) -> dict[str, Any]:
    """What a template needs to offer a try-on of `product`.

    `variants` is empty unless the shopper has to choose one. `closed` says why no try-on can
    begin just now, if so. `retention_days` is in days,
    `expected_seconds` in seconds, sizes are in bytes and pixels. Writes nothing of hers.
    """
    configuration = answer.configuration
    photos = list(own.photos(request))
    for photo in photos:
        photo.preview_url = photo_url(photo)  # type: ignore[attr-defined]
    wording = consent.wording(configuration)
    return {
        "product": product,
        "product_title": product.get_title(),
        "product_image_url": display_picture(product),
        "kind": kind_of(product),
        "closed": "" if answer.shown else answer.words,
        "picture_borrowed": borrows_picture(product),
        "product_url": product.get_absolute_url(),
        "variants": variants_of(product),
        "photos": photos,
        "needs_consent": needs_consent(request, configuration),
        "consent_text": wording.text,
        "consent_version": wording.version,
        "privacy_url": wording.privacy_url,
        "retention_days": configuration.retention_days,
        "disclaimer": disclaimer(configuration),
        "ai_label": ai_label(configuration),
        "offers_mail": configuration.ready_mail and mails.can_reach(request.user),
        "button_label": button_label(configuration),
        "max_photo_bytes": conf.max_photo_bytes,
        "max_photo_pixels": conf.max_photo_pixels,
        "photo_long_side": conf.photo_long_side,
        "photo_kinds": kinds_taken(),
        "photo_accept": accepted(),
        "photo_min_side": MIN_SHORT_SIDE,
        "photo_max_ratio": MAX_RATIO,
        "expected_seconds": progress.before_click(),
        "urls": {
            "photos": reverse("genlook_oscar:photos"),
            "tryons": reverse("genlook_oscar:tryons"),
            "new": reverse("genlook_oscar:new", args=[product.pk]),
            "history": reverse("genlook_oscar:tryons"),
        },
    }


def register(context: dict[str, Any]) -> None:
    """Have Genlook learn the product while the shopper looks for a photo."""
    variants = context["variants"]
    enqueue_registration(variants[0].product if variants else context["product"])


class RoomView(StorefrontView):
    """The fitting room as a fragment of HTML."""

    def get(self, request: HttpRequest, product_pk: int) -> HttpResponseBase:
        product, answer = enter(request, product_pk)
        context = room_context(request, product, answer)
        register(context)
        context["variants"] = choices_beside(request, product, context["variants"])
        return render(request, "genlook_oscar/room.html", context)
