"""A template of ours as a part of somebody's page."""

from typing import Any

from django.template import Context
from django.utils.safestring import SafeString, mark_safe


def rendered(context: Context, name: str, values: dict[str, Any]) -> SafeString:
    """Render `genlook_oscar/<name>.html` with these values and the `request`, inside of the page
    that is being rendered. As a page of its own it would ask all of the shop's context
    processors once more."""
    assert context.template
    part = context.template.engine.get_template(f"genlook_oscar/{name}.html")
    return mark_safe(part.render(context.new({"request": context.get("request"), **values})))
