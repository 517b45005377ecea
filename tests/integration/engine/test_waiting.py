"""What a waiting shopper is told, and what comes of it."""

from datetime import timedelta

import pytest

from genlook_oscar import clock
from genlook_oscar.engine import progress
from genlook_oscar.engine.timing import USUAL_SECONDS
from genlook_oscar.models import Account, Shopper, TryOn

from ...unit.engine.shop import Shop

Status = TryOn.Status


def waiting(count):
    shopper = Shopper.objects.create()
    now = clock.now()
    return TryOn.objects.bulk_create(
        TryOn(
            shopper=shopper,
            reuse_key=str(number),
            created_at=now + timedelta(milliseconds=number),
            not_before=now,
            deadline_at=now + timedelta(minutes=5),
        )
        for number in range(count)
    )


@pytest.mark.django_db
class TestABurst:
    """100 requests a minute are 32 try-ons at once; whoever comes after them waits for the
    next minute's, and not in proportion."""

    def told(self, rows):
        return [progress.of(row).expected_seconds for row in rows]

    def test_all_that_the_minute_suffices_for_are_told_the_usual_time(self):
        Account.load()
        told = self.told(waiting(60))
        assert set(told[:32]) == {USUAL_SECONDS}
        assert set(told[32:]) == {USUAL_SECONDS + 61}

    def test_half_a_minute_later_they_are_told_half_a_minute_less(self, pass_time):
        Account.load()
        now = clock.now().timestamp()
        Account.objects.update(pace=[now + number / 20 for number in range(99)])
        pass_time(seconds=30)
        told = self.told(waiting(28))
        assert USUAL_SECONDS + 30 <= told[0] <= USUAL_SECONDS + 33
        assert told == sorted(told)
        assert told[-1] <= USUAL_SECONDS + 37

    def test_places_count_from_one(self):
        Account.load()
        assert [progress.of(row).queue_position for row in waiting(3)] == [1, 2, 3]

    def test_no_limit_no_queue(self, settings):
        settings.GENLOOK_REQUESTS_PER_MINUTE = 0
        Account.load()
        assert set(self.told(waiting(60))) == {USUAL_SECONDS}


@pytest.mark.django_db(transaction=True)
@pytest.mark.anydb
def test_what_was_told_comes_true(emulator, make_product, monkeypatch, settings):
    """Eight shoppers, ten requests a minute: three are served in each."""
    settings.GENLOOK_REQUESTS_PER_MINUTE = 10
    with Shop(monkeypatch, emulator, [make_product()]) as shop:
        emulator._world.change({"generation_seconds": [8, 12], "requests_per_minute": 10})
        shop.shoppers += [Shopper.objects.create() for _ in range(6)]
        for who in range(8):
            shop.click(who, 0)
        asked_at = shop.time.now()
        told = {row.pk: progress.of(row).expected_seconds for row in TryOn.objects.all()}
        for _ in range(400):
            if not TryOn.objects.live().exists():
                break
            shop.work()
            shop.time.passes(1)
        rows = TryOn.objects.order_by("created_at")
        assert {row.status for row in rows} == {Status.COMPLETED}
        waited = {row.pk: (row.finished_at - asked_at).total_seconds() for row in rows}
        off = [round(waited[pk] - told[pk]) for pk in told]
        assert all(-25 <= seconds <= 25 for seconds in off), (off, waited, told)
        assert emulator.control.state()["rate_limited"] == 0
