"""How an editor finds a product."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet


class ProductSearchForm(BaseFilterForm):
    """By title, UPC or SKU; a variant is found under its parent. Wagtail itself searches
    only in models that are made for it, and ignores the words for all others."""

    q = forms.CharField(
        label=_("Title, SKU or UPC"),
        widget=forms.TextInput({"placeholder": _("Search")}),
        required=False,
    )

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        words = self.cleaned_data["q"]
        if words:
            # Wagtail's templates say how many were found when these are set.
            self.is_searching, self.search_query = True, words
            stock = get_model("partner", "StockRecord").objects.filter(partner_sku__iexact=words)
            objects = objects.filter(
                Q(title__icontains=words)
                | Q(upc__iexact=words)
                | Q(pk__in=stock.values("product"))
                | Q(pk__in=stock.filter(product__parent__isnull=False).values("product__parent"))
                | Q(pk__in=_parents_of_upc(words))
            )
        return super().filter(objects)


def _parents_of_upc(upc: str) -> QuerySet[Any]:
    variants = get_model("catalogue", "Product").objects.filter(parent__isnull=False)
    return variants.filter(upc__iexact=upc).values("parent")


def _skus(product: Any) -> str:
    return ", ".join(row.partner_sku for row in product.stockrecords.all())


class Listing:
    """What the window and its results share."""

    filter_form_class = ProductSearchForm
    ordering = ("title", "pk")

    @property
    def columns(self) -> list[Column]:
        found: list[Column] = super().columns  # type: ignore[misc]
        return [*found, Column("sku", label=_("SKU"), accessor=_skus)]


class ProductChooseView(Listing, ChooseView):
    """The window."""


class ProductResultsView(Listing, ChooseResultsView):
    """What it shows after a search or on another page."""


class ProductChooserViewSet(ChooserViewSet):
    """Products as shoppers find them: public, and parents in place of their variants."""

    model = "catalogue.Product"
    icon = "tag"
    choose_one_text = _("Choose a product")
    choose_another_text = _("Choose another product")
    choose_view_class = ProductChooseView
    choose_results_view_class = ProductResultsView
    # Other forms of the project keep the widgets that they have.
    register_widget = False

    def get_object_list(self) -> QuerySet[Any]:
        products = get_model("catalogue", "Product").objects.browsable()
        return products.prefetch_related("stockrecords")


product_chooser = ProductChooserViewSet("genlook_product_chooser")
