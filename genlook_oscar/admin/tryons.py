"""Try-ons: browsed, never edited."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..engine.messages import FAILURES, explanation
from ..models import Configuration, TryOn
from ..money import cost_words
from .base import NONE, PictureAdmin, name_of, short


class ErrorFilter(admin.SimpleListFilter):
    """By error code; the choices are known, so that no query looks through all rows."""

    title = _("error")
    parameter_name = "error"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", gettext("Any error")), *((code, code) for code in sorted(FAILURES))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "any":
            return queryset.exclude(error_code="")
        return queryset.filter(error_code=self.value()) if self.value() else queryset


@admin.register(TryOn)
class TryOnAdmin(PictureAdmin):
    list_display = [
        "status",
        "error",
        "product_title",
        "clicked",
        "took",
        "charge",
        "shopper_name",
    ]
    list_filter = ["status", "charge", "counted_as", ErrorFilter, "is_test", "created_at"]
    list_select_related = ["shopper__user"]
    date_hierarchy = "created_at"
    search_fields = [
        "generation_id__startswith",
        "link__external_id",
        "product_title",
        "shopper__user__email",
    ]
    search_help_text = _(
        "Number of the try-on or of the generation, externalId, product's title, e-mail address"
    )
    fieldsets = [
        (
            None,
            {"fields": ["status", "who", "product_title", "product", "link"]},
        ),
        (
            _("Life"),
            {
                "fields": [
                    "clicked_exactly",
                    "sent",
                    "accepted",
                    "finished",
                    "deadline_at",
                    "expires_at",
                    "hidden_at",
                ]
            },
        ),
        (_("Error"), {"fields": ["error_code", "error_explained", "error_detail"]}),
        (
            _("Generation"),
            {
                "fields": [
                    "id",
                    "generation_id",
                    "inline",
                    "watermark",
                    "keep_for_days",
                    "attempts",
                    "polls",
                ]
            },
        ),
        (_("Money"), {"fields": ["charge", "cost", "counted_as", "is_test"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if Configuration.load().credit_price is not None:
            return fieldsets
        return [
            (title, {**more, "fields": [name for name in more["fields"] if name != "cost"]})
            for title, more in fieldsets
        ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        try:
            return queryset.filter(pk=uuid.UUID(search_term.strip())), False
        except ValueError:
            return super().get_search_results(request, queryset, search_term)

    def file_of(self, obj: TryOn) -> FieldFile | None:
        return obj.result if obj.has_result() else None

    @admin.display(description=_("shopper"), ordering="shopper__user__email")
    def shopper_name(self, obj: TryOn) -> str:
        return name_of(obj.shopper)

    @admin.display(description=_("shopper"))
    def who(self, obj: TryOn) -> str:
        url = reverse("admin:genlook_oscar_shopper_change", args=[obj.shopper_id])
        return format_html('<a href="{}">{}</a>', url, name_of(obj.shopper))

    @admin.display(description=_("clicked"), ordering="created_at")
    def clicked(self, obj: TryOn) -> str:
        return short(obj.created_at)

    @admin.display(description=_("clicked"))
    def clicked_exactly(self, obj: TryOn) -> str:
        return f"{localtime(obj.created_at):%Y-%m-%d %H:%M:%S %Z}"

    @admin.display(description=_("sent"))
    def sent(self, obj: TryOn) -> str:
        return _after_click(obj, obj.sent_at)

    @admin.display(description=_("accepted by Genlook"))
    def accepted(self, obj: TryOn) -> str:
        return _after_click(obj, obj.accepted_at)

    @admin.display(description=_("finished"))
    def finished(self, obj: TryOn) -> str:
        return _after_click(obj, obj.finished_at)

    @admin.display(description=_("took"), ordering=F("finished_at") - F("created_at"))
    def took(self, obj: TryOn) -> str:
        """The time from the click to the picture."""
        pictured = obj.status in (TryOn.Status.COMPLETED, TryOn.Status.EXPIRED)
        if not pictured or obj.finished_at is None:
            return NONE
        return _seconds(obj.finished_at - obj.created_at)

    @admin.display(description=_("error"), ordering="error_code")
    def error(self, obj: TryOn) -> str:
        if not obj.error_code:
            return NONE
        words = explanation(obj.error_code)
        return format_html('<span title="{}">{}</span>', words, obj.error_code)

    @admin.display(description=_("cost"))
    def cost(self, obj: TryOn) -> str:
        """At the present price of a credit."""
        words = cost_words(Configuration.load(), 1)
        if obj.charge == TryOn.Charge.SETTLED:
            return words or NONE
        if obj.charge in (TryOn.Charge.RESERVED, TryOn.Charge.UNCERTAIN) and words:
            return gettext("perhaps %(cost)s") % {"cost": words}
        return NONE

    @admin.display(description=_("what it means"))
    def error_explained(self, obj: TryOn) -> str:
        return explanation(obj.error_code) or NONE


def _seconds(time: timedelta) -> str:
    words = gettext("%(seconds)s s") % {"seconds": floatformat(time.total_seconds(), 1)}
    return words.replace(" ", "\u00a0")


def _after_click(obj: TryOn, moment: datetime | None) -> str:
    if moment is None:
        return NONE
    return gettext("%(time)s after the click") % {"time": _seconds(moment - obj.created_at)}
