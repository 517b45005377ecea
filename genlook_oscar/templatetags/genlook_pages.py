from typing import Any

from django import template
from django.utils.safestring import SafeString

from ..contained import contained
from ..storefront.page_button import page_button_context
from ..storefront.part import rendered_button

register = template.Library()


@register.simple_tag(takes_context=True)
@contained(SafeString(""))
def genlook_page_button(
    context: template.Context, product: Any, verdict: Any, beside: Any = ()
) -> SafeString:
    """The try-on button on a page that may be cached: `{% genlook_page_button product verdict %}`
    with the verdict that the page has come to for everybody. In a preview the button rests."""
    request = context.get("request")
    button = page_button_context(request, product, verdict.configuration, beside)
    return rendered_button(context, button)
