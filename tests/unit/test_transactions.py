"""A transaction that the database undid for another's sake is done anew."""

import pytest
from django.db import OperationalError, transaction

from genlook_oscar.models import Counter
from genlook_oscar.transactions import TRIES, in_turn
from tests.rows import berlin

pytestmark = pytest.mark.anydb
UNTIL = berlin("2026-11-20 12:00")


class Told(Exception):
    """What a driver raises."""

    def __init__(self, *args, sqlstate=None):
        super().__init__(*args)
        self.sqlstate = sqlstate


DEADLOCKS = [
    Told(1213, "Deadlock found"),
    Told(1205),
    Told(sqlstate="40P01"),
    Told(sqlstate="40001"),
]


class Work:
    """Counts, and is undone the first `times`."""

    def __init__(self, cause, times):
        self.cause, self.left, self.begun = cause, times, 0

    def __call__(self):
        self.begun += 1
        Counter.objects.create(name="one", until=UNTIL)
        if self.left:
            self.left -= 1
            raise OperationalError("gave way") from self.cause
        return "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cause", DEADLOCKS)
def test_it_is_done_anew_and_leaves_its_rows_once(cause):
    work = Work(cause, TRIES - 1)
    assert in_turn(work) == "done"
    assert work.begun == TRIES
    assert Counter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("cause", "begun"), [(DEADLOCKS[0], TRIES), (Told(2006), 1), (None, 1)])
def test_it_is_given_up_in_the_end_and_at_once_for_another_reason(cause, begun):
    work = Work(cause, 99)
    with pytest.raises(OperationalError):
        in_turn(work)
    assert work.begun == begun
    assert Counter.objects.count() == 0


@pytest.mark.django_db
def test_inside_of_another_it_is_done_once():
    work = Work(DEADLOCKS[0], 1)
    with pytest.raises(OperationalError), transaction.atomic():
        in_turn(work)
    assert work.begun == 1
