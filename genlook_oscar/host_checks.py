"""System checks of what a shop has of its own: the templates that replace Oscar's or ours, the
addresses, its proxy, and a database that knows no time zones."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning
from django.template import Template, TemplateDoesNotExist, TemplateSyntaxError
from django.template.base import Node, NodeList, VariableNode
from django.template.library import SimpleNode
from django.template.loader import get_template
from django.template.loader_tags import BlockNode, ExtendsNode, IncludeNode
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse

from .conf import conf
from .setting_checks import TAG, check
from .zones import knows_zones

PAGE = "oscar/catalogue/detail.html"
TAGS = {PAGE: "genlook_tryon", "oscar/base.html": "genlook_notice"}
"""Templates of Oscar's that ours add a tag to. A product class or product may have a template of
its own instead of the first, which only the database knows."""
WITHOUT = {PAGE: ("variants",)}
"""Blocks that only some of the pages have: a tag in them alone is not enough."""


@check(TAG)
def check_templates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The templates that are really loaded have our tags (TEMPLATES, INSTALLED_APPS: W002,
    W007)."""
    return [*_templates()]


@check(TAG)
def check_addresses(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The storefront has addresses, and they lead to it (ROOT_URLCONF: W008)."""
    try:
        address = reverse("genlook_oscar:tryons")
    except NoReverseMatch:
        return [_unmounted("The storefront is mounted nowhere, so there is no button.")]
    path = f"/{address.removeprefix(get_script_prefix())}"
    try:
        view = resolve(path).view_name
    except Resolver404:
        view = ""
    if view == "genlook_oscar:tryons":
        return []
    return [_unmounted(f"Another pattern takes {address}, the address of the storefront.")]


@check(TAG)
def check_proxy(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """A project that is told of its proxy tells us too (SECURE_PROXY_SSL_HEADER,
    USE_X_FORWARDED_HOST, USE_X_FORWARDED_PORT, GENLOOK_CLIENT_IP_HEADER: W031)."""
    names = ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT")
    told = next((name for name in names if getattr(settings, name)), None)
    if told is None or conf.client_ip_header:
        return []
    return [
        Warning(
            f"{told} says that requests come through a proxy, and GENLOOK_CLIENT_IP_HEADER does "
            "not name the header of the visitor's address: all guests count as one network and "
            "share one limit.",
            hint='Write GENLOOK_CLIENT_IP_HEADER = "X-Forwarded-For", or the header that your '
            "proxy sets; with several proxies GENLOOK_TRUSTED_PROXIES too.",
            id="genlook_oscar.W031",
        )
    ]


@check(Tags.database)
def check_zones(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """MySQL and MariaDB have their tables of time zones (W030). It asks the database, so it
    runs with `check --database default` and before each `migrate`, as Django's own that do."""
    if "default" not in (databases or ()) or knows_zones():
        return []
    return [
        Warning(
            "The database has no time zones, so lists in the admin cannot be narrowed by day, and "
            "Django fails wherever it asks for local days.",
            hint="Load them: `mariadb-tzinfo-to-sql /usr/share/zoneinfo | mariadb -u root mysql` "
            "(on MySQL `mysql_tzinfo_to_sql` and `mysql`).",
            id="genlook_oscar.W030",
        )
    ]


def _unmounted(sentence: str) -> CheckMessage:
    return Warning(
        sentence,
        hint='Write path("try-on/", include("genlook_oscar.urls")) in the urlpatterns of '
        "ROOT_URLCONF, before all that take any address.",
        id="genlook_oscar.W008",
    )


def _templates() -> Iterator[CheckMessage]:
    for name, tag in TAGS.items():
        try:
            template = getattr(get_template(name), "template", None)
            if not isinstance(template, Template) or _Page(template, WITHOUT.get(name, ())).has(
                tag
            ):
                continue
        except (TemplateDoesNotExist, TemplateSyntaxError):
            # The page itself says so, louder than we could.
            continue
        remedy = f"{{% load genlook_oscar %}}{{% {tag}{' product' if name == PAGE else ''} %}}"
        lacks = "the button" if name == PAGE else "the word that a picture is ready"
        if _stands_after_oscar():
            if name == PAGE:
                yield Warning(
                    "genlook_oscar stands after Oscar in INSTALLED_APPS, so the button does not "
                    "appear on product pages by itself.",
                    hint='Put "genlook_oscar" before Oscar\'s apps in INSTALLED_APPS, or write '
                    f"{remedy} in a template of yours.",
                    id="genlook_oscar.W002",
                )
        else:
            yield Warning(
                f"{template.origin} replaces {name} without {lacks}.",
                hint=f"Write {remedy} in it, or {{{{ block.super }}}} in each block of it that "
                "replaces one of ours.",
                id="genlook_oscar.W007",
            )


def _stands_after_oscar() -> bool:
    labels = [config.label for config in apps.get_app_configs()]
    return "oscar" in labels and labels.index("genlook_oscar") > labels.index("oscar")


class _Unknown(Exception):
    """A template whose name is only known when the page is made."""


class _Page:
    """A template with all that it extends and includes, as a page is made of them."""

    def __init__(
        self, template: Template, without: Sequence[str] = (), seen: set[str] | None = None
    ) -> None:
        self._without = without
        self._blocks: dict[str, list[BlockNode]] = {}
        self._included = set() if seen is None else seen
        self._passed: list[Any] = []
        try:
            self._root = self._extended(template)
            self._known = True
        except _Unknown:
            self._known = False

    def has(self, tag: str) -> bool:
        """Whether the page comes past a tag; True where that cannot be told."""
        return not self._known or self._reaches(self._root.nodelist, tag, None)

    def _extended(self, template: Template) -> Template:
        """The template at the end of the chain; notes the blocks on the way to it."""
        extends = next(iter(template.nodelist.get_nodes_by_type(ExtendsNode)), None)
        if not isinstance(extends, ExtendsNode):
            self._note(template.nodelist)
            return template
        self._note(extends.nodelist)
        name: Any = extends.parent_name
        if name.filters or not isinstance(name.var, str):
            raise _Unknown
        # What a template extends by its own name is the next of that name, as Django finds it.
        self._passed.append(template.origin)
        parent, _origin = template.engine.find_template(name.var, skip=self._passed)
        return self._extended(parent)

    def _note(self, nodes: NodeList) -> None:
        found: list[Any] = nodes.get_nodes_by_type(BlockNode)
        for node in found:
            self._blocks.setdefault(node.name, []).append(node)

    def _reaches(self, nodes: NodeList, tag: str, block: tuple[str, int] | None) -> bool:
        return any(self._comes_past(node, tag, block) for node in nodes)

    def _comes_past(self, node: Node, tag: str, block: tuple[str, int] | None) -> bool:
        if isinstance(node, SimpleNode):
            return node.func.__name__ == tag
        if isinstance(node, BlockNode):
            return self._in_block(node.name, 0, tag)
        if isinstance(node, VariableNode) and block:
            name, depth = block
            return str(node.filter_expression.var) == "block.super" and self._in_block(
                name, depth + 1, tag
            )
        if isinstance(node, IncludeNode) and self._include(node, tag):
            return True
        lists = (getattr(node, name, None) for name in node.child_nodelists)
        return any(self._reaches(nodes, tag, block) for nodes in lists if nodes)

    def _in_block(self, name: str, depth: int, tag: str) -> bool:
        found = self._blocks.get(name, [])
        if name in self._without or depth >= len(found):
            return False
        return self._reaches(found[depth].nodelist, tag, (name, depth))

    def _include(self, node: IncludeNode, tag: str) -> bool:
        name = node.template.var
        if not isinstance(name, str) or name in self._included:
            return False
        self._included.add(name)
        try:
            included = getattr(get_template(name), "template", None)
        except TemplateDoesNotExist:
            return False
        return isinstance(included, Template) and _Page(included, (), self._included).has(tag)
