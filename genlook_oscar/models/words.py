"""What shoppers read in the merchant's own words, in one language."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import global_settings, settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

DAYS = "{days}"
TRANSLATED = Path(__file__).parent.parent / "locale"
MARKUP = re.compile(r"<[a-zA-Z/!?]|&#?\w+;")


def plain(text: str) -> None:
    """Refuse what is meant for a machine: it would be shown as it stands."""
    if MARKUP.search(text):
        raise ValidationError(
            _("This is shown as it stands. Write plain text without HTML."), code="html"
        )
    if "{" in text or "}" in text:
        raise ValidationError(_("Nothing is filled in here. Remove the braces."), code="braces")


def naming_days(text: str) -> None:
    """Refuse a text that does not name the days, which the deletion of pictures obeys."""
    if DAYS not in text:
        raise ValidationError(
            _(
                "Shoppers must read how long their pictures are kept. Write {days} where "
                "the number of days should stand."
            ),
            code="no_days",
        )
    rest = text.replace(DAYS, "")
    if "{" in rest or "}" in rest:
        raise ValidationError(
            _("Only {days} is filled in. Remove all other braces."), code="braces"
        )
    plain(rest)


def page_address(url: str) -> None:
    """Refuse what is no address on this site or on the web, and above all what runs."""
    parts = urlsplit(url)
    here = url.startswith("/") and not url.startswith(("//", "/\\"))
    there = parts.scheme in ("http", "https") and parts.netloc
    if not (here or there):
        raise ValidationError(
            _("Write a path on this site, such as /privacy/, or an address with https://."),
            code="address",
        )


class Words(models.Model):
    """The merchant's own words in one language; where one is empty, the built-in text stands.

    That AI made a picture is no text of theirs: the built-in label stays in front of
    `ai_label`, so that nothing written here can take its meaning away.
    """

    configuration = models.ForeignKey(
        "genlook_oscar.Configuration", on_delete=models.CASCADE, related_name="all_words"
    )
    language = models.CharField(_("language"), max_length=16)
    button_label = models.CharField(
        _("text of the button"), max_length=60, blank=True, validators=[plain]
    )
    consent_text = models.TextField(
        _("text that shoppers agree to"),
        blank=True,
        validators=[naming_days],
        help_text=_(
            "Write {days} where the number of days should stand. A change asks each shopper "
            "again who reads this language."
        ),
    )
    privacy_url = models.CharField(
        _("link to your privacy page"),
        max_length=500,
        blank=True,
        validators=[page_address],
        help_text=_("Where it is another one in this language."),
    )
    disclaimer = models.CharField(
        _("note below each result"), max_length=200, blank=True, validators=[plain]
    )
    ai_label = models.CharField(
        _("added to the label over each picture"),
        max_length=30,
        blank=True,
        validators=[plain],
        help_text=_(
            "“AI-made preview” stands there in any case; this follows it, in few words, so "
            "that no face is covered."
        ),
    )

    class Meta:
        verbose_name = _("words in one language")
        verbose_name_plural = _("words in each language")
        default_permissions = ()
        ordering = ["language"]
        constraints = [
            models.UniqueConstraint(
                fields=["configuration", "language"], name="genlook_one_words_per_language"
            )
        ]

    def __str__(self) -> str:
        return language_name(self.language)

    @classmethod
    def copy(cls, source: int | None, target: int) -> None:
        """Give settings that become a shop's own the words that it has spoken with so far."""
        if source is None:
            return
        for row in cls.objects.filter(configuration=source):
            row.pk, row.configuration_id = None, target
            row._state.adding = True
            row.save()


TEXTS = ("button_label", "consent_text", "privacy_url", "disclaimer", "ai_label")


def language_name(code: str) -> str:
    """A language of the shop's, in the language active now."""
    name: Any = dict(settings.LANGUAGES).get(code, code)
    return gettext(name)


def shop_languages() -> list[str]:
    """The codes of the languages that the shop speaks. Where a project has not said which, and so
    Django names all it knows, those that are translated here, and the project's own."""
    codes = [code for code, _name in settings.LANGUAGES]
    if list(settings.LANGUAGES) != list(global_settings.LANGUAGES):
        return codes
    known = {"en", settings.LANGUAGE_CODE, *(path.name for path in TRANSLATED.iterdir())}
    return [code for code in codes if code in known]


def languages_now() -> list[str]:
    """The codes of which words are looked for, the closest first: `de-at`, then `de`."""
    code = (get_language() or settings.LANGUAGE_CODE).lower()
    return list(dict.fromkeys([code, code.partition("-")[0]]))
