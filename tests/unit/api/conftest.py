from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from genlook_oscar.api import Client, RetryPolicy, Timeouts

from .service import Service

KEY = "gk_9f3c-unmistakable-key-71b2"
# Long enough for a busy machine; short only where nothing is going to answer.
CALM = Timeouts(connect=5.0, read=5.0, total=15.0, sync=10.0)
HASTY = Timeouts(connect=5.0, read=0.2, total=5.0, sync=0.2)


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.stop()


@pytest.fixture
def make_client(service: Service) -> Iterator[Callable[..., Client]]:
    made = []

    def make(base_url: str = "", **options: Any) -> Client:
        options = {"timeouts": CALM, "retry": RetryPolicy.none(), **options}
        made.append(Client(KEY, base_url or service.url, **options))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def client(make_client: Callable[..., Client]) -> Client:
    """A client of the service that repeats nothing."""
    return make_client()


@pytest.fixture
def hasty(make_client: Callable[..., Client]) -> Client:
    """A client that hardly waits for an answer, and repeats nothing."""
    return make_client(timeouts=HASTY)


@pytest.fixture
def waits() -> list[float]:
    """The seconds that `patient` would have waited."""
    return []


@pytest.fixture
def patient(make_client: Callable[..., Client], waits: list[float]) -> Client:
    """A client of the service that repeats by the default policy, without really waiting."""
    return make_client(retry=RetryPolicy(sleep=waits.append, spread=lambda: 0.0))
