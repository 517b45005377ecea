"""What is spent stays within what is set, whenever it is set: budgets and limits are changed,
cleared and set again at any time among clicks, releases, crashes and midnights."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.utils.timezone import localtime
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from genlook_oscar import clock
from genlook_oscar.engine import books, repair, tryons, workers
from genlook_oscar.engine.outcomes import fail
from genlook_oscar.models import Configuration, Counter, Shopper, TryOn, returns
from genlook_oscar.shopper import consent
from genlook_oscar.shopper.photos import take_in
from genlook_oscar.visitor import Visitor
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

# GENLOOK_LIVES=2000 looks for longer, and elsewhere each time.
LIVES = int(os.environ.get("GENLOOK_LIVES", "0"))
BOUNDS = settings(
    max_examples=LIVES or 12,
    derandomize=not LIVES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

Charge, Status = TryOn.Charge, TryOn.Status
NETWORK = "203.0.113.0/24"
STEPS = 60
ENDS = ["taken_away", "refused", "killed", "made", "made", "failed", "late"]
KINDS = {"budget_spent": "budget", "limit_reached": "own", "network_limit": "network"}
LIMITS = ["guest_tryons_per_day", "network_tryons_per_day", "customer_tryons_per_day"]
BUDGETS = ["budget_per_day", "budget_per_day", "budget_per_month"]


class Shop:
    """Two guests of one network and a new customer of it; workers whose steps are rows."""

    shoppers: list[Shopper]
    photos: list[Any]
    goods: list[Any]

    def __init__(self, random: Random) -> None:
        self.random = random
        self.time = ExitStack()
        TryOn.objects.all().delete()
        Counter.objects.all().delete()
        row = Configuration.load()
        row.lift_limits()
        row.budget_spent = Configuration.WhenSpent.EXPLAIN
        row.save()

    def live(self) -> None:
        """So many things happen, one after the other."""
        happens = [self.clicks] * 8 + [self.comes_to] * 6 + [self.the_merchant_sets] * 4
        happens += [self.late_ones_end, self.time_passes]
        with self.time:
            for _ in range(STEPS):
                self.random.choice(happens)()

    def the_merchant_sets(self) -> None:
        what = self.random.choice([*LIMITS, *BUDGETS, *BUDGETS, "budget_spent"])
        if what == "budget_spent":
            value: Any = self.random.choice(Configuration.WhenSpent.values)
        else:
            # Cleared as often as set, and low enough to be reached.
            value = self.random.choice([None, self.random.randint(1, 9)])
        Configuration.objects.update(**{what: value})

    def clicks(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self.one_click(self.random.randrange(3), self.random.randrange(len(self.goods)))

    def one_click(self, who: int, what: int) -> None:
        shopper, product = self.shoppers[who], self.goods[what]
        visitor = Visitor(shopper.user, shopper.key, NETWORK)
        bounds = self.bounds(shopper)
        workers.sign()
        before = TryOn.objects.count()
        try:
            tryons.request(shopper, product, self.photos[who], who=visitor)
        except tryons.Refused as refused:
            # Nobody is refused who need not be.
            kind = KINDS[refused.code]
            assert any(spent >= most for name, spent, most in bounds if name == kind), bounds
            assert TryOn.objects.count() == before
        else:
            if TryOn.objects.count() > before:
                assert all(spent < most for _, spent, most in bounds), bounds

    def comes_to(self) -> None:
        what = self.random.choice(ENDS)
        sent = what in ("made", "failed", "late")
        if sent:
            self.accepted()
        for row in self.one_of(Status.GENERATING if sent else Status.QUEUED):
            getattr(self, what)(row)

    def accepted(self) -> None:
        for row in self.one_of(Status.QUEUED):
            if TryOn.objects.claim(row.pk, 60):
                TryOn.objects.filter(pk=row.pk).update(sent_at=clock.now())
                values = {"charge": Charge.RESERVED, "generation_id": f"gen-{row.pk}"}
                assert TryOn.objects.move(row.pk, "submitting", "generating", **values)

    def taken_away(self, row: TryOn) -> None:
        tryons.cancel_or_delete(row)

    def refused(self, row: TryOn) -> None:
        assert fail(row.pk, "queued", "busy")

    def killed(self, row: TryOn) -> None:
        """A worker dies; what it may have sent may be paid for."""
        if TryOn.objects.claim(row.pk, 60):
            now = clock.now()
            TryOn.objects.filter(pk=row.pk).update(
                sent_at=now, claimed_until=now - timedelta(seconds=1)
            )
            repair.repair_leases()

    def made(self, row: TryOn) -> None:
        row.refresh_from_db()
        values = {"charge": Charge.SETTLED, "late_until": None, "hidden_at": clock.now()}
        assert TryOn.objects.move(row.pk, row.status, "completed", **values)

    def failed(self, row: TryOn) -> None:
        assert fail(row.pk, "generating", "generation_failed", charge=Charge.RELEASED)

    def late(self, row: TryOn) -> None:
        """Its time is over, but it is paid for and followed for an hour."""
        until = clock.now() + timedelta(hours=1)
        assert fail(row.pk, "generating", "too_slow", late_until=until)

    def late_ones_end(self) -> None:
        for row in TryOn.objects.filter(late_until__gt=clock.now()):
            if self.random.random() < 0.5:
                self.made(row)
            else:
                TryOn.objects.filter(pk=row.pk).update(charge=Charge.RELEASED, late_until=None)

    def time_passes(self) -> None:
        self.time.enter_context(clock.shift(hours=self.random.choice([1, 1, 2, 14, 300])))
        repair.end_overdue()
        books.give_up_late()
        returns.give_back_late(TryOn.objects.all())
        Counter.objects.end_old()

    def one_of(self, status: str) -> list[TryOn]:
        rows = list(TryOn.objects.filter(status=status).order_by("created_at"))
        return [self.random.choice(rows)] if rows else []

    # What must hold, counted from the rows and not from any counter.

    def bounds(self, shopper: Shopper) -> list[tuple[str, int, int]]:
        """What is spent and what is set at this moment, for a click of this shopper."""
        returns.give_back_late(TryOn.objects.all())
        set_now = Configuration.objects.get()
        today = localtime(clock.now()).date()
        live = Q(status__in=TryOn.LIVE)
        rows = [(row, localtime(row.created_at).date()) for row in TryOn.objects.all()]
        costing = {*TryOn.objects.filter(live | ~Q(charge__in=["none", "released"]))}
        hers = {*TryOn.objects.filter(live | Q(charge__in=["reserved", "settled"]))}
        spent = [day for row, day in rows if row in costing]
        used = [row.shopper_id for row, day in rows if row in hers and day == today]
        found: list[tuple[str, int, int | None]] = []
        if not (shopper.user and set_now.budget_spent == "customers"):
            month = sum((day.year, day.month) == (today.year, today.month) for day in spent)
            found += [("budget", spent.count(today), set_now.budget_per_day)]
            found += [("budget", month, set_now.budget_per_month)]
        own = used.count(shopper.pk)
        mine = "customer_tryons_per_day" if shopper.user else "guest_tryons_per_day"
        found += [("own", own, getattr(set_now, mine))]
        found += [("network", len(used), set_now.network_tryons_per_day)]
        return [(kind, count, most) for kind, count, most in found if most is not None]


def test_never_more_is_spent_than_is_set(
    configuration: Any, make_product: Any, django_user_model: Any, emulator: Any, noon: None
) -> None:
    user = django_user_model.objects.create_user("ada", "ada@example.com", "secret-1")
    Shop.shoppers = [*(Shopper.objects.create() for _ in range(2))]
    Shop.shoppers.append(Shopper.objects.create(user=user))
    Shop.photos = []
    for shopper in Shop.shoppers:
        consent.record(shopper, configuration)
        file = SimpleUploadedFile("me.jpg", picture())
        photo = take_in(shopper, file, configuration)
        photo.expires_at = clock.now() + timedelta(days=10_000)
        photo.save()
        Shop.photos.append(photo)
    Shop.goods = [make_product(f"Shirt {number}") for number in range(10)]

    @BOUNDS
    @given(st.randoms(use_true_random=True))
    def lives(random: Random) -> None:
        Shop(random).live()

    lives()
