from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import RequestFactory

from genlook_oscar.models import Photo, TryOn
from genlook_oscar.pictures import places
from genlook_oscar.shopper.photos import take_in
from tests.conftest import picture


@pytest.fixture
def make_user(db: None) -> Callable[..., Any]:
    def make(name: str = "ann") -> Any:
        return get_user_model().objects.create_user(name, f"{name}@example.com", "secret")

    return make


@pytest.fixture
def visit() -> Callable[..., HttpRequest]:
    """A request of a visitor: of `user` if given, in `session` if given."""

    def make(user: Any = None, session: Any = None) -> HttpRequest:
        request = RequestFactory().get("/")
        request.user = user or AnonymousUser()
        request.session = session if session is not None else SessionStore()
        return request

    return make


def upload(color: str = "#aa7744", name: str = "me.jpg", **kwargs: Any) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(color, **kwargs))


@pytest.fixture
def many_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads take in as many photos at once as several processes of the shop would."""
    monkeypatch.setattr(places, "_crowd", dict.fromkeys((True, False), BoundedSemaphore(10)))


@pytest.fixture
def give(configuration: Any) -> Callable[..., Photo]:
    """Take in a photo for a shopper, told apart by its colour."""
    return lambda shopper, color="#aa7744": take_in(shopper, upload(color), configuration)


def make_tryon(shopper: Any, **values: Any) -> TryOn:
    """A try-on's row, without the click."""
    from datetime import timedelta

    from genlook_oscar import clock

    values.setdefault("reuse_key", "r" * 64)
    values.setdefault("deadline_at", clock.now() + timedelta(minutes=5))
    return TryOn.objects.create(shopper=shopper, **values)


def completed(shopper: Any, **values: Any) -> TryOn:
    """A completed try-on's row with its picture in storage."""
    from datetime import timedelta

    from django.core.files.base import ContentFile

    from genlook_oscar import clock

    values.setdefault("expires_at", clock.now() + timedelta(days=7))
    tryon = make_tryon(shopper, status=TryOn.Status.COMPLETED, finished_at=clock.now(), **values)
    tryon.result.save("result.jpg", ContentFile(picture()))
    return tryon


def exists(name: str) -> bool:
    return bool(name) and Path(Photo._meta.get_field("file").storage.path(name)).exists()
