"""The entry in the dashboard's navigation, for a project's settings:

OSCAR_DASHBOARD_NAVIGATION = [*OSCAR_DASHBOARD_NAVIGATION, NAVIGATION_ENTRY]
"""

from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from ..contained import contained
from .permissions import may_see


@contained(False)
def _access(user: Any, url_name: str, url_args: Any = None, url_kwargs: Any = None) -> bool:
    # Oscar asks for the address of what it shows, on every page of its dashboard.
    return may_see(user) and _is_mounted(url_name)


def _is_mounted(url_name: str) -> bool:
    try:
        return bool(reverse(url_name))
    except NoReverseMatch:
        return False


NAVIGATION_ENTRY: dict[str, Any] = {
    "label": _("Try-on"),
    "icon": "fas fa-tshirt",
    "url_name": "genlook_oscar_dashboard:genlook-figures",
    "access_fn": _access,
}
