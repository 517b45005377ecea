from datetime import timedelta

import pytest

from genlook_oscar import clock
from genlook_oscar.engine.pacing import UNUSED, WINDOW, Kind, Paused, acquire
from genlook_oscar.models import Account, Photo, Shopper, TryOn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _ten_a_minute(settings):
    settings.GENLOOK_REQUESTS_PER_MINUTE = 10


def in_flight(count, start=0):
    shopper = Shopper.objects.create()
    for number in range(start, start + count):
        TryOn.objects.create(
            shopper=shopper,
            status=TryOn.Status.GENERATING,
            generation_id=f"g{number}",
            accepted_at=clock.now(),
            reuse_key=str(number),
            deadline_at=clock.now() + timedelta(minutes=5),
        )


def waiting(shopper, photo):
    TryOn.objects.create(
        shopper=shopper,
        photo=photo,
        reuse_key="waiting",
        deadline_at=clock.now() + timedelta(minutes=5),
    )


def test_questions_may_spend_the_whole_minute_at_once():
    for _ in range(10):
        acquire(Kind.FINISH)
    with pytest.raises(Paused) as pause:
        acquire(Kind.FINISH)
    assert WINDOW - 2 < pause.value.seconds <= WINDOW


def test_a_burst_begins_what_the_minute_suffices_to_finish():
    """Ten requests are three try-ons from photo to picture, and one request over."""
    begun = 0
    for number in range(5):
        try:
            acquire(Kind.PHOTO)
        except Paused:
            break
        acquire(Kind.SUBMIT)
        in_flight(1, number)
        begun += 1
    assert begun == 3
    for _ in range(3):
        acquire(Kind.FINISH)


def test_a_photo_at_genlook_keeps_what_its_tryon_needs(shopper, photo):
    Photo.objects.update(image_id="i", sent_at=clock.now())
    waiting(shopper, photo)
    for _ in range(6):
        acquire(Kind.FINISH)
    with pytest.raises(Paused):
        acquire(Kind.PHOTO)
    acquire(Kind.SUBMIT)


def test_a_photo_sent_ahead_keeps_it_for_a_minute(photo, pass_time):
    Photo.objects.update(image_id="i", sent_at=clock.now())
    for _ in range(6):
        acquire(Kind.FINISH)
    with pytest.raises(Paused):
        acquire(Kind.PHOTO)
    Photo.objects.update(sent_at=clock.now() - UNUSED)
    acquire(Kind.PHOTO)


def test_nobody_asks_early_while_somebody_waits(shopper, photo):
    acquire(Kind.EARLY)
    waiting(shopper, photo)
    with pytest.raises(Paused):
        acquire(Kind.EARLY)
    acquire(Kind.FINISH)


def test_the_allowance_comes_back_when_the_window_has_passed(pass_time):
    for _ in range(10):
        acquire(Kind.FINISH)
    pass_time(seconds=WINDOW + 1)
    acquire(Kind.FINISH)


def test_the_pause_tells_when_the_oldest_request_leaves_the_window(pass_time):
    acquire(Kind.FINISH)
    pass_time(seconds=40)
    for _ in range(9):
        acquire(Kind.FINISH)
    with pytest.raises(Paused) as pause:
        acquire(Kind.FINISH)
    assert 19 < pause.value.seconds < 22


def test_starts_leave_each_generation_in_flight_its_request():
    in_flight(4)
    for _ in range(5):
        acquire(Kind.SUBMIT)
    with pytest.raises(Paused):
        acquire(Kind.SUBMIT)
    for _ in range(5):
        acquire(Kind.FINISH)
    with pytest.raises(Paused):
        acquire(Kind.FINISH)


def test_a_picture_may_count_on_what_is_free_again_by_then(pass_time):
    """A picture is asked for 12 s from now; the requests of 50 s ago are free again then."""
    for _ in range(7):
        acquire(Kind.FINISH)
    pass_time(seconds=50)
    acquire(Kind.PHOTO)
    acquire(Kind.SUBMIT)
    in_flight(1)
    acquire(Kind.SUBMIT)


def test_a_limit_of_one_still_moves(settings):
    settings.GENLOOK_REQUESTS_PER_MINUTE = 1
    acquire(Kind.PHOTO)
    with pytest.raises(Paused):
        acquire(Kind.PHOTO)


def test_what_can_wait_leaves_room_for_shoppers():
    for _ in range(8):
        acquire(Kind.SPARE)
    with pytest.raises(Paused):
        acquire(Kind.SPARE)
    acquire(Kind.SUBMIT)


def test_everyone_rests_when_genlook_asks_for_it(pass_time):
    Account.load()
    Account.hold(30)
    with pytest.raises(Paused) as pause:
        acquire(Kind.FINISH)
    assert 29 < pause.value.seconds <= 30
    Account.hold(5)
    with pytest.raises(Paused) as pause:
        acquire(Kind.FINISH)
    assert pause.value.seconds > 20
    pass_time(seconds=31)
    acquire(Kind.FINISH)


def test_no_limit_means_no_limit(settings):
    settings.GENLOOK_REQUESTS_PER_MINUTE = 0
    for _ in range(50):
        acquire(Kind.PHOTO)


def test_a_clock_set_back_does_not_lock_the_shop_out(pass_time):
    pass_time(hours=3)
    for _ in range(10):
        acquire(Kind.FINISH)
    pass_time(hours=-3)
    acquire(Kind.FINISH)
