"""The page of figures, and its numbers as a file."""

import csv
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from oscar.core.loading import get_class, get_model

from ..insight.series import OUTCOMES, Day, Period, by_day, most_tried, time_to_picture
from .forms import PeriodForm
from .permissions import sees_all
from .plot import added, stacked, words
from .state import state

PRESETS = (7, 30, 90)
TRIED_SHOWN = 10

PartnerProductFilterMixin: Any = get_class(
    "dashboard.catalogue.mixins", "PartnerProductFilterMixin"
)


class OwnProductsMixin(PartnerProductFilterMixin):
    """What both views share: the days asked for, and whose products count."""

    request: HttpRequest

    def get_products(self) -> QuerySet[Any] | None:
        """The products whose figures this user may see, None for all. Oscar decides which
        products are a partner's."""
        if sees_all(self.request.user):
            return None
        return self.filter_queryset(get_model("catalogue", "Product").objects.all())

    def get_form(self) -> PeriodForm:
        """The form with the days."""
        return PeriodForm(self.request.GET)


@method_decorator(never_cache, name="dispatch")
class FiguresView(OwnProductsMixin, TemplateView):
    """How try-ons are now, and how they went."""

    template_name = "genlook_oscar/dashboard/figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form, products = self.get_form(), self.get_products()
        period = form.period
        days = by_day(period, products)
        tried = most_tried(period, products, limit=TRIED_SHOWN)
        total = added(days, period.start)
        return super().get_context_data(
            form=form,
            period=period,
            presets=[_preset(days) for days in PRESETS],
            state=state(products, with_health=products is None),
            whole_shop=products is None,
            days=days,
            total=total,
            plot=stacked(days),
            outcomes=[(name, word, getattr(total, name)) for name, word in words().items()],
            time_to_picture=time_to_picture(period, products),
            tried=[(row, f"{100 * row.total / tried[0].total:.2f}%") for row in tried],
            csv_query=_query(period),
            **kwargs,
        )


@method_decorator(never_cache, name="dispatch")
class FiguresCsvView(OwnProductsMixin, View):
    """The numbers below the plot: a row for each day, as CSV."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = self.get_form()
        if form.is_bound and not form.is_valid():
            page = reverse("genlook_oscar_dashboard:genlook-figures")
            return redirect(f"{page}?{request.GET.urlencode()}")
        period = form.period
        response = HttpResponse(content_type="text/csv; charset=utf-8")
        name = f"try-ons_{period.start:%Y-%m-%d}_{period.end:%Y-%m-%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        # Spreadsheets take a file without this mark for one in an old encoding.
        response.write("\ufeff")
        writer = csv.writer(response)
        writer.writerow(self.headings())
        writer.writerows(self.row(day) for day in by_day(period, self.get_products()))
        return response

    def headings(self) -> list[str]:
        """The first line."""
        outcomes = [words()[outcome] for outcome in OUTCOMES]
        return [_("Day"), _("Try-ons"), *outcomes, _("Credits"), _("Uncertain credits")]

    def row(self, day: Day) -> list[Any]:
        """One day."""
        counts = [getattr(day, outcome) for outcome in OUTCOMES]
        return [day.day.isoformat(), day.total, *counts, day.settled, day.uncertain]


def _query(period: Period) -> str:
    return f"?start={period.start.isoformat()}&end={period.end.isoformat()}"


def _preset(days: int) -> dict[str, Any]:
    period = Period.last(days)
    return {"period": period, "query": _query(period)}
