from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from genlook_oscar import clock
from genlook_oscar.engine import progress
from genlook_oscar.models import Shopper, TryOn
from tests.conftest import picture, wait_until
from tests.stepping import SharedOffset


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
    shoppers who have four items each."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from genlook_oscar.engine import tryons
    from genlook_oscar.shopper import consent
    from genlook_oscar.shopper.photos import take_in

    products: list[Any] = []

    def act(count: int) -> list[TryOn]:
        while len(products) < min(count, 4):
            products.append(make_product(f"Item {len(products)}"))
        clicked = []
        while len(clicked) < count:
            shopper = Shopper.objects.create()
            consent.record(shopper, configuration)
            upload = SimpleUploadedFile("me.jpg", picture(f"#{shopper.pk % 0xFFFFFF:06x}"))
            photo = take_in(shopper, upload, configuration)
            for product in products[: count - len(clicked)]:
                clicked.append(tryons.request(shopper, product, photo).tryon)
        return clicked

    return act


def all_final() -> bool:
    """Whether no try-on is live; asked as the shoppers' pages ask while they wait."""
    waiting = TryOn.objects.live().order_by("created_at").first()
    if waiting is not None:
        progress.of(waiting)
    return waiting is None


def wait_for_all(timeout: float = 180) -> None:
    """Wait until every try-on has its end."""
    try:
        wait_until(all_final, timeout=timeout, what="all try-ons to end")
    except AssertionError as error:
        rows = TryOn.objects.live().values()
        raise AssertionError("\n".join([str(error), *map(str, rows)])) from error


def statuses() -> list[tuple[str, str]]:
    """Each final status with its error code, sorted."""
    return sorted(TryOn.objects.values_list("status", "error_code"))
