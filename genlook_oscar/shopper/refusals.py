"""Why a photo is not taken in: stable codes, each with a sentence that says what to do."""

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "photo_missing": _("No photo arrived. Please choose a photo and send it again."),
    "photo_empty": _("This file is empty. Please choose another photo."),
    "photo_too_large": _(
        "This file is too large: photos may have up to %(limit)s. Please choose a smaller one."
    ),
    "photo_not_an_image": _(
        "This file is not a photo that we can read. Please choose a JPEG, PNG or WebP photo."
    ),
    "photo_heic_unsupported": _(
        "This shop cannot read HEIC photos. Please choose a JPEG or PNG photo; a screenshot of "
        "your photo works too."
    ),
    "photo_damaged": _(
        "This photo is damaged or did not arrive whole. Please send it again, or choose another."
    ),
    "photo_too_many_pixels": _(
        "This picture is too big: photos may have up to %(limit)s megapixels. Please choose a "
        "smaller one."
    ),
    "photo_too_small": _(
        "This picture is too small to try things on. Please choose a photo with at least "
        "%(limit)s pixels on its shorter side."
    ),
    "photo_too_narrow": _(
        "This picture is too long and narrow. Please choose a photo in an ordinary shape, such "
        "as one straight from a phone's camera."
    ),
}


class PhotoRefused(Exception):
    """A photo that is not taken in: `code` is stable, `message` is for the shopper, in the
    language active when it was refused."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = str(SENTENCES[code]) % values
