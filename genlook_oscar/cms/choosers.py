"""How an editor finds a product."""

from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.chooser import (
    ChooseResultsView,
    ChooseView,
    ChosenMultipleView,
    ChosenView,
    CreateView,
)
from wagtail.admin.viewsets.chooser import ChooserViewSet

from .buttons import decide, has_button
from .showing import picture_of, products_with_all

INDENT = "\u00a0\u00a0"
THUMBNAIL = "80x100"
"""In pixels, for screens of twice the density."""


class CategoryField(forms.ModelChoiceField):
    """A category of the shop, those below it indented."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{INDENT * (obj.depth - 1)}{obj.name}"


class ProductSearchForm(BaseFilterForm):
    """By title, UPC, SKU and category; a variant is found under its parent. Wagtail itself
    searches only in models that are made for it, and ignores the words for all others."""

    q = forms.CharField(
        label=_("Title, SKU or UPC"),
        widget=forms.TextInput({"placeholder": _("Search")}),
        required=False,
    )
    category = CategoryField(label=_("Category"), queryset=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        categories = get_model("catalogue", "Category").objects.order_by("path")
        self.fields["category"].queryset = categories

    def filter(self, objects: QuerySet[Any]) -> QuerySet[Any]:
        words, category = self.cleaned_data["q"].strip(), self.cleaned_data["category"]
        if words:
            # Wagtail's templates say how many were found when these are set.
            self.is_searching, self.search_query = True, words
            objects = objects.filter(_named(words))
        if category:
            inside = get_model("catalogue", "ProductCategory").objects.filter(
                category__path__startswith=category.path
            )
            objects = objects.filter(pk__in=inside.values("product"))
        return super().filter(objects)


def _named(words: str) -> Q:
    stock = get_model("partner", "StockRecord").objects.filter(partner_sku__istartswith=words)
    variants = get_model("catalogue", "Product").objects.filter(parent__isnull=False)
    variants = variants.filter(
        Q(title__icontains=words) | Q(upc__istartswith=words) | Q(pk__in=stock.values("product"))
    )
    return (
        Q(title__icontains=words)
        | Q(upc__istartswith=words)
        | Q(pk__in=stock.values("product"))
        | Q(pk__in=variants.values("parent"))
    )


def title_of(product: Any) -> str:
    """How an editor knows a product; a variant by what tells it from its parent's others."""
    if not product.is_child:
        return str(product.title)
    return f"↳ {product.title or skus_of(product) or product.get_title()}"


def skus_of(product: Any) -> str:
    """The product's SKUs, or else its UPC."""
    skus = [row.partner_sku for row in product.stockrecords.all()]
    return ", ".join(skus) or product.upc or ""


def thumbnail_of(product: Any) -> str:
    """A small picture of the product, or nothing."""
    picture = picture_of(product, THUMBNAIL)
    if picture is None:
        return ""
    return format_html('<img src="{}" alt="" width="40" loading="lazy">', picture.url)


def tryon_of(product: Any) -> str:
    """Whether shoppers can try the product on, and why not if not."""
    answer = product.genlook_verdict
    if answer is None:
        return ""
    return str(_("Yes")) if has_button(answer) else answer.explanation


def in_families(products: list[Any]) -> list[Any]:
    """The products with all that the table shows, each followed by its public variants."""
    found = products_with_all([product.pk for product in products])
    rows: list[Any] = []
    for product in products:
        product = found.get(product.pk)
        if product is None:
            continue
        rows.append(product)
        if product.is_parent:
            public = [child for child in product.children.all() if child.is_public]
            rows += sorted(public, key=lambda child: (child.title, child.pk))
    verdicts = decide(rows)
    for row in rows:
        row.genlook_verdict = verdicts.get(row.pk)
    return rows


class Listing:
    """What the window and its results share."""

    filter_form_class = ProductSearchForm
    ordering = ("title", "pk")

    def get_results_page(self, request: Any) -> Any:
        page: Any = super().get_results_page(request)  # type: ignore[misc]
        page.object_list = in_families(list(page.object_list))
        return page

    @property
    def title_column(self) -> Column:
        column: Column = super().title_column  # type: ignore[misc]
        column.accessor = title_of
        return column

    @property
    def columns(self) -> list[Column]:
        return [
            Column("picture", label=_("Picture"), accessor=thumbnail_of, width="4rem"),
            self.title_column,
            Column("sku", label=_("SKU"), accessor=skus_of),
            Column("tryon", label=_("Can be tried on"), accessor=tryon_of, width="40%"),
        ]


class ProductChooseView(Listing, ChooseView):
    """The window."""


class ProductResultsView(Listing, ChooseResultsView):
    """What it shows after a search or on another page."""


class ProductChosenView(ChosenView):
    """The answer when one was chosen. Wagtail itself takes any id for one of the model's."""

    def get_object(self, pk: str) -> Any:
        (found,) = ids_among([pk]) or [None]
        if found is None:
            raise Http404
        return super().get_object(found)


class ProductsChosenView(ChosenMultipleView):
    """The answer when several were chosen."""

    def get_objects(self, pks: list[str]) -> Any:
        return super().get_objects(ids_among(pks))


class NoCreateView(CreateView):
    """Products are made in Oscar's dashboard. Wagtail has an address for it all the same."""

    def can_create(self) -> bool:
        return False


def ids_among(told: list[str]) -> list[Any]:
    """Those of the texts that can be ids of a product."""
    field = get_model("catalogue", "Product")._meta.pk
    found = []
    for text in told:
        with suppress(ValidationError):
            found.append(field.to_python(text))
    return found


class ProductChooserViewSet(ChooserViewSet):
    """Products as shoppers find them: public ones, the variants below their parents. Every
    foreign key to a product gets it in Wagtail's forms, in place of a list of all products."""

    model = "catalogue.Product"
    icon = "tag"
    choose_one_text = _("Choose a product")
    choose_another_text = _("Choose another product")
    choose_view_class = ProductChooseView
    choose_results_view_class = ProductResultsView
    chosen_view_class = ProductChosenView
    chosen_multiple_view_class = ProductsChosenView
    create_view_class = NoCreateView

    def get_object_list(self) -> QuerySet[Any]:
        return get_model("catalogue", "Product").objects.browsable()


product_chooser = ProductChooserViewSet("genlook_product_chooser")
