"""Every address of ours, read from the project's own URLs, so that a new one is tried by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import URLResolver, get_resolver
from django.utils.regex_helper import normalize

OURS = "genlook_oscar"


@dataclass(frozen=True)
class Endpoint:
    """A view of ours: its name, a template of its path, and its path's parameters with the names
    of their converters."""

    name: str
    template: str
    parameters: tuple[tuple[str, str], ...]
    view: Any

    @property
    def is_storefront(self) -> bool:
        """Whether it is for everybody, and not for staff alone."""
        return self.name.startswith(f"{OURS}:")

    @property
    def methods(self) -> list[str]:
        """The methods that it has something to do for, as far as it tells."""
        view = getattr(self.view, "view_class", None)
        known = ("get", "post", "put", "patch", "delete")
        return [name for name in known if view is None or hasattr(view, name)]

    def path(self, **values: Any) -> str:
        """Its path with these values, escaped; bytes as they are."""
        return self.template % {
            name: quote(value if isinstance(value, bytes) else str(value), safe="")
            for name, value in values.items()
        }


def endpoints(storefront: bool | None = None) -> list[Endpoint]:
    """Those of ours: all, those of the storefront, or those of the admins and the dashboard."""
    found = list(_walk(get_resolver(), "/", ""))
    return [one for one in found if storefront is None or one.is_storefront == storefront]


def _walk(resolver: Any, prefix: str, name: str) -> Iterator[Endpoint]:
    for pattern in resolver.url_patterns:
        template = prefix + normalize(pattern.pattern.regex.pattern)[0][0]
        if isinstance(pattern, URLResolver):
            space = f"{name}{pattern.namespace}:" if pattern.namespace else name
            yield from _walk(pattern, template, space)
        elif pattern.name and _is_ours(pattern, name):
            converters = pattern.pattern.converters.items()
            kinds = tuple((key, type(converter).__name__) for key, converter in converters)
            yield Endpoint(f"{name}{pattern.name}", template, kinds, pattern.callback)


def _is_ours(pattern: Any, space: str) -> bool:
    view = pattern.callback
    homes = (view, getattr(view, "view_class", None), type(getattr(view, "model_admin", None)))
    modules = [str(getattr(home, "__module__", "")) for home in homes]
    return "genlook" in f"{space}{pattern.name}" or any(
        module.startswith(f"{OURS}.") for module in modules
    )
