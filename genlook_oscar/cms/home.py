"""Today's state on the front page of Wagtail's admin."""

from datetime import datetime, time
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localtime, make_aware
from wagtail.admin.ui.components import Component

from .. import clock
from ..catalogue.census import census
from ..conf import conf
from ..contained import contained, undone
from ..models import Configuration, TryOn
from ..models.numbers import number
from .access import CONFIGURE, SEE_TRYONS

Status = TryOn.Status


def today() -> dict[str, Any]:
    """Whether try-on is on, and the numbers of today's try-ons. One query."""
    midnight = make_aware(datetime.combine(localtime(clock.now()).date(), time.min))
    clicked = TryOn.objects.of_shop().by_shoppers().filter(created_at__gte=midnight)
    found = Configuration.mine().values(
        "enabled",
        "audience",
        all=number(clicked),
        pictures=number(clicked.filter(status__in=(Status.COMPLETED, Status.EXPIRED))),
        failed=number(clicked.filter(status=Status.FAILED)),
        waiting=number(TryOn.objects.of_shop().live()),
        credits=number(clicked.filter(charge=TryOn.Charge.SETTLED)),
    )
    return dict(found.first() or {"enabled": False})


class TodayPanel(Component):
    """For those who may see the report."""

    name = "genlook_today"
    template_name = "genlook_oscar/cms/today.html"
    order = 90

    @contained(SafeString(""))
    def render_html(self, parent_context: Any = None) -> SafeString:
        with undone():
            return super().render_html(parent_context)

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        return {
            **today(),
            "no_key": not conf.api_key,
            "census": census(),
            "report_url": reverse("genlook_report"),
            "configuration_url": reverse("genlook_configuration")
            if user.has_perm(CONFIGURE)
            else "",
        }


@contained(None)
def add_panel(request: Any, panels: list[Any]) -> None:
    """For Wagtail's hook `construct_homepage_panels`."""
    if request.user.has_perm(SEE_TRYONS):
        panels.append(TodayPanel())
