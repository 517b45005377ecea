from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Permission
from django.template import engines
from django.test import Client, RequestFactory

PAGE = "{% load wagtailcore_tags %}{% for block in body %}{% include_block block %}{% endfor %}"


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def request_of(user: Any = None, *, preview: bool = False) -> Any:
    """A request for a page."""
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    if preview:
        request.is_preview = True
    return request


def show(*blocks: tuple[str, dict[str, Any]], request: Any = None) -> str:
    """A page's body with these blocks, from what the database would hold."""
    from wagtail.blocks import StreamBlock

    from genlook_oscar.cms import blocks as ours

    kinds = [
        ("product", ours.ProductTryOnBlock()),
        ("strip", ours.ProductStripBlock()),
        ("stage", ours.TryOnStageBlock()),
    ]
    stored = [{"type": name, "value": value} for name, value in blocks]
    body = StreamBlock(kinds).to_python(stored)
    return engines["django"].from_string(PAGE).render({"body": body}, request or request_of())


@pytest.fixture
def make_editor(db: None) -> Callable[..., Client]:
    """A client of somebody who may enter Wagtail's admin, and what else is named; he is not
    staff of the shop."""

    def make(*permissions: str) -> Client:
        user = get_user_model().objects.create_user(
            f"editor{len(permissions)}", f"editor{len(permissions)}@example.com", "pass"
        )
        wanted = ["access_admin", *permissions]
        user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return client

    return make


@pytest.fixture
def editor(make_editor: Callable[..., Client]) -> Client:
    return make_editor()


collect_ignore = [] if settings.WAGTAIL else ["test_blocks.py", "test_chooser.py", "test_admin.py"]
