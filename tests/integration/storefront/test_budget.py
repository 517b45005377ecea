from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genlook_oscar.models import Account

from .conftest import Visitor


@pytest.fixture(params=["guest", "customer"])
def anyone(request: Any) -> Visitor:
    names = {"guest": "visitor", "customer": "customer"}
    found: Visitor = request.getfixturevalue(names[request.param])
    return found


@pytest.fixture
def watched(db: None) -> None:
    """Somebody watches, as always while anything is under way."""
    assert Account.take_watch(50)


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("kind", ["standalone", "child"])
def test_a_click(anyone: Visitor, make_product: Any, at_most: Any, kind: str) -> None:
    product = make_product(
        color=None if kind == "child" else "#4477aa", **family(kind, make_product)
    )
    photo = anyone.photo()
    anyone.page(f"/try-on/room/{product.pk}/")

    with at_most(12):
        assert anyone.start(product, photo).status_code == 202


def family(kind: str, make_product: Any) -> dict[str, Any]:
    if kind == "standalone":
        return {}
    return {"structure": kind, "parent": make_product(title="Jumper", structure="parent")}


def test_a_click_on_an_idle_system(visitor: Visitor, product: Any, at_most: Any) -> None:
    photo = visitor.photo()
    visitor.page(f"/try-on/room/{product.pk}/")

    with at_most(12):
        assert visitor.start(product, photo).status_code == 202


@pytest.mark.usefixtures("watched")
def test_asking_for_the_state(anyone: Visitor, product: Any, at_most: Any) -> None:
    tryon = anyone.tryon(product)

    with at_most(2):
        assert anyone.json(f"/try-on/{tryon.pk}/").json()["status"] == "queued"


def test_asking_for_the_state_when_a_watcher_is_on_its_way(
    visitor: Visitor, product: Any, at_most: Any
) -> None:
    tryon = visitor.tryon(product)
    visitor.json(f"/try-on/{tryon.pk}/")

    with at_most(2):
        visitor.json(f"/try-on/{tryon.pk}/")


def test_asking_for_the_state_of_a_finished_one(
    visitor: Visitor, product: Any, finished: Any, at_most: Any
) -> None:
    tryon = finished(visitor, product)

    with at_most(1):
        assert visitor.json(f"/try-on/{tryon.pk}/").json()["status"] == "completed"


@pytest.mark.usefixtures("watched")
def test_the_history_does_not_cost_more_for_more(
    visitor: Visitor, make_product: Any, at_most: Any
) -> None:
    photo = visitor.photo()
    for number in range(5):
        visitor.start(make_product(title=f"Shirt {number}"), photo)

    with at_most(1):
        assert len(visitor.json("/try-on/").json()["items"]) == 5


def test_a_picture(visitor: Visitor, product: Any, finished: Any, at_most: Any) -> None:
    tryon = finished(visitor, product)

    with at_most(1):
        answer = visitor.client.get(f"/try-on/{tryon.pk}/image/")
    assert b"".join(answer.streaming_content)


def test_the_status_call_leaves_the_basket_alone(customer: Visitor, product: Any) -> None:
    tryon = customer.tryon(product)

    with CaptureQueriesContext(connection) as captured:
        customer.json(f"/try-on/{tryon.pk}/")

    assert not [query for query in captured.captured_queries if "basket" in query["sql"]]
