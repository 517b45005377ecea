"""Blocks for StreamFields. Migrations of projects name them, so they stay where they are."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .choosers import product_chooser

ProductChooserBlock = product_chooser.get_block_class(
    name="ProductChooserBlock", module_path="genlook_oscar.cms.blocks"
)


class ProductTryOnBlock(blocks.StructBlock):
    """A product with the button that leads to its fitting room.

    Nothing at all where the visitor could not try it on, which the button's own rules
    decide, and where the product is deleted. The page's template must render it with
    `{% include_block %}`: without the request there is no shopper to decide for.
    """

    product = ProductChooserBlock(label=_("Product"))

    class Meta:
        icon = "tag"
        label = _("Product with try-on")
        template = "genlook_oscar/cms/product.html"
