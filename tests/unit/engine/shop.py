"""A shop in simulated time, and what must hold of it whatever has happened."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from genlook_oscar.emulator import switchboard
from genlook_oscar.engine import photos, products, sweeping, tryons, workers
from genlook_oscar.models import (
    Account,
    Configuration,
    Erasure,
    Photo,
    ProductLink,
    Shopper,
    TryOn,
)
from genlook_oscar.models.mark import ours
from genlook_oscar.shopper import consent
from genlook_oscar.shopper.photos import take_in
from tests.audit import charged, differences
from tests.conftest import picture

from .simulation import Process, Queue, Time, simulated

KEYS = ["gk_tests", "gk_live"]
PICTURES = [picture(color, (256, 320)) for color in ("#aa7744", "#4477aa")]


def reachable() -> dict[str, set[str]]:
    """Where each state may lead to, over any number of moves."""
    found = {str(status): {str(status)} for status in TryOn.Status}
    for _ in TryOn.Status:
        for source, target in TryOn.MOVES:
            for ends in found.values():
                if source in ends:
                    ends.add(str(target))
    return found


REACHABLE = reachable()


class Shop:
    """One shop, its workers and its shoppers; the emulator stands behind real HTTP."""

    def __init__(self, monkeypatch: Any, emulator: Any, goods: list[Any]) -> None:
        self.emulator = emulator
        self.goods = goods
        self.process = Process()
        self.time = Time()
        self.queue = Queue()
        self._statuses: dict[Any, str] = {}
        self._names: dict[str, str | None] = {}
        self._simulation = simulated(monkeypatch, emulator, self.time, self.process)

    def __enter__(self) -> Shop:
        self._simulation.__enter__()
        self.use(KEYS[0])
        self.emulator._world.reset()
        self.emulator._world.change({"generation_seconds": [2, 9], "draw": False, "seed": 1})
        from django_q.models import OrmQ

        for model in (TryOn, Photo, Shopper, ProductLink, Erasure, Account, OrmQ):
            model.objects.all().delete()
        self.configuration = Configuration.load()
        self.configuration.enabled = True
        self.configuration.save()
        Account.load()
        self.shoppers = [Shopper.objects.create() for _ in PICTURES]
        return self

    def __exit__(self, *error: Any) -> None:
        self._simulation.__exit__(None, None, None)

    def use(self, key: str) -> None:
        """Configure the account that this key belongs to, for all processes at once."""
        settings.GENLOOK_API_KEY = key

    def click(self, who: int, what: int, key: str | None = None) -> None:
        """All that a shopper does from opening the fitting room to her click."""
        shopper = self.shoppers[who % len(self.shoppers)]
        # As each request reads it: what an earlier life knew of it is not remembered.
        good = self.goods[what % len(self.goods)]
        product = type(good)._default_manager.select_related("parent").get(pk=good.pk)
        if not consent.is_given(shopper, self.configuration):
            consent.record(shopper, self.configuration)
        file = SimpleUploadedFile("me.jpg", PICTURES[who % len(PICTURES)])
        photo = take_in(shopper, file, self.configuration)
        photos.enqueue_upload(photo)
        products.enqueue_registration(product)
        with suppress(tryons.Refused):
            tryons.request(shopper, product, photo, idempotency_key=key)

    def work(self, most: int = 60) -> None:
        """What workers do with what stands in the queue."""
        for _ in range(most):
            task = self.queue.take(0)
            if task is None:
                return
            task()

    def sweep(self) -> None:
        """What a worker does each minute."""
        workers.sign()
        sweeping.sweep()

    def state(self) -> dict[str, Any]:
        """What Genlook's side shows, and the names that an erasure will take away there."""
        state = switchboard.state(self.emulator._world)
        for generation in state["generations"]:
            self._names.setdefault(generation["generationId"], generation["externalUserId"])
        return state

    def check(self) -> None:
        """What must hold at every moment."""
        for tryon in TryOn.objects.all():
            before = self._statuses.setdefault(tryon.pk, tryon.status)
            assert tryon.status in REACHABLE[before], (before, tryon.status)
            self._statuses[tryon.pk] = tryon.status
            if tryon.is_final:
                assert tryon.live_key is None
                assert tryon.finished_at
                assert (tryon.claim, tryon.claimed_until) == ("", None) or tryon.late_until
        found = differences(self.state(), self._names, at_rest=False)
        assert not found, found

    def settle(self, busy: Callable[[], bool], minutes: int, what: str) -> None:
        """With Genlook well and workers at work, all comes to its end within minutes."""
        for _ in range(minutes):
            self.sweep()
            self.work()
            if not busy():
                return
            self.time.passes(60)
        left = [vars(row) for row in TryOn.objects.live()] or list(Erasure.objects.values())
        raise AssertionError(f"still {what} after {minutes} minutes: {left}")

    def check_end(self) -> None:
        """What must hold when all has ended, a day later, and for the next shopper."""
        self.emulator._world.faults.clear()
        self.settle(TryOn.objects.live().exists, 15, "live")
        self.check()
        # What is late is followed for a day.
        self.time.passes(25 * 3600)
        for key in KEYS:
            self.use(key)
            owed = Erasure.objects.filter(ours(), done_at=None)
            self.settle(owed.exists, 150, "to erase")
        assert not Erasure.objects.filter(done_at=None).exists()
        self.check()
        state = self.state()
        found = differences(state, self._names)
        assert not found, found
        all_charged, settled, uncertain = charged(state)
        assert all_charged == settled + uncertain
        assert not TryOn.objects.filter(charge=TryOn.Charge.RESERVED).exists()

    def check_next(self) -> None:
        """Nothing that happened keeps the next shopper from her picture."""
        self.emulator._world.change({"credits": 1000})
        # The sweep, due each minute, finds out.
        sweeping.sweep()
        self.work()
        self.shoppers.append(Shopper.objects.create())
        self.click(len(self.shoppers) - 1, 0)
        tryon = TryOn.objects.latest("created_at")
        self.settle(TryOn.objects.live().exists, 3, "live")
        tryon.refresh_from_db()
        assert tryon.shopper == self.shoppers[-1]
        assert tryon.status == TryOn.Status.COMPLETED, (tryon.error_code, tryon.error_detail)
