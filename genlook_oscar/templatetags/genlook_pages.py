import logging
from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from ..storefront.page_button import page_button_context

register = template.Library()
logger = logging.getLogger(__name__)


@register.simple_tag(takes_context=True)
def genlook_page_button(
    context: template.Context, product: Any, verdict: Any, beside: Any = ()
) -> SafeString:
    """The try-on button on a page that may be cached: `{% genlook_page_button product verdict %}`
    with the verdict that the page has come to for everybody. In a preview the button rests."""
    request = context.get("request")
    try:
        button = page_button_context(request, product, verdict.configuration, beside)
        if button is None:
            return mark_safe("")
        name = "resting" if button.get("resting") else "button"
        return mark_safe(get_template(f"genlook_oscar/{name}.html").render(button, request))
    except Exception:
        logger.exception("The try-on button of product %s was left out.", product.pk)
        return mark_safe("")
