"""Rules: which categories and product classes can be tried on."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from ..models import Rule
from .base import ListAdmin
from .product_actions import MANAGE


class CategoryField(forms.ModelChoiceField):
    """Categories as a tree. Oscar's own name of each asks for all above it, one by one."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{'— ' * (obj.depth - 1)}{obj.name}"


class RuleForm(forms.ModelForm):
    """One rule for one category, or for one product class."""

    category = CategoryField(
        queryset=None,
        required=False,
        label=_("Category"),
        help_text=_("The rule holds for all categories below it that have no rule of their own."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "category" in self.fields:
            categories = get_model("catalogue", "Category").objects.order_by("path")
            self.fields["category"].queryset = categories  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("category")) == bool(cleaned.get("product_class")):
            raise forms.ValidationError(
                _("Choose a category or a product class, one of the two."), code="one"
            )
        return cleaned


@admin.register(Rule)
class RuleAdmin(ListAdmin):
    form = RuleForm
    list_display = ["applies_to", "kind", "on"]
    list_select_related = ["category", "product_class"]
    list_filter = ["on"]
    radio_fields = {"on": admin.VERTICAL}
    fieldsets = [
        (
            None,
            {
                "fields": ["category", "product_class", "on"],
                "description": _(
                    "The rule of the nearest category decides; where a product is in several, "
                    "that of the deepest one, and off where two are equally deep. Rules for "
                    "product classes hold where no category has a rule. A product's own switch "
                    "beats all rules. Without any rule, a product can be tried on."
                ),
            },
        )
    ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or request.user.has_perm(MANAGE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or request.user.has_perm(MANAGE)

    has_add_permission = has_view_permission
    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    @admin.display(description=_("applies to"), ordering="category__path")
    def applies_to(self, obj: Rule) -> str:
        if obj.category is None:
            return str(obj.product_class)
        return f"{'— ' * (obj.category.depth - 1)}{obj.category.name}"

    @admin.display(description=_("kind"))
    def kind(self, obj: Rule) -> str:
        return gettext("Product class") if obj.category is None else gettext("Category")
