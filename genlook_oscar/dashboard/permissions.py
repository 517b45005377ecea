"""Who may see the figures."""

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


def sees_all(user: Any) -> bool:
    """Whether one who may see figures sees the whole shop's, not only a partner's."""
    return bool(user.is_staff or user.is_superuser)
