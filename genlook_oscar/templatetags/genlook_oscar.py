from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from ..contained import contained
from ..languages import with_language
from ..storefront.button import button_context, prepare, tile_context
from ..storefront.elsewhere import notice_context
from ..storefront.part import rendered, rendered_button

register = template.Library()


@register.simple_tag(takes_context=True)
@contained(SafeString(""))
def genlook_tryon(context: template.Context, product: Any) -> SafeString:
    """The try-on button of an Oscar product: `{% genlook_tryon product %}`.

    Empty where the product cannot be tried on, and where the page has its button already.
    Staff read the reason instead.
    """
    return rendered_button(context, button_context(context.get("request"), product))


@register.simple_tag(takes_context=True)
@contained(SafeString(""))
def genlook_tile(context: template.Context, product: Any) -> SafeString:
    """A small button for a product's tile in a listing: `{% genlook_tile product %}`.

    The first one decides for all products that the page's context lists, in one query; empty
    where there is no button.
    """
    request = context.get("request")
    page: dict[str, Any] = context.flatten()  # type: ignore[assignment]
    return rendered(context, "tile", tile_context(request, product, page))


@register.simple_tag(takes_context=True)
@contained("")
def genlook_tiles(context: template.Context, products: Iterable[Any]) -> str:
    """Decide for the tiles that follow, in one query: `{% genlook_tiles products %}`. Only
    needed where the page keeps its products under a name of its own. Shows nothing."""
    request = context.get("request")
    if request is not None:
        prepare(request, products)
    return ""


@register.simple_tag
@contained("")
def genlook_address(name: str) -> str:
    """The address of a page of ours that needs no more than its name, for a link on a page of
    the shop's: `{% genlook_address "tryons" as address %}`. Empty where ours are not mounted."""
    try:
        return with_language(reverse(f"genlook_oscar:{name}"))
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
@contained(SafeString(""))
def genlook_notice(context: template.Context) -> SafeString:
    """The word that a picture is ready, for any page: `{% genlook_notice %}`.

    Oscar's base template has it already. Empty unless a picture of this visitor's is being
    made; costs no query.
    """
    return rendered(context, "elsewhere", notice_context(context.get("request")))
