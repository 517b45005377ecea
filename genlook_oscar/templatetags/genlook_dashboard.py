from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from ..contained import contained
from ..dashboard.permissions import may_manage
from ..money import cost_words_of

register = template.Library()
register.filter("cost_of", cost_words_of)


@register.simple_tag
@contained("")
def genlook_product_url(product: Any, user: Any) -> str:
    """The address of a product's try-on page in the dashboard; empty for a product that is
    still being made, for who may not manage the catalogue, and where the page is not
    mounted."""
    # Where Oscar's page makes a product, the template has none, which is an empty string.
    if not getattr(product, "pk", None) or not may_manage(user):
        return ""
    try:
        return reverse("genlook_oscar_dashboard:genlook-product", args=[product.pk])
    except NoReverseMatch:
        return ""
