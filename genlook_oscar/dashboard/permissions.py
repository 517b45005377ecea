"""Who may see the figures, and who may manage the catalogue."""

from typing import Any

FIGURES = "genlook_oscar.view_figures"
WHO = (["is_staff", FIGURES], ["partner.dashboard_access", FIGURES])
"""Staff, or a partner's users, with the permission; superusers have it anyway. In the form
that Oscar's `check_permissions` reads: one of these lists must hold as a whole."""


def may_see(user: Any) -> bool:
    """Whether a user may see any figures."""
    # Settings import this room before there are models.
    from oscar.views.decorators import check_permissions

    return bool(check_permissions(user, WHO))


MANAGE = "genlook_oscar.manage_catalogue"
MANAGERS = (["is_staff", MANAGE], ["partner.dashboard_access", MANAGE])
"""Who may manage products; in the same form."""


def may_manage(user: Any) -> bool:
    """Whether a user may manage any product's try-on."""
    from oscar.views.decorators import check_permissions

    return bool(check_permissions(user, MANAGERS))


def sees_all(user: Any) -> bool:
    """Whether one who may see figures sees the whole shop's, not only a partner's."""
    return bool(user.is_staff or user.is_superuser)
