"""Why a photo is not taken in: stable codes, each with a sentence that says what to do."""

from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import pictures

SENTENCES = {
    "photo_missing": gettext_lazy("No photo arrived. Please choose a photo and send it again."),
    "photo_empty": gettext_lazy("This file is empty. Please choose another photo."),
    "photo_too_large": gettext_lazy(
        "This file is too large: photos may have up to %(limit)s. Please choose a smaller one."
    ),
    "photo_not_an_image": gettext_lazy(
        "This file is not a photo that we can read. Please choose a photo in one of these "
        "formats: %(kinds)s."
    ),
    "photo_heic_unsupported": gettext_lazy(
        "This shop cannot read %(kind)s photos. Please choose a JPEG or PNG photo; a screenshot "
        "of your photo works too."
    ),
    "photo_damaged": gettext_lazy(
        "This photo is damaged or did not arrive whole. Please send it again, or choose another."
    ),
    "photo_too_many_pixels": gettext_lazy(
        "This picture is too big: photos like this may have up to %(limit)s megapixels. Please "
        "set the camera to a lower resolution, or send a screenshot of the photo."
    ),
    "photo_too_complex": gettext_lazy(
        "This file takes too much work to read. Please send a screenshot of the photo, or choose "
        "another."
    ),
    "photo_too_small": gettext_lazy(
        "This picture is too small to try things on. Please choose a photo with at least "
        "%(limit)s pixels on its shorter side."
    ),
    "photo_too_narrow": gettext_lazy(
        "This picture is too long and narrow. Please crop it to the part that shows you, or choose "
        "a photo in an ordinary shape, such as one straight from a phone's camera."
    ),
    "photo_busy": gettext_lazy(
        "Many photos are arriving just now. Please send yours again in a few seconds."
    ),
    "photo_not_kept": gettext_lazy(
        "This shop cannot keep your photo at the moment. Please try again later."
    ),
}
NAMES = {"WEBP": "WebP", "HEIF": "HEIC"}
"""What people call a format, where that is not its code."""


class PhotoRefused(Exception):
    """A photo that is not taken in: `code` is stable, `message` is for the shopper, in the
    language active when it was refused."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = str(SENTENCES[code]) % values


def refusal_of(error: pictures.Refused | pictures.Busy) -> PhotoRefused:
    """The shopper's refusal for why a picture was not decoded."""
    if isinstance(error, pictures.Busy):
        return PhotoRefused("photo_busy")
    if error.code == "unsupported":
        kind = error.values["kind"]
        return PhotoRefused("photo_heic_unsupported", kind=NAMES.get(kind, kind))
    return PhotoRefused(f"photo_{error.code}", kinds=kinds_taken(), **error.values)


def kinds_taken() -> str:
    """The formats that are taken, as people call them, in the active language."""
    names = [NAMES.get(kind, kind) for kind in pictures.kinds()]
    return str(get_text_list(names, _("or")))
