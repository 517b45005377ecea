from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from . import access, home, products
from .choosers import ProductChooserViewSet, product_chooser
from .configuration import ConfigurationView
from .report import TryOnReport


@hooks.register("register_admin_viewset")
def register_product_chooser() -> ProductChooserViewSet:
    return product_chooser


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    pages: list[tuple[str, str, Any]] = [
        ("report", "genlook_report", TryOnReport),
        ("products", "genlook_products", products.ProductsView),
    ]
    found = [path("try-on/", ConfigurationView.as_view(), name="genlook_configuration")]
    for address, name, view in pages:
        results = view.as_view(results_only=True)
        found += [
            path(f"try-on/{address}/", view.as_view(), name=name),
            path(f"try-on/{address}/results/", results, name=f"{name}_results"),
        ]
    return found


@hooks.register("register_settings_menu_item")
def register_configuration() -> access.GuardedItem:
    return access.GuardedItem(
        _("Virtual try-on"),
        reverse("genlook_configuration"),
        icon_name="user",
        order=900,
        permission=access.CONFIGURE,
    )


@hooks.register("register_reports_menu_item")
def register_report() -> access.GuardedItem:
    return access.GuardedItem(
        _("Try-ons"),
        reverse("genlook_report"),
        icon_name="user",
        order=900,
        permission=access.SEE_TRYONS,
    )


@hooks.register("register_admin_menu_item")
def register_products() -> access.GuardedItem:
    return access.GuardedItem(
        _("Products to try on"),
        reverse("genlook_products"),
        icon_name="tag",
        order=700,
        permission=access.SEE_PRODUCTS,
    )


@hooks.register("construct_homepage_panels")
def add_today(request: Any, panels: list[Any]) -> None:
    home.add_panel(request, panels)


@hooks.register("register_permissions")
def offer_permissions() -> QuerySet[Permission]:
    """So that Wagtail's groups can be given them."""
    names = [permission.split(".")[1] for permission in access.ALL]
    return Permission.objects.filter(content_type__app_label="genlook_oscar", codename__in=names)


for action in products.ACTIONS:
    hooks.register("register_bulk_action", action)
