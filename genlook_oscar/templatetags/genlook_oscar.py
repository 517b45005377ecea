from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from ..storefront.button import button_context

register = template.Library()


@register.simple_tag(takes_context=True)
def genlook_tryon(context: template.Context, product: Any) -> SafeString:
    """The try-on button of an Oscar product: `{% genlook_tryon product %}`.

    Empty where the product cannot be tried on, and where the page has its button already.
    Staff read the reason instead.
    """
    request = context.get("request")
    button = button_context(request, product)
    if button is None:
        return mark_safe("")
    return mark_safe(get_template("genlook_oscar/button.html").render(button, request))
