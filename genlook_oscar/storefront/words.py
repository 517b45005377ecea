"""Sentences that pages and JSON answers share."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..engine.progress import Progress
from ..models import Configuration, TryOn


def button_label(configuration: Configuration) -> str:
    """The button's text: the merchant's, or the built-in one in the shopper's language."""
    return configuration.words().button_label.strip() or _("See it on me")


def disclaimer(configuration: Configuration) -> str:
    """The note below each result: the merchant's, or the built-in one."""
    return configuration.words().disclaimer.strip() or _(
        "Made by AI. It shows the style, not the size or the fit."
    )


def ai_label(configuration: Configuration) -> str:
    """What the merchant adds to the label over each picture, which the templates write: that AI
    made it stands there whatever this is."""
    return configuration.words().ai_label.strip()


def waiting_words(tryon: TryOn, progress: Progress) -> list[str]:
    """What is happening to a live try-on, and how long it usually takes."""
    if progress.stopped:
        return [_("The fitting room has stopped for the moment. You need not wait here.")]
    ahead = (progress.queue_position or 1) - 1
    if tryon.status == TryOn.Status.GENERATING:
        happening = _("Your picture is being made.")
    elif ahead:
        happening = ngettext(
            "%(count)d other try-on is before yours.",
            "%(count)d other try-ons are before yours.",
            ahead,
        ) % {"count": ahead}
    else:
        happening = _("Your try-on is next.")
    return [happening, waiting_time(progress.expected_seconds)]


def waiting_time(seconds: int | None) -> str:
    """How long it still takes, as roughly as it is known."""
    if seconds is None:
        return _("It takes longer than usual.")
    if seconds <= 1:
        return _("It should be ready any moment.")
    if seconds < 90:
        near = seconds if seconds < 15 else 5 * round(seconds / 5)
        return ngettext("About %(count)d second.", "About %(count)d seconds.", near) % {
            "count": near
        }
    minutes = round(seconds / 60)
    return ngettext("About %(count)d minute.", "About %(count)d minutes.", minutes) % {
        "count": minutes
    }


def status_words(status: str) -> str:
    """A try-on's status in the history, in a word or two."""
    return {
        TryOn.Status.QUEUED.value: _("Waiting"),
        TryOn.Status.GENERATING.value: _("Being made"),
        TryOn.Status.COMPLETED.value: _("Ready"),
        TryOn.Status.FAILED.value: _("Did not work"),
        TryOn.Status.CANCELLED.value: _("Cancelled"),
        TryOn.Status.EXPIRED.value: _("Picture deleted"),
    }[status]
