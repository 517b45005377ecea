from typing import Any

from django import template
from wagtail.models import Page

register = template.Library()


@register.simple_tag
def pages_in_menu() -> list[dict[str, Any]]:
    """Address and title of each page that its editor shows in menus."""
    pages = Page.objects.live().public().in_menu().order_by("path")
    return [{"url": page.get_url(), "title": page.title} for page in pages]
