"""A template of ours as a part of somebody's page."""

from typing import Any

from django.template import Context
from django.utils.safestring import SafeString


def rendered(context: Context, name: str, values: dict[str, Any] | None) -> SafeString:
    """Render `genlook_oscar/<name>.html` with these values and the `request`, inside of the page
    that is being rendered; empty without values. As a page of its own it would ask all of the
    shop's context processors once more."""
    if values is None:
        return SafeString("")
    assert context.template
    part = context.template.engine.get_template(f"genlook_oscar/{name}.html")
    return part.render(context.new({"request": context.get("request"), **values}))


def rendered_button(context: Context, button: dict[str, Any] | None) -> SafeString:
    """Render the button of a product page, which rests in a preview."""
    name = "resting" if button and button.get("resting") else "button"
    return rendered(context, name, button)
