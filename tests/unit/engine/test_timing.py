import random

import pytest

from genlook_oscar.engine.timing import Usual, learn, usual
from genlook_oscar.models import Account

pytestmark = pytest.mark.anydb


def known(*durations):
    return usual(Account(durations=list(durations)))


def test_nothing_is_known_at_first():
    first = known()
    assert (first.first, first.middle, first.high) == (1.0, 12.0, 12.0)


def test_a_single_generation_narrows_it_at_once():
    after_one = known(10.0)
    assert 9.0 < after_one.first < 10.5
    assert after_one.high == pytest.approx(11.0)


def test_the_questions_of_a_steady_account():
    """8 to 12 s, as Genlook's demo: about two questions, and never much more than a second late."""
    rng = random.Random(1)
    learned = known(*(rng.uniform(8, 12) for _ in range(60)))
    asked, late = [], []
    for _ in range(2000):
        duration = rng.uniform(8, 12)
        at, count = learned.first, 1
        while at < duration:
            at += learned.after(at)
            count += 1
        asked.append(count)
        late.append(at - duration)
    assert sum(asked) / len(asked) < 2.4
    assert sorted(late)[len(late) // 2] < 0.7
    assert max(late) < 1.4


def test_questions_grow_rare_when_it_takes_unusually_long():
    slow = Usual(low=8.0, middle=10.0, high=12.0)
    assert slow.after(17) == pytest.approx(slow.step)
    assert slow.after(30) > 3
    assert slow.after(500) == 10.0


@pytest.mark.django_db
def test_what_is_learned_is_bounded_and_recent():
    for seconds in range(100):
        learn(float(seconds), float(seconds))
    learn(None, -1.0)
    kept = Account.load().durations
    assert len(kept) == 60
    assert kept[-1] == 99.0


@pytest.mark.django_db
@pytest.mark.parametrize("told", [None, -3.0, 12.1, 1.7e9])
def test_times_that_cannot_be_true_are_not_learned(told):
    learn(told, 12.0)
    assert Account.load().durations == [12.0]


@pytest.mark.django_db
def test_genlooks_own_times_are_learned():
    learn(8.0, 12.0)
    assert Account.load().durations == [8.0]
