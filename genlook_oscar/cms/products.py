"""The catalogue in Wagtail's admin: which products can be tried on, and what many of them need."""

from typing import Any

import django_filters
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import classproperty
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column, DateColumn
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.admin.views.generic import IndexView

from ..engine import wishes
from ..models import ProductLink, Ready
from .access import SEE_PRODUCTS, SEND_PRODUCTS, SWITCH_PRODUCTS, Guarded


class ProductFilters(WagtailFilterSet):
    """By readiness, and by the product's own switch."""

    ready_code = django_filters.ChoiceFilter(
        label=_("Readiness"),
        choices=[(code, label) for code, label in Ready.choices if code],
    )
    enabled = django_filters.ChoiceFilter(
        label=_("Switched"),
        choices=[("on", _("On")), ("off", _("Off"))],
        empty_label=_("As the rules say, on or off"),
        method="switched",
    )

    def switched(self, rows: QuerySet[ProductLink], name: str, value: str) -> Any:
        return rows.filter(enabled=value == "on")

    class Meta:
        model = ProductLink
        fields = ("ready_code", "enabled")


def title_of(link: ProductLink) -> str:
    return str(link.product.get_title()) if link.product else ""


class ProductsView(Guarded, IndexView):
    """Every product that has been looked at, with what was found."""

    permission = SEE_PRODUCTS
    any_permission_required = None
    model = ProductLink
    page_title = _("Products to try on")
    header_icon = "tag"
    index_url_name = "genlook_products"
    index_results_url_name = "genlook_products_results"
    template_name = "genlook_oscar/cms/products.html"
    filterset_class = ProductFilters
    search_fields = ("sku", "external_id", "product__title", "product__upc")
    search_backend_name = None
    default_ordering = "external_id"
    paginate_by = 50
    list_export = ()
    no_results_message = _(
        "There are no such products. They appear once they were looked at, which happens by "
        "itself while virtual try-on is on."
    )
    columns = (
        BulkActionsCheckboxColumn("bulk_actions", obj_type="productlink"),
        Column("title", label=_("Product"), accessor=title_of),
        Column("sku", label=_("SKU"), sort_key="sku"),
        Column(
            "ready",
            label=_("Readiness"),
            accessor="get_ready_code_display",
            sort_key="ready_code",
        ),
        Column("switch", label=_("Switched"), accessor="get_enabled_display"),
        DateColumn("sent_at", label=_("Last sent"), sort_key="sent_at"),
        DateColumn("last_used_at", label=_("Last tried on"), sort_key="last_used_at"),
    )

    def get_base_queryset(self) -> QuerySet[ProductLink]:
        return ProductLink.objects.exclude(product=None).select_related("product__parent")


class ProductsAction(BulkAction):
    """What is done with many products at once. One that is not allowed to this user is told
    him as such and done with none."""

    permission = SWITCH_PRODUCTS
    template_name = "genlook_oscar/cms/products_action.html"
    words: Any = ""

    @classproperty
    def models(cls) -> list[type]:
        return [ProductLink]

    def check_perm(self, obj: Any) -> bool:
        return bool(self.request.user.has_perm(self.permission))

    def get_all_objects_in_listing_query(self, parent_id: Any) -> Any:
        links = ProductLink.objects.exclude(product=None)
        return links.values_list("pk", flat=True)

    def get_execution_context(self) -> dict[str, Any]:
        return {**super().get_execution_context(), "user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "action": self}

    def get_success_message(self, num_parent_objects: int, num_child_objects: int) -> str:
        return ngettext(
            "Done for %(count)d product.", "Done for %(count)d products.", num_parent_objects
        ) % {"count": num_parent_objects}

    @classmethod
    def record(cls, user: Any, links: list[ProductLink]) -> None:
        """Write down who did it, where Django's admin shows it."""
        LogEntry.objects.log_actions(user.pk, links, CHANGE, str(cls.words))


class SwitchAction(ProductsAction):
    on = True

    @classmethod
    def execute_action(cls, objects: list[ProductLink], user: Any = None, **kwargs: Any) -> Any:
        changed = [link for link in objects if link.enabled is not cls.on]
        ProductLink.objects.filter(pk__in=[link.pk for link in changed]).update(enabled=cls.on)
        if changed:
            cls.record(user, changed)
        return len(changed), 0


class SwitchOn(SwitchAction):
    display_name = _("Switch on")
    aria_label = _("Switch try-on on for the chosen products")
    action_type = "genlook_on"
    words = _("Switched on.")


class SwitchOff(SwitchAction):
    on = False
    display_name = _("Switch off")
    aria_label = _("Switch try-on off for the chosen products")
    action_type = "genlook_off"
    words = _("Switched off.")


class Register(ProductsAction):
    permission = SEND_PRODUCTS
    display_name = _("Send to Genlook")
    aria_label = _("Have workers send the chosen products to Genlook")
    action_type = "genlook_register"
    words = _("Sent to Genlook by a worker.")

    @classmethod
    def execute_action(cls, objects: list[ProductLink], user: Any = None, **kwargs: Any) -> Any:
        links = ProductLink.objects.filter(pk__in=[link.pk for link in objects])
        count = wishes.wish_everywhere(links, ProductLink.Wanted.REGISTER)
        if objects:
            cls.record(user, objects)
        transaction.on_commit(wishes.start_everywhere)
        return count, 0


ACTIONS = (SwitchOn, SwitchOff, Register)
