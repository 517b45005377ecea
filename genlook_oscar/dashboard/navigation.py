"""The entry in the dashboard's navigation, for a project's settings:

OSCAR_DASHBOARD_NAVIGATION = [*OSCAR_DASHBOARD_NAVIGATION, NAVIGATION_ENTRY]
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from .permissions import may_see


def _access(user: Any, url_name: str, url_args: Any = None, url_kwargs: Any = None) -> bool:
    return may_see(user)


NAVIGATION_ENTRY: dict[str, Any] = {
    "label": _("Try-on"),
    "icon": "fas fa-tshirt",
    "url_name": "genlook_oscar_dashboard:genlook-figures",
    "access_fn": _access,
}
