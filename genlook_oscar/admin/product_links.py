"""Products at Genlook: which can be tried on, and under which name."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..catalogue.eligibility import verdict
from ..catalogue.links import link_for
from ..catalogue.naming import validate_external_id
from ..catalogue.payload import Unfit
from ..engine.messages import explanation
from ..engine.outcomes import code_of
from ..models import ProductLink
from .base import NONE, short


class KnownFilter(admin.SimpleListFilter):
    """Whether Genlook should hold the product now."""

    title = _("known to Genlook")
    parameter_name = "known"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("now", gettext("Now")),
            ("lapsed", gettext("No longer")),
            ("never", gettext("Never sent")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = clock.now()
        held = Q(known_until__gt=now) & ~Q(fingerprint="")
        return {
            "now": queryset.filter(held),
            "lapsed": queryset.exclude(sent_at=None).exclude(held),
            "never": queryset.filter(sent_at=None),
        }.get(self.value() or "", queryset)


class ProductLinkForm(forms.ModelForm):
    """Holds the merchant's own name to the rules that ours obey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "external_id" in self.fields:
            field = self.fields["external_id"]
            field.validators.append(validate_external_id)
            field.required = bool(self.instance.pk)
        if "product" in self.fields:
            self.fields["product"].required = True


@admin.register(ProductLink)
class ProductLinkAdmin(admin.ModelAdmin):
    form = ProductLinkForm
    list_display = [
        "product_title",
        "switched_on",
        "sku",
        "external_id",
        "error",
        "sent",
        "known",
    ]
    list_filter = ["enabled", KnownFilter, ("error_code", admin.AllValuesFieldListFilter)]
    list_select_related = ["product__parent"]
    search_fields = [
        "external_id",
        "sku",
        "product__upc",
        "product__title",
        "product__parent__title",
    ]
    search_help_text = _("Title, SKU, UPC or externalId")
    show_full_result_count = False
    raw_id_fields = ["product"]
    actions = ["switch_on", "switch_off"]
    readonly_fields = [
        "sku",
        "button",
        "sent_at",
        "known_until",
        "last_used_at",
        "error_code",
        "error_explained",
    ]
    fieldsets = [
        (None, {"fields": ["product", "sku", "enabled", "button"]}),
        (
            _("At Genlook"),
            {
                "fields": [
                    "external_id",
                    "sent_at",
                    "known_until",
                    "last_used_at",
                    "error_code",
                    "error_explained",
                ],
                "description": _(
                    "Under another externalId the product is new to Genlook: it is sent again "
                    "as a whole with the next try-on."
                ),
            },
        ),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["product", "enabled", "external_id"],
                "description": _(
                    "Products appear here by themselves when a shopper reaches for the button. "
                    "Add one to switch it off before that. An empty externalId is made from "
                    "the SKU."
                ),
            },
        )
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, "product"] if obj else self.readonly_fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # The row keeps its name from being given to another product.
        return False

    def save_model(self, request: HttpRequest, obj: ProductLink, form: Any, change: bool) -> None:
        """Save what the form holds and nothing else: workers write to the same row."""
        fields = ["enabled", "external_id"]
        if change:
            fields = [name for name in fields if name in form.changed_data]
        else:
            link = link_for(obj.product)
            obj.pk, obj.sku = link.pk, link.sku
            obj.external_id = obj.external_id or link.external_id
            obj._state.adding = False
        if "external_id" in fields:
            obj.fingerprint, obj.known_until, obj.error_code = "", None, ""
            fields += ["fingerprint", "known_until", "error_code"]
        if fields:
            obj.save(update_fields=fields)

    @admin.display(description=_("product"), ordering="product__title")
    def product_title(self, obj: ProductLink) -> str:
        return obj.product.get_title() if obj.product else gettext("(deleted)")

    @admin.display(description=_("on"), boolean=True, ordering="enabled")
    def switched_on(self, obj: ProductLink) -> bool | None:
        return obj.enabled

    @admin.display(description=_("last error"), ordering="error_code")
    def error(self, obj: ProductLink) -> str:
        if not obj.error_code:
            return NONE
        words = self.error_explained(obj)
        return format_html('<span title="{}">{}</span>', words, obj.error_code)

    @admin.display(description=_("last sent"), ordering="sent_at")
    def sent(self, obj: ProductLink) -> str:
        return short(obj.sent_at, "SHORT_DATE_FORMAT")

    @admin.display(description=_("known until"), ordering="known_until")
    def known(self, obj: ProductLink) -> str:
        return short(obj.known_until, "SHORT_DATE_FORMAT")

    @admin.display(description=_("button"))
    def button(self, obj: ProductLink) -> str:
        """Why a guest sees a button, or none."""
        return verdict(obj.product).explanation if obj.product else NONE

    @admin.display(description=_("what it means"))
    def error_explained(self, obj: ProductLink) -> str:
        if obj.error_code in Unfit.values:
            return str(Unfit(obj.error_code).label)
        return explanation(code_of(obj.error_code, "")) or NONE

    @admin.action(description=_("Switch try-on on for these products"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, on=True)

    @admin.action(description=_("Switch try-on off for these products"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, on=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet, *, on: bool) -> None:
        rows = list(queryset.filter(~Q(enabled=on) | Q(enabled=None)))
        ProductLink.objects.filter(pk__in=[row.pk for row in rows]).update(enabled=on)
        done = gettext("Switched on.") if on else gettext("Switched off.")
        LogEntry.objects.log_actions(str(request.user.pk), rows, CHANGE, done)
        words = (
            ngettext("%d product switched on.", "%d products switched on.", len(rows))
            if on
            else ngettext("%d product switched off.", "%d products switched off.", len(rows))
        )
        self.message_user(request, words % len(rows), messages.SUCCESS)
