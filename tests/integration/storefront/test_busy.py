"""What a call is answered when the database does not do its work."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.urls import resolve, reverse

from genlook_oscar import urls
from genlook_oscar.models import Photo, TryOn
from genlook_oscar.transactions import atomic
from tests.conftest import need

from .conftest import HTML, JSON, NOT_OURS, Visitor

WRITES = ("INSERT", "UPDATE", "DELETE")
BEYOND_DATABASE = {"health", "metrics"}
"""Tell by themselves that there is no database, and only those who bear a token or are staff."""


@contextmanager
def refusing(*kinds: str, about: str = "", but: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Have the database refuse statements of some kinds, as one that is locked does; yields
    those that it has refused."""
    refused: list[str] = []

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(kinds) or about not in sql or any(table in sql for table in but):
            return execute(sql, *rest)
        refused.append(sql)
        raise OperationalError("database is locked")

    with connection.execute_wrapper(refuse):
        yield refused


def is_busy(answer: Any) -> bool:
    body = answer.json()
    assert body["message"]
    told = (answer.status_code, body["code"], body["status"], answer.headers["Retry-After"])
    return told == (503, "shop_busy", 503, "2")


VALUES = {"int": 1, "uuid": uuid.uuid4(), "str": "x"}


def address(name: str) -> str:
    """The address of one of our views, of something that is not there."""
    route = next(str(one.pattern) for one in urls.urlpatterns if one.name == name)
    args = [VALUES[kind] for kind in re.findall(r"<(\w+):", route)]
    return reverse(f"genlook_oscar:{name}", args=args)


NAMES = [name for one in urls.urlpatterns if (name := str(one.name)) not in BEYOND_DATABASE]


@pytest.mark.parametrize("name", NAMES)
def test_no_call_ends_in_the_shops_error_page(visitor: Visitor, name: str) -> None:
    visitor.photo()
    url = address(name)
    asked = 0
    for method in ("get", "post", "delete"):
        for accept in (JSON, HTML):
            # Without these no request reaches a view.
            with refusing("SELECT", *WRITES, but=NOT_OURS) as refused:
                answer = visitor.send(method, url, headers={"Accept": accept})
            if not refused:
                assert answer.status_code < 500, method
                continue
            asked += 1
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2"), method
            assert accept == HTML or is_busy(answer)
            assert accept == JSON or "try again in a moment" in answer.content.decode()
    assert asked


def test_a_click_that_meets_a_lock_may_be_made_again(visitor: Visitor, product: Any) -> None:
    photo = visitor.photo()
    with refusing("INSERT", about="genlook_oscar_tryon"):
        assert is_busy(visitor.start(product, photo, idempotency_key="once"))
    assert not TryOn.objects.exists()
    assert visitor.start(product, photo, idempotency_key="once").status_code == 202


def test_a_photo_that_meets_a_lock_may_be_sent_again(visitor: Visitor) -> None:
    with refusing(*WRITES, about="genlook_oscar_photo"):
        assert is_busy(visitor.upload())
    assert not Photo.objects.exists()
    assert visitor.upload().status_code == 201


def test_a_session_that_cannot_be_saved_is_answered_as_well(visitor: Visitor) -> None:
    visitor.client.raise_request_exception = False
    with refusing(*WRITES, about="django_session"):
        assert is_busy(visitor.upload())


def test_what_was_answered_stays_true_when_only_the_middlewares_saving_fails(
    visitor: Visitor,
) -> None:
    saved = []

    def once(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(WRITES) and "django_session" in sql:
            saved.append(sql)
            if len(saved) > 1:
                raise OperationalError("database is locked")
        return execute(sql, *rest)

    visitor.client.raise_request_exception = False
    with connection.execute_wrapper(once):
        assert visitor.upload().status_code == 201
    assert len(saved) == 2
    assert len(visitor.json(reverse("genlook_oscar:photos")).json()["items"]) == 1


@pytest.mark.parametrize("name", [*NAMES, *sorted(BEYOND_DATABASE)])
def test_the_shops_transaction_around_each_request_is_not_around_ours(name: str) -> None:
    view: Any = resolve(address(name)).func
    assert view._non_atomic_requests == {"default"}


@pytest.fixture
def other_writer(transactional_db: None) -> Iterator[sqlite3.Connection]:
    """Another process at the same SQLite file, for a project that says nothing of SQLite."""
    need("sqlite", connection.vendor == "sqlite", "is about SQLite")
    connection.ensure_connection()
    mode, connection.transaction_mode = connection.transaction_mode, None  # type: ignore[attr-defined]
    connection.cursor().execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    try:
        yield other
    finally:
        other.close()
        connection.transaction_mode = mode  # type: ignore[attr-defined]
        connection.close()


def test_our_transactions_hold_the_lock_before_they_read(other_writer: sqlite3.Connection) -> None:
    with transaction.atomic():
        list(Photo.objects.all())
        other_writer.execute("BEGIN IMMEDIATE")
        other_writer.execute("ROLLBACK")
    with atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other_writer.execute("BEGIN IMMEDIATE")
    other_writer.execute("BEGIN IMMEDIATE")
    other_writer.execute("ROLLBACK")


def test_a_lock_that_is_held_all_the_while(
    other_writer: sqlite3.Connection, visitor: Visitor, product: Any
) -> None:
    photo = visitor.photo()
    with connection.cursor() as cursor:
        # However long we wait, the other one holds it for longer.
        cursor.execute("PRAGMA busy_timeout = 200")
    other_writer.execute("BEGIN IMMEDIATE")
    assert is_busy(visitor.start(product, photo))
    assert is_busy(visitor.upload())
    other_writer.execute("ROLLBACK")
    assert visitor.start(product, photo).status_code == 202


def test_we_wait_for_others_where_the_project_says_nothing(
    other_writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def patience() -> int:
        connection.close()
        with connection.cursor() as cursor:
            return int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])

    options = {"init_command": ""}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    assert patience() == 20_000
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options | {"timeout": 3})
    assert patience() == 3000
