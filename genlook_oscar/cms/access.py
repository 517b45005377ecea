"""Who may see and do what in Wagtail's admin: the permissions of Django's admin."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.admin.menu import MenuItem

CONFIGURE = "genlook_oscar.change_configuration"
SEE_TRYONS = "genlook_oscar.view_tryon"
SEE_PRODUCTS = "genlook_oscar.view_productlink"
SWITCH_PRODUCTS = "genlook_oscar.change_productlink"
SEND_PRODUCTS = "genlook_oscar.manage_catalogue"
ALL = (CONFIGURE, SEE_TRYONS, SEE_PRODUCTS, SWITCH_PRODUCTS, SEND_PRODUCTS)


class Guarded:
    """A view for those with one permission. Wagtail turns the refusal into a message."""

    permission: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class GuardedItem(MenuItem):
    """An entry of a menu for those with one permission."""

    def __init__(self, *args: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.permission))
