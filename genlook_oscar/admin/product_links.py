"""Products at Genlook: which can be tried on, and under which name."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..catalogue.eligibility import verdict
from ..catalogue.links import link_for
from ..catalogue.naming import validate_external_id
from ..engine import reports
from ..engine.catalogue import explained
from ..models import ProductLink, Ready
from .base import NONE, ListAdmin, short
from .product_actions import MANAGE, CatalogueActions
from .product_filters import CategoryFilter, KnownFilter, OfferedFilter, ReadyFilter
from .trial import TrialView


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
class ProductLinkAdmin(TrialView, CatalogueActions, ListAdmin):
    form = ProductLinkForm
    list_display = [
        "product_title",
        "switched",
        "readiness",
        "sku",
        "external_id",
        "error",
        "known",
        "last_tried",
        "bad_reports",
        "waiting",
    ]
    list_filter = [
        OfferedFilter,
        ReadyFilter,
        "enabled",
        KnownFilter,
        CategoryFilter,
        ("error_code", admin.AllValuesFieldListFilter),
    ]
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
    # Enter in a field presses the first button, which must not be one that sets reports aside.
    save_on_top = True
    raw_id_fields = ["product"]
    actions = [
        "switch_on",
        "switch_off",
        "follow_rules",
        "register_now",
        "refresh",
        "forget",
        "look_again",
        "export_csv",
    ]
    readonly_fields = [
        "sku",
        "button",
        "reasons",
        "checked_at",
        "bad_reports",
        "offer_again",
        "waiting",
        "sent_at",
        "known_until",
        "last_used_at",
        "error_code",
        "error_explained",
    ]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "product",
                    "sku",
                    "enabled",
                    "button",
                    "reasons",
                    "checked_at",
                    "bad_reports",
                    "offer_again",
                ]
            },
        ),
        (
            _("At Genlook"),
            {
                "fields": [
                    "external_id",
                    "waiting",
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
                    "Products appear here by themselves within minutes, or at once with the "
                    "command genlook_catalogue check. An empty externalId is made from the SKU."
                ),
            },
        )
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*self.readonly_fields, "product"] if obj else self.readonly_fields

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or request.user.has_perm(MANAGE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or request.user.has_perm(MANAGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) or request.user.has_perm(MANAGE)

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

    def response_change(self, request: HttpRequest, obj: ProductLink) -> HttpResponse:
        if "_offer_again" not in request.POST:
            return super().response_change(request, obj)
        reports.set_aside(obj)
        words = gettext("The reports no longer count; the product is offered again.")
        self.log_change(request, obj, words)
        self.message_user(request, words, messages.SUCCESS)
        return HttpResponseRedirect(request.get_full_path())

    @admin.display(description=_("reports"))
    def offer_again(self, obj: ProductLink) -> str:
        """One click undoes what reports have done."""
        if Ready.BAD_REPORTS not in obj.ready_reasons:
            return NONE
        words = gettext("Set the reports aside and offer it again")
        return format_html('<button name="_offer_again" value="1">{}</button>', words)

    @admin.display(description=_("product"), ordering="product__title")
    def product_title(self, obj: ProductLink) -> str:
        return obj.product.get_title() if obj.product else gettext("(deleted)")

    @admin.display(description=_("can be tried on"), ordering="enabled")
    def switched(self, obj: ProductLink) -> str:
        return str(obj.get_enabled_display())

    @admin.display(description=_("readiness"), ordering="ready_code")
    def readiness(self, obj: ProductLink) -> str:
        words = self.reasons(obj)
        return format_html('<span title="{}">{}</span>', words, obj.get_ready_code_display())

    @admin.display(description=_("what is missing"))
    def reasons(self, obj: ProductLink) -> str:
        """All that readiness found, the gravest first."""
        known = dict(Ready.choices)
        return ", ".join(str(known.get(code, code)) for code in obj.ready_reasons) or NONE

    @admin.display(description=_("last tried on"), ordering="last_used_at")
    def last_tried(self, obj: ProductLink) -> str:
        return short(obj.last_used_at, "SHORT_DATE_FORMAT")

    @admin.display(description=_("waiting"), ordering="wanted")
    def waiting(self, obj: ProductLink) -> str:
        return str(obj.get_wanted_display()) if obj.wanted else NONE

    @admin.display(description=_("last error"), ordering="error_code")
    def error(self, obj: ProductLink) -> str:
        if not obj.error_code:
            return NONE
        words = self.error_explained(obj)
        return format_html('<span title="{}">{}</span>', words, obj.error_code)

    @admin.display(description=_("known until"), ordering="known_until")
    def known(self, obj: ProductLink) -> str:
        return short(obj.known_until, "SHORT_DATE_FORMAT")

    @admin.display(description=_("button"))
    def button(self, obj: ProductLink) -> str:
        """Why a guest sees a button, or none."""
        return verdict(obj.product).explanation if obj.product else NONE

    @admin.display(description=_("what it means"))
    def error_explained(self, obj: ProductLink) -> str:
        return explained(obj.error_code) or NONE
