"""The page of figures, and its numbers as a file."""

from datetime import date
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView, View
from oscar.core.loading import get_class, get_model

from ..conf import conf
from ..insight.conversion import conversion
from ..insight.experiment import experiment
from ..insight.period import Period
from ..insight.series import OUTCOMES, as_day, figures
from ..insight.tally import Tally, TimeToPicture
from ..insight.tried import most_tried
from ..models import Configuration
from ..money import cost_cells
from ..spreadsheet import csv_file
from .after import after, compared
from .forms import PeriodForm
from .permissions import sees_all
from .plot import added, credit_words, stacked, words
from .readiness import readiness
from .state import state
from .waits import waits

PRESETS = (7, 30, 90, 365)
TRIED_SHOWN = 10
PRODUCTS_AT_MOST = 50_000
"""Lines of the file of products: as many as a spreadsheet bears."""

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
        counted = figures(period, products)
        days = [as_day(day, tally) for day, tally in counted.items()]
        tried = most_tried(period, products, limit=TRIED_SHOWN)
        total = added(days, period.start)
        outcomes = [(name, word, getattr(total, name)) for name, word in words().items()]
        now = state(products, with_health=products is None)
        # Of the whole shop, whoever is looking: visitors are nobody's products.
        runs = experiment(now.configuration) if products is None else None
        return super().get_context_data(
            form=form,
            period=period,
            presets=[_preset(length) for length in PRESETS],
            state=now,
            compared=compared(runs) if runs else None,
            whole_shop=products is None,
            days=[(row, TimeToPicture.of([counted[row.day]])) for row in days],
            total=total,
            plot=stacked(days),
            outcomes=outcomes,
            outcomes_text=" ".join(f"{word}: {count}." for _name, word, count in outcomes),
            spend=stacked(days, tuple(credit_words()), credit_words()),
            credit_words=credit_words(),
            time_to_picture=TimeToPicture.of(counted.values()),
            waits=waits(counted),
            tried=[(row, f"{100 * row.total / tried[0].total:.2f}%") for row in tried],
            conversion=after(
                conversion(period, sum(day.shoppers for day in counted.values()), products),
                total.settled,
            ),
            priced=products is None and now.configuration.credit_price is not None,
            attribution_days=conf.attribution_days,
            readiness=readiness(products, self.get_links_url()),
            csv_query=_query(period),
            **kwargs,
        )

    def get_links_url(self) -> str:
        """The admin's list of product links, empty for whom it is closed."""
        user: Any = self.request.user
        if not (user.is_staff and user.has_perm("genlook_oscar.view_productlink")):
            return ""
        try:
            return reverse("admin:genlook_oscar_productlink_changelist")
        except NoReverseMatch:
            return ""


@method_decorator(never_cache, name="dispatch")
class FiguresCsvView(OwnProductsMixin, View):
    """The numbers below the plot: a row for each day, as CSV."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = self.get_form()
        if form.is_bound and not form.is_valid():
            page = reverse("genlook_oscar_dashboard:genlook-figures")
            return redirect(f"{page}?{request.GET.urlencode()}")
        period = form.period
        products = self.get_products()
        # What a credit costs is the shop's business, and no partner's.
        priced = Configuration.load() if products is None else Configuration()
        rows = (
            [*self.row(day, tally), *cost_cells(priced, tally.settled)]
            for day, tally in figures(period, products).items()
        )
        costs = [_("Cost"), _("Currency")] if priced.credit_price is not None else []
        headings = [*self.headings(), *costs]
        return csv_file(_named("try-ons", period), chain([headings], rows))

    def headings(self) -> list[str]:
        """The first line, without the costs."""
        outcomes = [words()[outcome] for outcome in OUTCOMES]
        times = [_("Half within (s)"), _("95 of 100 within (s)")]
        return [_("Day"), _("Try-ons"), *outcomes, _("Credits"), _("Uncertain credits"), *times]

    def row(self, day: date, tally: Tally) -> list[Any]:
        """One day."""
        counts = [getattr(tally, outcome) for outcome in OUTCOMES]
        wait = TimeToPicture.of([tally])
        return [
            day.isoformat(),
            tally.total,
            *counts,
            tally.settled,
            tally.uncertain,
            wait.median,
            wait.p95,
        ]


@method_decorator(never_cache, name="dispatch")
class ProductsCsvView(OwnProductsMixin, View):
    """All products that were tried on in these days, as CSV."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        form = self.get_form()
        if form.is_bound and not form.is_valid():
            page = reverse("genlook_oscar_dashboard:genlook-figures")
            return redirect(f"{page}?{request.GET.urlencode()}")
        rows = [
            [row.product_id, row.title, row.total, row.completed]
            for row in most_tried(form.period, self.get_products(), limit=PRODUCTS_AT_MOST)
        ]
        heading = [_("Product"), _("Title"), _("Try-ons"), _("Pictures")]
        return csv_file(_named("products", form.period), chain([heading], rows))


def _named(name: str, period: Period) -> str:
    return f"{name}_{period.start.isoformat()}_{period.end.isoformat()}"


def _query(period: Period) -> str:
    return f"?start={period.start.isoformat()}&end={period.end.isoformat()}"


def _preset(days: int) -> dict[str, Any]:
    period = Period.last(days)
    return {"period": period, "query": _query(period)}
