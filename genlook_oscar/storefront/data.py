"""The JSON shapes of photos and try-ons. Times are ISO 8601 with their offset from UTC."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import slugify

from .. import clock
from ..engine.messages import told, worth_repeating
from ..engine.progress import Progress
from ..models import Photo, TryOn
from ..shopper.quality import WARNINGS
from .product import is_public, picture_url
from .words import waiting_words

CHARGED = {
    TryOn.Charge.NONE: False,
    TryOn.Charge.RELEASED: False,
    TryOn.Charge.SETTLED: True,
}
"""What is told of a failed try-on's credit. All else is not known yet, or never will be."""


def moment(value: datetime | None) -> str | None:
    """A moment as JSON has it."""
    return value.isoformat() if value else None


def photo_url(photo: Photo) -> str:
    """Where its owner sees the photo."""
    return reverse("genlook_oscar:photo_image", args=[photo.pk])


def tryon_url(tryon: TryOn) -> str:
    """The try-on's address for good."""
    return reverse("genlook_oscar:tryon", args=[tryon.pk])


def result_url(tryon: TryOn) -> str | None:
    """Where its owner sees the result, while there is one."""
    if not tryon.has_result():
        return None
    return reverse("genlook_oscar:tryon_image", args=[tryon.pk])


def download_url(tryon: TryOn) -> str | None:
    """Where its owner saves the result, with the words in it that AI made it."""
    if not tryon.has_result():
        return None
    return reverse("genlook_oscar:tryon_download", args=[tryon.pk])


def original_url(tryon: TryOn) -> str | None:
    """Where its owner saves the file as Genlook sent it, where that carries credentials."""
    if not (tryon.has_result() and tryon.original and tryon.credentials):
        return None
    return reverse("genlook_oscar:tryon_original", args=[tryon.pk])


def has_picture(photo: Photo | None) -> bool:
    """Whether the photo can still be shown and used."""
    return photo is not None and not photo.erased_at and photo.expires_at > clock.now()


def new_photo_data(photo: Photo) -> dict[str, Any]:
    """A photo of hers: where it is seen, and until when."""
    return {
        "id": str(photo.pk),
        "preview_url": photo_url(photo),
        "expires_at": moment(photo.expires_at),
    }


def taken_photo_data(photo: Photo) -> dict[str, Any]:
    """The answer to an upload, with what speaks against the photo; she may go past that."""
    warnings = [{"code": code, "message": str(WARNINGS[code])} for code in photo.warnings]
    return {**new_photo_data(photo), "warnings": warnings}


def photo_data(photo: Photo) -> dict[str, Any]:
    """A photo in the list of photos; width and height are in pixels."""
    return {**new_photo_data(photo), "width": photo.width, "height": photo.height}


def product_data(tryon: TryOn) -> dict[str, Any]:
    """The product of a try-on from `own`; without an address once the shop no longer
    shows it, without an id once it is gone."""
    product: Any = tryon.product
    shown = product is not None and is_public(product)
    return {
        "id": product.pk if product else None,
        "title": tryon.product_title,
        "url": product.get_absolute_url() if shown else None,
        "image_url": picture_url(getattr(tryon, "product_picture", None)) if shown else None,
    }


def error_data(tryon: TryOn) -> dict[str, Any] | None:
    """Why a try-on failed; `charged` is None when nobody can tell."""
    if tryon.status != TryOn.Status.FAILED:
        return None
    return {
        "code": tryon.error_code,
        "message": told(tryon),
        "retryable": worth_repeating(tryon),
        "charged": CHARGED.get(TryOn.Charge(tryon.charge)),
    }


def public_status(tryon: TryOn) -> str:
    """The status as a shopper is told it. A picture whose time is over is expired, whether
    or not the sweep has come by."""
    if tryon.status == TryOn.Status.COMPLETED and not tryon.has_result():
        return TryOn.Status.EXPIRED
    return tryon.public_status


def download_name(tryon: TryOn) -> str:
    """What the picture is called when it is saved."""
    return f"{slugify(tryon.product_title)[:60] or 'try-on'}.jpg"


def state_data(tryon: TryOn) -> dict[str, Any]:
    """What is the same of a try-on in the history and on its own."""
    photo = tryon.photo if has_picture(tryon.photo) else None
    return {
        "id": str(tryon.pk),
        "status": public_status(tryon),
        "product": getattr(tryon, "product_told", None) or product_data(tryon),
        "photo": new_photo_data(photo) if photo else None,
        "result_url": result_url(tryon),
        "download_url": download_url(tryon),
        "download_name": download_name(tryon),
        "expires_at": moment(tryon.expires_at) if tryon.has_result() else None,
        "error": error_data(tryon),
    }


def tryon_data(tryon: TryOn, progress: Progress) -> dict[str, Any]:
    """A try-on's state. `poll_after_ms` is when to ask again, in milliseconds, 0 when there
    is nothing more to come; the seconds are since the click and until the picture; `text`
    says in her language what is happening while it is. `tryon` is from `own.state` or
    `own.tryon`."""
    waiting = not tryon.is_final
    elapsed = round((clock.now() - tryon.created_at).total_seconds())
    return {
        **state_data(tryon),
        "queue_position": progress.queue_position,
        "poll_after_ms": progress.poll_after_ms,
        "expected_seconds": progress.expected_seconds,
        "elapsed_seconds": elapsed if waiting else None,
        "text": " ".join(waiting_words(tryon, progress)) if waiting else None,
        "mail_asked": getattr(tryon, "ready_mail", None) is not None,
    }


def history_data(tryon: TryOn) -> dict[str, Any]:
    """A try-on in the history: its state, its address, and when it was begun."""
    return {
        **state_data(tryon),
        "url": tryon_url(tryon),
        "created_at": moment(tryon.created_at),
    }


def accepted_data(tryon: TryOn, progress: Progress, reused: bool) -> dict[str, Any]:
    """The answer to a click. Times are in milliseconds and seconds; 0 when it is done."""
    answer: dict[str, Any] = {
        "id": str(tryon.pk),
        "status": public_status(tryon),
        "url": tryon_url(tryon),
        "poll_after_ms": progress.poll_after_ms,
        "expected_seconds": progress.expected_seconds,
    }
    if reused:
        answer["reused"] = True
    if tryon.may_still_come:
        # The click has led to an earlier try-on, which is late.
        answer |= {"may_still_come": True, "message": told(tryon)}
    return answer
