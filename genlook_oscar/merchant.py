"""What a merchant may set, and by which rules: the same in Django's admin and in Wagtail's."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

FIELDSETS: list[tuple[Any, Any]] = [
    (None, {"fields": ["enabled", "audience"]}),
    (
        _("Pictures"),
        {
            "fields": ["keep_for_days", "watermark", "crop"],
            "description": _("How photos and results are made and how long they are kept."),
        },
    ),
    (
        _("Catalogue"),
        {
            "fields": [
                "warm_up",
                "warm_up_count",
                "send_changes",
                "unfit_kinds",
                "bad_reports_limit",
            ],
            "description": _("Which products are offered, and when Genlook learns of them."),
        },
    ),
    (_("After the picture"), {"fields": ["sharing", "ready_mail"]}),
    (
        _("Wording"),
        {
            "fields": ["button_label", "consent_text", "privacy_url", "disclaimer"],
            "description": _(
                "Leave these empty unless you need words of your own: the built-in texts "
                "are translated and follow the settings above."
            ),
        },
    ),
]
"""The fields of the configuration in groups, as Django's admin writes them: a title or None,
and the fields with a description."""


class ConfigurationForm(forms.ModelForm):
    """Refuses, with a sentence, what would mislead shoppers."""

    def clean_consent_text(self) -> str:
        """The text must name the days, which the deletion of pictures obeys."""
        text: str = self.cleaned_data["consent_text"].strip()
        if not text:
            return ""
        if "{days}" not in text:
            raise forms.ValidationError(
                _(
                    "Shoppers must read how long their pictures are kept. Write {days} where "
                    "the number of days should stand."
                ),
                code="no_days",
            )
        rest = text.replace("{days}", "")
        if "{" in rest or "}" in rest:
            raise forms.ValidationError(
                _("Only {days} is filled in. Remove all other braces."), code="braces"
            )
        return text

    def clean_privacy_url(self) -> str:
        """An address on this site or on the web, and nothing that runs."""
        url: str = self.cleaned_data["privacy_url"].strip()
        parts = urlsplit(url)
        here = url.startswith("/") and not url.startswith(("//", "/\\"))
        there = parts.scheme in ("http", "https") and parts.netloc
        if url and not (here or there):
            raise forms.ValidationError(
                _("Write a path on this site, such as /privacy/, or an address with https://."),
                code="address",
            )
        return url
