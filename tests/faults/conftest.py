from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from genlook_oscar import clock
from genlook_oscar.engine import progress
from genlook_oscar.models import Shopper, TryOn
from tests.conftest import need, picture, wait_until
from tests.processes import actors, actors_each
from tests.stepping import SharedOffset

REDIS_URL = os.environ.get("GENLOOK_REDIS_URL", "redis://127.0.0.1:6379/12")
REDIS_QUEUES = ("django_q:tests:q", "django_q:shop:q", "django_q:tryons:q")


@pytest.fixture
def redis_queue() -> Iterator[redis.Redis]:
    """A Redis that holds no tasks of this project, before and afterwards."""
    with redis.Redis.from_url(REDIS_URL) as client:
        try:
            client.delete(*REDIS_QUEUES)
        except redis.ConnectionError as error:
            need("redis", False, f"no Redis at {REDIS_URL} (GENLOOK_REDIS_URL): {error}")
        yield client
        client.delete(*REDIS_QUEUES)


@pytest.fixture
def patient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """No try-on comes to its deadline, and nobody gives up an answer that is held back; here
    and in the processes that the test starts."""
    for name, value in (("DEADLINE_SECONDS", 6000), ("READ_TIMEOUT", 60)):
        setattr(settings, f"GENLOOK_{name}", value)
        monkeypatch.setenv(f"GENLOOK_{name}", str(value))


@pytest.fixture
def unlimited(emulator: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account has no limit of requests."""
    emulator.control.settings(requests_per_minute=None)
    settings.GENLOOK_REQUESTS_PER_MINUTE = 0
    monkeypatch.setenv("GENLOOK_REQUESTS_PER_MINUTE", "0")


@pytest.fixture
def shared_clock(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> SharedOffset:
    """The clock of this process and of all that it starts from now on."""
    offset = SharedOffset(tmp_path / "clock")
    monkeypatch.setenv("GENLOOK_TEST_CLOCK", str(tmp_path / "clock"))
    monkeypatch.setattr(clock, "_offset", offset)
    return offset


@pytest.fixture
def crowd(emulator: Any, configuration: Any, make_product: Any) -> Callable[..., list[TryOn]]:
    """Let as many try-ons be clicked as asked for, each of another item or shopper, by
    shoppers who have four items each; all at once, in processes of their own, where something
    is added to their environment."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from genlook_oscar.engine import tryons
    from genlook_oscar.shopper import consent
    from genlook_oscar.shopper.photos import take_in

    products: list[Any] = []

    def act(count: int, **more: str) -> list[TryOn]:
        wishes: list[tuple[Any, Any, Any]] = []
        while len(products) < min(count, 4):
            products.append(make_product(f"Item {len(products)}"))
        while len(wishes) < count:
            shopper = Shopper.objects.create()
            consent.record(shopper, configuration)
            upload = SimpleUploadedFile("me.jpg", picture(f"#{shopper.pk % 0xFFFFFF:06x}"))
            photo = take_in(shopper, upload, configuration)
            wishes += [(shopper, product, photo) for product in products[: count - len(wishes)]]
        if more:
            keys = [[row.pk for row in wish] for wish in wishes]
            said = actors_each("click", keys, **more)
            return [TryOn.objects.get(pk=pk) for pk in said]
        return [tryons.request(*wish).tryon for wish in wishes]

    return act


def all_final(**more: str) -> bool:
    """Whether no try-on is live; asked as the shoppers' pages ask while they wait, from a
    process of its own where something is added to its environment."""
    if more:
        return actors(1, "look", **more) == [""]
    waiting = TryOn.objects.live().order_by("created_at").first()
    if waiting is not None:
        progress.of(waiting)
    return waiting is None


def wait_for_all(timeout: float = 180, **more: str) -> None:
    """Wait until every try-on has its end."""
    try:
        wait_until(lambda: all_final(**more), timeout=timeout, what="all try-ons to end")
    except AssertionError as error:
        rows = TryOn.objects.live().values()
        raise AssertionError("\n".join([str(error), *map(str, rows)])) from error


COMPLETED = ("completed", "")
UNCERTAIN = ("failed", "uncertain")


def statuses() -> list[tuple[str, str]]:
    """Each final status with its error code, sorted."""
    return sorted(TryOn.objects.values_list("status", "error_code"))
