"""What a merchant may set, and by which rules: the same in Django's admin and in Wagtail's."""

from typing import Any

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from .models.price import known_currency

FIELDSETS: list[tuple[Any, Any]] = [
    (None, {"fields": ["enabled", "audience"]}),
    (
        _("Pictures"),
        {
            "fields": ["keep_for_days", "watermark", "ai_mark", "crop"],
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
    (
        _("What one guest may use"),
        {
            "fields": [
                ("guest_tryons_per_day", "guest_tryons_at_once"),
                ("guest_uploads_per_hour", "guest_uploads_per_day"),
                ("network_tryons_per_day", "network_uploads_per_day"),
            ],
            "description": _(
                "Days begin at midnight. Who has reached a limit reads when it begins anew."
            ),
        },
    ),
    (
        _("What one signed-in customer may use"),
        {
            "fields": [
                ("customer_tryons_per_day", "buyer_extra_per_day"),
                "customer_tryons_at_once",
                ("customer_uploads_per_hour", "customer_uploads_per_day"),
                "new_customers_with_network",
            ],
        },
    ),
    (
        _("Budget of the shop"),
        {
            "fields": [
                ("budget_per_day", "budget_per_month"),
                "budget_spent",
                ("credit_price", "credit_currency"),
            ],
            "description": _(
                "One picture costs one credit. Pictures that exist already and failures cost "
                "none. The shop never spends more than this, whatever happens at once."
            ),
        },
    ),
    (
        _("Alerts"),
        {"fields": ["alert_emails", ("alert_thresholds", "alert_credits"), "weekly_digest"]},
    ),
    (_("After the picture"), {"fields": ["sharing", "ready_mail"]}),
    (_("Experiment"), {"fields": ["experiment_percent"]}),
    (
        _("Wording"),
        {
            "fields": ["privacy_url"],
            "description": _("Words of your own in each language stand below."),
        },
    ),
]
"""The fields of the configuration in groups, as Django's admin writes them: a title or None,
and the fields with a description."""


ORDERED = (
    (
        "guest_tryons_per_day",
        "guest_tryons_at_once",
        _("This is more than a guest may try on in a whole day."),
    ),
    (
        "customer_tryons_per_day",
        "customer_tryons_at_once",
        _("This is more than a customer may try on in a whole day."),
    ),
    (
        "guest_uploads_per_day",
        "guest_uploads_per_hour",
        _("This is more than a guest may add in a whole day."),
    ),
    (
        "customer_uploads_per_day",
        "customer_uploads_per_hour",
        _("This is more than a customer may add in a whole day."),
    ),
    (
        "network_tryons_per_day",
        "guest_tryons_per_day",
        _("This is more than all guests of one network have together."),
    ),
    (
        "network_uploads_per_day",
        "guest_uploads_per_day",
        _("This is more than all guests of one network have together."),
    ),
    (
        "customer_tryons_per_day",
        "guest_tryons_per_day",
        _("This is more than a signed-in customer has. Signing in must not cost a shopper."),
    ),
    (
        "budget_per_month",
        "budget_per_day",
        _("This is more than the budget of the whole month."),
    ),
)
"""Pairs of settings of which the second may not be more than the first, and why."""


class ConfigurationForm(forms.ModelForm):
    """Refuses, with a sentence, what would mislead shoppers, and settings that contradict each
    other."""

    def clean(self) -> dict[str, Any]:
        """Judge the settings that depend on each other."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        for larger, smaller, words in ORDERED:
            most, least = values.get(larger), values.get(smaller)
            if most is not None and least is not None and least > most:
                self.add_error(smaller, forms.ValidationError(words, code="contradiction"))
        audience, spent = values.get("audience"), values.get("budget_spent")
        limited = values.get("budget_per_day") or values.get("budget_per_month")
        if limited and audience == spent == "customers":
            words = _(
                "Only signed-in customers may try on anyway, so this budget would stop nobody. "
                "Choose what else shall happen when it is spent."
            )
            self.add_error("budget_spent", forms.ValidationError(words, code="contradiction"))
        return values

    def clean_credit_currency(self) -> str:
        """Letters as ISO 4217 writes them, in whatever case they were typed."""
        code: str = self.cleaned_data["credit_currency"].upper()
        if code:
            known_currency(code)
        return code

    def clean_alert_emails(self) -> str:
        """Addresses that e-mails can go to, one in each line."""
        found: list[str] = self.cleaned_data["alert_emails"].replace(",", " ").split()
        for address in found:
            try:
                validate_email(address)
            except forms.ValidationError:
                raise forms.ValidationError(
                    _("“%(address)s” is no e-mail address."),
                    code="address",
                    params={"address": address},
                ) from None
        return "\n".join(found)

    def clean_alert_thresholds(self) -> str:
        """Percents from 1 to 100, rising, each once."""
        parts = [part.strip(" %") for part in self.cleaned_data["alert_thresholds"].split(",")]
        found = {int(part) for part in parts if part.isdecimal()}
        if any(not part.isdecimal() for part in parts if part) or not found <= set(range(1, 101)):
            raise forms.ValidationError(
                _("Write numbers from 1 to 100 with commas between them, such as 50, 80, 100."),
                code="percent",
            )
        return ", ".join(map(str, sorted(found)))
