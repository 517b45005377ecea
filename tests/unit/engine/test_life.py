"""The life of a try-on under everything at once: tasks that come twice, late or never, processes
that die or stand still between any two steps, clocks that are set, and a Genlook that fails."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from genlook_oscar.engine import keeping, photos, progress, tryons
from genlook_oscar.models import Photo, TryOn
from genlook_oscar.shopper import erasure

from .shop import KEYS, Shop

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.anydb, pytest.mark.slow]

# GENLOOK_LIVES=2000 looks for longer, and elsewhere each time.
LIVES = int(os.environ.get("GENLOOK_LIVES", "0"))
BOUNDS = settings(
    max_examples=LIVES or 15,
    stateful_step_count=22,
    derandomize=not LIVES,
    deadline=None,
    database=None,
    # Looking for the shortest failure takes minutes; the first one tells enough.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

FAULTS = [
    {"kind": "error", "status": 429, "code": "RATE_LIMITED"},
    {"kind": "error", "status": 429, "code": "RATE_LIMITED", "retry_after": 20},
    {"kind": "error", "status": 503, "code": ""},
    {"kind": "error", "status": 500, "code": "", "carried_out": True},
    {"kind": "error", "status": 402, "code": "INSUFFICIENT_CREDITS"},
    {"kind": "error", "status": 401, "code": "INVALID_API_KEY"},
    {"kind": "error", "status": 400, "code": "VALIDATION_FAILED"},
    {"kind": "error", "status": 403, "code": "FORBIDDEN"},
    {"kind": "page", "status": 403},
    {"kind": "page", "status": 404},
    {"kind": "error", "status": 404, "code": "GENERATION_NOT_FOUND"},
    {"kind": "error", "code": "INVALID_IMAGE", "details": [{"path": "products.0.images.0"}]},
    {"kind": "error", "code": "VALIDATION_FAILED", "details": [{"path": "person.image"}]},
    {"kind": "redirect", "location": "http://10.0.0.1/"},
    {"kind": "change", "fields": {"resultImageUrl": None}},
    {"kind": "change", "fields": {"status": None}},
    {"kind": "lost_answer"},
    {"kind": "refuse"},
    {"kind": "cut"},
    {"kind": "garbage"},
    {"kind": "empty"},
]
PATHS = ["/", "/try-on", "/images/upload", "/generations/", "/results/", "/customers/", "/products"]
few = st.integers(0, 5)
meanwhile = st.tuples(
    st.sampled_from(["same", "sweep", "task", "take_away", "erase"]),
    st.sampled_from([0, 13, 70, 130]),
    few,
)
# At a step of any kind, or at one before or after a request has travelled.
when = st.one_of(
    st.tuples(st.just("any"), st.integers(0, 45)),
    st.tuples(st.just("request"), st.integers(0, 5)),
)
fates = st.one_of(
    st.just(("lives", ("any", 10**9), None)),
    st.tuples(st.just("dies"), when, st.none()),
    st.tuples(st.just("stands still"), when, meanwhile),
)


class Life(RuleBasedStateMachine):
    """One shop, its workers and its shoppers."""

    monkeypatch: Any
    emulator: Any
    goods: list[Any]

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(self.monkeypatch, self.emulator, self.goods)
        self.shop.__enter__()

    def act(self, work: Any, fate: Any) -> None:
        """Do `work` in a process of its own, and let its fate befall it."""
        kind, (step, at), what = fate
        happens = (lambda: self.meanwhile(what, work)) if kind == "stands still" else None
        self.shop.process.run(work, step, at, happens)

    def meanwhile(self, what: tuple[str, int, int], work: Any) -> None:
        """What others do while one stands still."""
        action, seconds, place = what
        self.shop.time.passes(seconds)
        if action == "same":
            work()
        elif action == "sweep":
            self.shop.sweep()
        elif action == "task":
            (self.shop.queue.take(place) or int)()
        elif action == "take_away":
            self._take_away(place)
        elif action == "erase":
            erasure.erase_shopper(self._shopper(place))

    # What shoppers do.

    @initialize()
    def one_click(self) -> None:
        self.shop.click(0, 0)

    @rule(who=few, what=few, key=few, fate=fates)
    def click(self, who: int, what: int, key: int, fate: Any) -> None:
        self.act(lambda: self.shop.click(who, what, str(key) if key else None), fate)

    @rule(place=few)
    def ask(self, place: int) -> None:
        for tryon in self._tryon(place):
            progress.of(tryon)

    @rule(place=few, fate=fates)
    def take_away(self, place: int, fate: Any) -> None:
        self.act(lambda: self._take_away(place), fate)

    @rule(who=few, fate=fates)
    def delete_photo(self, who: int, fate: Any) -> None:
        photo = Photo.objects.filter(shopper=self._shopper(who)).first()
        if photo:
            self.act(lambda: photos.delete(photo), fate)

    @rule(who=few, fate=fates)
    def erase(self, who: int, fate: Any) -> None:
        self.act(lambda: erasure.erase_shopper(self._shopper(who)), fate)

    def _take_away(self, place: int) -> None:
        for tryon in self._tryon(place):
            tryons.cancel_or_delete(tryon)

    def _tryon(self, place: int) -> list[TryOn]:
        rows = list(TryOn.objects.order_by("created_at"))
        return [rows[place % len(rows)]] if rows else []

    def _shopper(self, who: int) -> Any:
        return self.shop.shoppers[who % len(self.shop.shoppers)]

    # What workers do.

    @precondition(lambda self: len(self.shop.queue))
    @rule(place=few, keep=st.booleans(), fate=fates)
    def work(self, place: int, keep: bool, fate: Any) -> None:
        task = self.shop.queue.take(place, keep)
        if task:
            self.act(task, fate)

    @rule(count=st.integers(1, 6))
    def work_on(self, count: int) -> None:
        self.shop.work(count)

    @precondition(lambda self: len(self.shop.queue))
    @rule(place=few)
    def lose(self, place: int) -> None:
        self.shop.queue.take(place)

    @rule(fate=fates)
    def sweep(self, fate: Any) -> None:
        self.act(self.shop.sweep, fate)

    # What happens to all.

    @rule(seconds=st.sampled_from([1, 4, 12, 20, 70, 310, 90_000]))
    def time_passes(self, seconds: int) -> None:
        self.shop.time.passes(seconds)

    @rule(seconds=st.sampled_from([-7200, -300, -20, 20, 300, 7200]))
    def clock_is_set(self, seconds: int) -> None:
        self.shop.time.jumps(seconds)

    @rule(fault=st.sampled_from(FAULTS), path=st.sampled_from(PATHS), times=st.integers(1, 3))
    def genlook_fails(self, fault: dict[str, Any], path: str, times: int) -> None:
        self._fault({**fault, "path": path, "times": times})

    @rule(kind=st.sampled_from(["fail", "stall"]))
    def a_generation_fails(self, kind: str) -> None:
        self._fault({"kind": kind})

    @rule(address=st.sampled_from(["http://10.0.0.1/", "file:///etc/passwd", "no address"]))
    def a_picture_is_said_to_lie_elsewhere(self, address: str) -> None:
        fields = {"resultImageUrl": address}
        self._fault({"kind": "change", "path": "/generations/", "fields": fields})

    @rule(place=few)
    def a_picture_is_lost(self, place: int) -> None:
        """And somebody looks at it."""
        for tryon in self._tryon(place):
            if tryon.status == TryOn.Status.COMPLETED and tryon.result:
                tryon.result.storage.delete(tryon.result.name)
                keeping.lost(tryon)

    @rule(products=st.booleans(), images=st.booleans())
    def genlook_forgets(self, products: bool, images: bool) -> None:
        self.emulator.control.forget(products=products, images=images)

    @rule(key=st.sampled_from(KEYS))
    def the_key_changes(self, key: str) -> None:
        self.shop.use(key)

    @rule(foreign=st.sampled_from(["generations", "everything", "hidden"]))
    def genlook_speaks_of_other_accounts(self, foreign: str) -> None:
        self.emulator._world.change({"foreign": foreign})

    @rule(credits=st.sampled_from([0, 1, 1000]))
    def credits_are_used_or_bought(self, credits: int) -> None:
        self.emulator._world.change({"credits": credits})

    @rule(what=few, number=few)
    def the_product_changes(self, what: int, number: int) -> None:
        product = self.goods[what % len(self.goods)]
        product.title = f"Linen shirt {what % len(self.goods)}, cut {number}"
        product.save(update_fields=["title"])

    def _fault(self, options: dict[str, Any]) -> None:
        self.emulator._world.faults.add(options, self.shop.time.genlooks())

    # What must hold.

    @invariant()
    def all_is_right(self) -> None:
        self.shop.check()

    def teardown(self) -> None:
        try:
            # What has failed already is not hidden by what follows from it.
            if sys.exc_info()[0] is None:
                self.shop.check_end()
                self.shop.check_next()
        finally:
            self.shop.__exit__()


def test_every_life_ends_well(emulator: Any, make_product: Any, monkeypatch: Any) -> None:
    Life.emulator = emulator
    Life.goods = [make_product(f"Linen shirt {number}") for number in range(2)]
    Life.monkeypatch = monkeypatch
    run_state_machine_as_test(Life, settings=BOUNDS)
