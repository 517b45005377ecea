"""Try-ons as a report: rows without pictures and without shoppers, and as a spreadsheet."""

from itertools import chain
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView

from ..engine.messages import FAILURES, explanation
from ..models import Configuration, TryOn
from ..money import cost_cells
from ..spreadsheet import csv_file, harmless
from .access import SEE_TRYONS, Guarded

READ = (
    "status",
    "error_code",
    "charge",
    "product_title",
    "created_at",
    "finished_at",
    "link__sku",
)
"""What is read of a row, and so all that can be shown of it."""


class TryOnFilters(WagtailFilterSet):
    """By day, status, credit, error and product."""

    created_at = django_filters.DateFromToRangeFilter(
        label=_("Clicked"), widget=DateRangePickerWidget
    )
    status = django_filters.ChoiceFilter(label=_("Status"), choices=TryOn.Status.choices)
    charge = django_filters.ChoiceFilter(label=_("Credit"), choices=TryOn.Charge.choices)
    error_code = django_filters.ChoiceFilter(
        label=_("Error"), choices=[(code, code) for code in sorted(FAILURES)]
    )
    product_title = django_filters.CharFilter(label=_("Product"), lookup_expr="icontains")

    class Meta:
        model = TryOn
        fields = ("created_at", "status", "charge", "error_code", "product_title")


class Row:
    """A try-on as the report shows it."""

    def __init__(self, values: dict[str, Any], priced: Configuration) -> None:
        self.clicked = values["created_at"]
        self.product = values["product_title"]
        self.sku = values["link__sku"] or ""
        self.status = str(TryOn.Status(values["status"]).label)
        self.charge = str(TryOn.Charge(values["charge"]).label)
        settled = values["charge"] == TryOn.Charge.SETTLED
        cells: list[str] = cost_cells(priced, 1) if settled else []
        self.cost, self.currency = cells or ("", "")
        self.error_code = values["error_code"]
        self.error = explanation(values["error_code"]) if values["error_code"] else ""
        pictured = values["status"] in (TryOn.Status.COMPLETED, TryOn.Status.EXPIRED)
        took = values["finished_at"] - self.clicked if pictured and values["finished_at"] else None
        self.seconds = round(took.total_seconds(), 1) if took else None


class TryOnReport(Guarded, ReportView):
    """The newest first. It reads no picture and no shopper, so it shows none to anybody."""

    permission = SEE_TRYONS
    model = TryOn
    page_title = _("Try-ons")
    header_icon = "user"
    filterset_class = TryOnFilters
    index_url_name = "genlook_report"
    index_results_url_name = "genlook_report_results"
    export_filename = "try-ons"
    no_results_message = _("There are no try-ons like that.")
    columns: tuple[Any, ...] = (
        DateColumn("clicked", label=_("Clicked")),
        Column("product", label=_("Product")),
        Column("sku", label=_("SKU")),
        Column("status", label=_("Status")),
        Column("seconds", label=_("Seconds to the picture")),
        Column("charge", label=_("Credit")),
        Column("error", label=_("Error")),
    )
    list_export: tuple[str, ...] = (
        "clicked",
        "product",
        "sku",
        "status",
        "seconds",
        "charge",
        "cost",
        "currency",
        "error_code",
        "error",
    )
    export_headings = {
        "clicked": _("Clicked"),
        "product": _("Product"),
        "sku": _("SKU"),
        "status": _("Status"),
        "seconds": _("Seconds to the picture"),
        "charge": _("Credit"),
        "cost": _("Cost"),
        "currency": _("Currency"),
        "error_code": _("Error code"),
        "error": _("Error"),
    }

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.priced = Configuration.load()
        if self.priced.credit_price is None:
            unpriced = [one for one in self.list_export if one not in ("cost", "currency")]
            self.list_export = tuple(unpriced)
        else:
            self.columns = (*self.columns[:-1], Column("cost", label=_("Cost")), self.columns[-1])

    def get_base_queryset(self) -> QuerySet[TryOn]:
        return TryOn.objects.by_shoppers().order_by("-created_at")

    def get_queryset(self) -> Any:
        return self.get_base_queryset()

    def get_filtered_queryset(self) -> Any:
        return super().get_filtered_queryset().values(*READ)

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        # Oscar's context processor puts the shop's search under the name of Wagtail's.
        return {**context, "search_form": None}

    def get_table(self, object_list: Any) -> Any:
        return super().get_table([Row(values, self.priced) for values in object_list])

    def write_csv_response(self, queryset: Any) -> StreamingHttpResponse:
        headings = [self.get_heading(queryset, field) for field in self.list_export]
        rows = ([getattr(row, field) for field in self.list_export] for row in queryset)
        return csv_file(self.get_filename(), chain([headings], rows))

    def preprocess_field_value(self, field: str, value: Any, export_format: str) -> Any:
        return harmless(super().preprocess_field_value(field, value, export_format))

    def decorate_paginated_queryset(self, object_list: Any) -> Any:
        if not self.is_export:
            return object_list
        # A spreadsheet is written line by line, however many there are.
        return (Row(values, self.priced) for values in object_list.iterator(chunk_size=2000))
