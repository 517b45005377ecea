"""What a shopper agrees to before her photo leaves the shop, and the receipt of it."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import get_language, gettext, ngettext, override

from .. import clock
from ..models import Configuration, Consent, Shopper
from ..models.words import DAYS
from ..transactions import atomic
from . import identity


@dataclass(frozen=True)
class Wording:
    """What a shopper is asked to agree to: `text` in the active language, the `days` that it
    promises, the shop's privacy page ("" when it names none), and the `version`, which changes
    when what is agreed to changes. The built-in text is one version in all languages; the
    merchant's own words are another in each, because nobody can tell that they say the same."""

    version: str
    text: str
    days: int
    privacy_url: str


def wording(configuration: Configuration) -> Wording:
    """Return the wording that follows from the settings which the erasing obeys."""
    days = configuration.retention_days
    words = configuration.words()
    custom = words.consent_text.strip()
    page = words.privacy_url or configuration.privacy_url
    with override(None):
        source = _text(custom, days)
    terms = "\n".join([source, str(days), page])
    return Wording(
        version=hashlib.sha256(terms.encode()).hexdigest()[:12],
        text=_text(custom, days),
        days=days,
        privacy_url=page,
    )


def latest() -> Subquery:
    """The wording that the shopper of each row agreed to last, for a query of her rows; put it
    into her `agreed_version`."""
    valid = Consent.objects.filter(shopper=OuterRef("shopper"), withdrawn_at=None)
    return Subquery(valid.order_by("-given_at").values("version")[:1])


def is_given(shopper: Shopper, configuration: Configuration) -> bool:
    """Whether the shopper has agreed to the present wording and not withdrawn that. No query
    when she was read with the `latest` wording, and that is it."""
    shown = wording(configuration)
    if getattr(shopper, "agreed_version", None) == shown.version:
        return True
    return _valid(shopper, shown).exists()


def record(shopper: Shopper, configuration: Configuration) -> Consent:
    """Write the receipt that she agrees to the present wording; the same version is written
    once. The text is kept as it was shown, so call this in the shopper's language."""
    shown = wording(configuration)
    with atomic():
        shopper = identity.lock(shopper)
        return _valid(shopper, shown).first() or Consent.objects.create(
            shopper=shopper,
            version=shown.version,
            text=shown.text,
            language=(get_language() or settings.LANGUAGE_CODE)[:16],
            retention_days=shown.days,
            given_at=clock.now(),
        )


def withdraw(shopper: Shopper) -> None:
    """Note that she no longer agrees. She is asked again before her next try-on; what she
    gave until then is erased by `erasure.erase_shopper`."""
    shopper.consents.filter(withdrawn_at=None).update(withdrawn_at=clock.now())


def _valid(shopper: Shopper, shown: Wording) -> QuerySet[Consent]:
    return shopper.consents.filter(version=shown.version, withdrawn_at=None)


def _text(custom: str, days: int) -> str:
    """The merchant's text, or the built-in one. Each clause of the latter is something that
    the code does; who changes what the code does changes these sentences."""
    if custom:
        # Not str.format: any other brace in a merchant's text is just a brace.
        return custom.replace(DAYS, str(days))
    return " ".join(
        [
            gettext(
                "To show you in this item, this shop sends your photo to Genlook, the service "
                "that makes the picture. The shop uses your photo and the picture for nothing "
                "else."
            ),
            ngettext(
                "The shop deletes your photo at the latest %(days)d day after you add it, and "
                "each picture at the latest %(days)d day after it is made; Genlook deletes its "
                "copies at the latest %(days)d day after it received or made them.",
                "The shop deletes your photo at the latest %(days)d days after you add it, and "
                "each picture at the latest %(days)d days after it is made; Genlook deletes its "
                "copies at the latest %(days)d days after it received or made them.",
                days,
            )
            % {"days": days},
            gettext("You can delete them sooner yourself, here and at Genlook, at any time."),
        ]
    )
