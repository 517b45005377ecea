"""Blocks for StreamFields. Migrations of projects name them, so they stay where they are."""

import copy
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from ..contained import contained
from .choosers import product_chooser
from .showing import Card, cards, left_out, products_with_all

MOST = 24
"""Products in one block."""

_ChooserBlock: Any = product_chooser.get_block_class(
    name="ProductChooserBlock", module_path="genlook_oscar.cms.blocks"
)


class ProductChooserBlock(_ChooserBlock):
    """One of the shop's products, None once it is deleted. All products of a page's blocks
    of one kind are read together, with what the page shows of them."""

    def bulk_to_python(self, values: list[Any]) -> list[Any]:
        found = products_with_all({value for value in values if value is not None})
        seen: set[Any] = set()
        products = []
        for value in values:
            product = found.get(value)
            # Wagtail wants an instance for each place.
            products.append(copy.copy(product) if value in seen else product)
            seen.add(value)
        return products


class ProductsBlock(blocks.StructBlock):
    """What blocks of products share. Their templates read `cards`, `preview`, and `left_out`:
    titles and reasons, for the editor in the preview."""

    def chosen(self, value: Any) -> list[Any]:
        """The products of a block, None where one is deleted."""
        return list(value["products"])

    def keeps(self, card: Card, value: Any) -> bool:
        """Whether the block shows this product."""
        return bool(card.has_button or value["without"] == "product")

    def beside(self, kept: list[Card]) -> list[int]:
        """The ids of the products that each one's fitting room offers beside it."""
        return []

    @contained(SafeString(""))
    def render(self, value: Any, context: Any = None) -> SafeString:
        return super().render(value, context)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        request = context.get("request")
        products = self.chosen(value)
        found = cards(products, request)
        kept = [card for card in found if self.keeps(card, value)]
        missing = [(card.title, card.why_not) for card in found if card not in kept]
        context.update(
            cards=kept,
            left_out=left_out(products) + missing,
            preview=bool(getattr(request, "is_preview", False)),
            number=_number(request),
            beside=self.beside(kept),
        )
        return context


def _number(request: Any) -> int:
    """Which of these blocks it is on its page, from 1; 0 where that cannot be known."""
    if request is None:
        return 0
    count: int = request.__dict__.get("_genlook_blocks", 0) + 1
    request.__dict__["_genlook_blocks"] = count
    return count


def _heading() -> blocks.CharBlock:
    return blocks.CharBlock(label=_("Heading"), required=False, max_length=120)


def _text() -> blocks.TextBlock:
    return blocks.TextBlock(label=_("Text"), required=False, rows=2)


def _products(**limits: int) -> blocks.ListBlock:
    return blocks.ListBlock(
        ProductChooserBlock(label=_("Product")), label=_("Products"), max_num=MOST, **limits
    )


def _show_price() -> blocks.BooleanBlock:
    return blocks.BooleanBlock(label=_("Show the price"), required=False, default=True)


def _without() -> blocks.ChoiceBlock:
    return blocks.ChoiceBlock(
        choices=[
            ("product", _("Show the product without the button")),
            ("nothing", _("Leave the product out")),
        ],
        default="product",
        label=_("Where it cannot be tried on"),
        help_text=_("Counts for products that are sold out as well."),
    )


class ProductTryOnBlock(ProductsBlock):
    """A product with its picture, its price and the button that leads to its fitting room."""

    product = ProductChooserBlock(label=_("Product"))
    heading = _heading()
    text = _text()
    layout = blocks.ChoiceBlock(
        choices=[("card", _("Card")), ("wide", _("Picture beside the words"))],
        default="card",
        label=_("Layout"),
    )
    show_price = _show_price()
    without = _without()

    def chosen(self, value: Any) -> list[Any]:
        return [value["product"]]

    class Meta:
        icon = "tag"
        label = _("Product with try-on")
        template = "genlook_oscar/cms/product.html"


class ProductStripBlock(ProductsBlock):
    """Several products, each with its picture, its price and its button."""

    heading = _heading()
    text = _text()
    products = _products(min_num=1)
    layout = blocks.ChoiceBlock(
        choices=[("grid", _("In a grid")), ("strip", _("One row to swipe through"))],
        default="grid",
        label=_("Layout"),
    )
    show_price = _show_price()
    without = _without()

    class Meta:
        icon = "grid"
        label = _("Try the collection")
        template = "genlook_oscar/cms/strip.html"


class TryOnStageBlock(ProductsBlock):
    """A fitting room on the page: she chooses among several products and sees each on the
    same photo. What cannot be tried on is left out."""

    heading = _heading()
    text = _text()
    products = _products(min_num=2)
    show_price = _show_price()

    def keeps(self, card: Card, value: Any) -> bool:
        return card.has_button

    def beside(self, kept: list[Card]) -> list[int]:
        return [card.product.pk for card in kept]

    class Meta:
        icon = "user"
        label = _("Try-on stage")
        template = "genlook_oscar/cms/stage.html"
