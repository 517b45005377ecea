from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from genlook_oscar.models import TryOn
from tests.conftest import picture
from tests.pictures.making import encoded, noise

JSON = "application/json"
# What a browser sends when it goes to a page.
HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

# What a request of a shop costs without us: who is asking.
NOT_OURS = ("django_session", "auth_user")


def photo_file(color: str = "#aa7744", name: str = "me.jpg", **kwargs: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(color, **kwargs), content_type="image/jpeg")


def broken_photo() -> SimpleUploadedFile:
    """A photo that only its decoder finds broken."""
    whole = encoded(noise(), "PNG")
    middle = len(whole) // 2
    return SimpleUploadedFile("me.png", whole[:middle] + bytes(1000) + whole[middle + 1000 :])


def content(answer: Any) -> bytes:
    """The whole of a picture's answer; reading it to its end closes its file."""
    return b"".join(answer.streaming_content)


class Visitor:
    """A browser at the shop, with what it does in the fitting room."""

    def __init__(self, on_commit: Callable[[], Any], client: Client | None = None) -> None:
        self.client = client or Client()
        self.on_commit = on_commit

    def send(self, method: str, url: str, data: Any = None, **extra: Any) -> Any:
        extra.setdefault("headers", {"Accept": JSON})
        with self.on_commit():
            return getattr(self.client, method)(url, data, **extra)

    def json(self, url: str) -> Any:
        return self.send("get", url)

    def page(self, url: str) -> Any:
        return self.send("get", url, headers={"Accept": HTML})

    def submit(self, url: str, data: Any = None) -> Any:
        """Send a form as a browser without script does."""
        return self.send("post", url, data, headers={"Accept": HTML})

    def upload(self, file: Any = None, **fields: Any) -> Any:
        fields = {"photo": file or photo_file(), "consent": "1"} | fields
        return self.send("post", reverse("genlook_oscar:photos"), fields)

    def photo(self, color: str = "#aa7744") -> str:
        answer = self.upload(photo_file(color))
        assert answer.status_code == 201, answer.content
        return str(answer.json()["id"])

    def start(self, product: Any, photo: str, **fields: Any) -> Any:
        body = {"product": product.pk, "photo": photo} | fields
        return self.send("post", reverse("genlook_oscar:tryons"), body, content_type=JSON)

    def tryon(self, product: Any, photo: str | None = None) -> TryOn:
        """A try-on of hers, just begun."""
        answer = self.start(product, photo or self.photo())
        assert answer.status_code == 202, answer.content
        return TryOn.objects.get(pk=answer.json()["id"])


@pytest.fixture
def visitor(configuration: Any, on_commit: Any) -> Visitor:
    """A guest who has done nothing yet."""
    return Visitor(on_commit)


@pytest.fixture
def stranger(configuration: Any, on_commit: Any) -> Visitor:
    """Another guest, with a photo of his own."""
    other = Visitor(on_commit)
    other.photo("#333333")
    return other


@pytest.fixture
def customer(configuration: Any, on_commit: Any, django_user_model: Any) -> Visitor:
    """A signed-in customer."""
    signed_in = Visitor(on_commit)
    signed_in.client.force_login(
        django_user_model.objects.create_user("ada", "ada@example.com", "secret-1")
    )
    return signed_in


@pytest.fixture
def finished(emulator: Any, drain: Callable[[], int]) -> Callable[..., TryOn]:
    """Bring a visitor's try-on to its end at the emulator."""

    def act(visitor: Visitor, product: Any, **kwargs: Any) -> TryOn:
        tryon = visitor.tryon(product, **kwargs)
        drain()
        tryon.refresh_from_db()
        return tryon

    return act


@pytest.fixture
def jumper(make_product: Any) -> Any:
    """A parent with two variants; the rust one has no picture of its own."""
    parent = make_product(title="Jumper", structure="parent")
    make_product(title="Jumper, forest", structure="child", parent=parent, color="#115533")
    make_product(title="Jumper, rust", structure="child", parent=parent, color=None)
    return parent


@pytest.fixture
def at_most() -> Callable[[int], Any]:
    """A block that may send so many queries of ours; a savepoint is none, as it asks nothing."""

    @contextmanager
    def block(limit: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        statements = [query["sql"] for query in captured.captured_queries]
        ours = [
            sql
            for sql in statements
            if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))
            and not any(f'FROM "{table}"' in sql for table in NOT_OURS)
        ]
        assert len(ours) <= limit, "\n".join(ours)

    return block
