"""What is said about a try-on that cannot be: to the shopper, and to the merchant.

Codes are stable and part of the storefront's API; wording may change. A failure's text says
nothing about what it cost: that is read off the books, by `told`.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ..causes import account, workers
from ..models import TryOn


@dataclass(frozen=True)
class Message:
    """`text` is for the shopper, `explanation` for the merchant; `retryable` says whether
    the same click may help."""

    text: str | Promise
    explanation: str | Promise
    retryable: bool = False


FAILURES: dict[str, Message] = {
    "photo_refused": Message(
        _("This photo cannot be used. Try one that shows one person, facing the camera."),
        _("Genlook refused the shopper's photo."),
    ),
    "photo_gone": Message(
        _("The photo has been deleted. Add it again, or another one."),
        _("The photo was deleted before it could be sent."),
    ),
    "product_refused": Message(
        _("This item cannot be tried on right now. The shop has been told."),
        _(
            "Genlook could not use the product's data or pictures. "
            "Look at the pictures of this product."
        ),
    ),
    "product_gone": Message(
        _("This item is no longer in the shop."),
        _("The product was deleted before it could be sent."),
    ),
    "busy": Message(
        _("Many people are trying things on right now. Try again in a minute."),
        _("Genlook's limit of requests per minute was used up until the deadline."),
        retryable=True,
    ),
    "not_begun": Message(
        _("Your picture could not be started in time. Please try again."),
        _(
            "No worker took it before its deadline. See whether workers are running, and enough of "
            "them."
        ),
        retryable=True,
    ),
    "unavailable": Message(
        account.UNAVAILABLE.shopper,
        _("Genlook did not answer, or answered with a fault of its own, until the deadline."),
        retryable=True,
    ),
    "not_configured": Message(
        account.KEY_REFUSED.shopper,
        _(
            "Genlook refused the API key, or the key may not use this product. "
            "Check GENLOOK_API_KEY in the project's settings and the account at Genlook."
        ),
    ),
    "no_credits": Message(
        account.NO_CREDITS.shopper,
        _("The Genlook account has no credits left. Top it up at Genlook."),
    ),
    "generation_failed": Message(
        _("The picture could not be made this time. Please try again."),
        _("Genlook's generation failed."),
        retryable=True,
    ),
    "account_changed": Message(
        _(
            "The shop changed something while your picture was being made, so it could not be "
            "finished. Please try again."
        ),
        _(
            "The API key was changed to another Genlook account while the picture was being made, "
            "so it cannot be asked for. With the former key it is delivered, for a day."
        ),
        retryable=True,
    ),
    "too_slow": Message(
        _("The picture did not arrive. Please try again."),
        _(
            "The deadline passed while the picture was being made. It is followed for a day "
            "longer, and delivered if it arrives."
        ),
        retryable=True,
    ),
    "uncertain": Message(
        _("The connection broke while your picture was being asked for. Please try again."),
        _(
            "The request was sent but its answer was lost. It may have cost a credit, "
            "so it was not repeated by itself."
        ),
        retryable=True,
    ),
    "rejected": Message(
        _("The picture could not be made. Try another photo, or another item."),
        _("Genlook refused the request."),
    ),
    "result_lost": Message(
        _("Your picture was made, but it cannot be shown. Please try again."),
        _(
            "Genlook reported the picture as finished, but it could not be downloaded or read. "
            "That is tried again, for a day at most."
        ),
        retryable=True,
    ),
    "internal": Message(
        _("Something went wrong on our side. Please try again."),
        _("An error in this shop's software. The log of the worker has the details."),
        retryable=True,
    ),
}

FOLLOWED: dict[str, str | Promise] = {
    "too_slow": _("This is taking too long. If the picture still arrives, you will find it here."),
    "result_lost": _(
        "Your picture has been made, but it cannot be fetched yet. You will find it here."
    ),
}
"""The texts of failures while the picture may still come."""

COST: dict[str, str | Promise] = {
    TryOn.Charge.NONE: _("Nothing was used."),
    TryOn.Charge.RELEASED: _("Nothing was used."),
    TryOn.Charge.RESERVED: _("It counts only if the picture arrives."),
    TryOn.Charge.SETTLED: _("It counts as one try-on."),
    TryOn.Charge.UNCERTAIN: _("We cannot tell whether anything was used."),
}
"""What a shopper reads about the cost of a failed try-on, by what the books say."""

SHOP_CODES = frozenset({"no_credits", "not_configured"})
"""Failures of the shop's account, whatever was asked for."""

REFUSALS: dict[str, Message] = {
    "off": Message(_("The fitting room is closed."), _("Virtual try-on is switched off.")),
    "not_configured": FAILURES["not_configured"],
    "not_allowed": FAILURES["not_configured"],
    "no_credits": FAILURES["no_credits"],
    "unavailable": FAILURES["unavailable"],
    "workers": Message(
        workers.FROZEN.shopper,
        _("No worker shows a sign of life. See that “manage.py qcluster” is running."),
        retryable=True,
    ),
    "sign_in_first": Message(
        _("Sign in to try this on."), _("Only signed-in customers may try on.")
    ),
    "staff_only": Message(_("The fitting room is closed."), _("Only staff may try on.")),
    "product_not_found": Message(_("There is no such item."), _("No such product.")),
    "not_for_this_product": Message(
        _("This item cannot be tried on."), _("Try-on is not possible for this product.")
    ),
    "photo_not_found": Message(
        _("This photo is no longer here. Add it again."),
        _("The photo does not exist, is deleted, or belongs to another shopper."),
    ),
    "consent_needed": Message(
        _("Please agree to how your photo is used first."),
        _("No agreement to the current wording is recorded."),
    ),
}


def shopper_message(code: str) -> str:
    """The sentence that a shopper reads for a failure or refusal with this code."""
    message = FAILURES.get(code) or REFUSALS.get(code) or FAILURES["internal"]
    return str(message.text)


def told(tryon: TryOn) -> str:
    """What the shopper reads about a failed try-on: why, and what was used by the books."""
    text = FOLLOWED.get(tryon.error_code) if tryon.may_still_come else None
    return f"{text or shopper_message(tryon.error_code)} {COST[tryon.charge]}"


def worth_repeating(tryon: TryOn) -> bool:
    """Whether the same click may bring a failed try-on's picture. Not while that may still
    come: the click would only lead to the same try-on."""
    return is_retryable(tryon.error_code) and not tryon.may_still_come


def another_photo_helps(tryon: TryOn) -> bool:
    """Whether a failed try-on of the same item may succeed with another photo."""
    return tryon.error_code not in SHOP_CODES


def explanation(code: str) -> str:
    """The sentence that the merchant reads for a failure or refusal with this code."""
    message = FAILURES.get(code) or REFUSALS.get(code)
    return str(message.explanation) if message else ""


def is_retryable(code: str) -> bool:
    """Whether the same click may succeed if it is repeated."""
    message = FAILURES.get(code)
    return bool(message and message.retryable)
