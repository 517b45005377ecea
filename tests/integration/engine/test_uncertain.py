"""Nobody knows whether it cost a credit: what proves that it did not, and a person's word."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from genlook_oscar.emulator import Emulator
from genlook_oscar.engine import account, messages
from genlook_oscar.models import Account, Record, TryOn
from tests.audit import differences

pytestmark = pytest.mark.django_db

Status, Charge = TryOn.Status, TryOn.Charge


@pytest.fixture(scope="module")
def _emulator():
    """One whose clock no other test has moved: what was used when is the proof."""
    with Emulator(port=0, generation_seconds=0) as service:
        yield service


@pytest.fixture
def read(on_commit, pass_time):
    """The balance is read, when nothing of the minutes before is under way any more."""

    def act(minutes=7):
        pass_time(minutes=minutes)
        with on_commit():
            account.check()

    return act


@pytest.fixture
def known(emulator, click, drain, read, pass_time, make_photo):
    """A product that Genlook knows, used some time ago, and a balance that was read since."""
    click(photo=make_photo("#991122"))
    drain()
    emulator.control.advance(600)
    read(minutes=10)


def uncertain(click, drain):
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.charge == Charge.UNCERTAIN
    return tryon


def look(read, sweep, drain, tryon):
    read()
    sweep()
    drain()
    tryon.refresh_from_db()
    return tryon


def test_what_was_certainly_not_carried_out_is_told_so(emulator, known, click, drain, read, sweep):
    emulator.control.fault("error", method="POST", path="/try-on", status=502, code="")
    tryon = look(read, sweep, drain, uncertain(click, drain))
    assert (tryon.charge, tryon.error_code) == (Charge.NONE, "unavailable")
    assert "Nothing was used." in messages.told(tryon)
    assert messages.worth_repeating(tryon)
    assert differences(emulator.control.state()) == []


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "garbage", "empty"])
def test_what_was_carried_out_stays_uncertain(emulator, known, click, drain, read, sweep, kind):
    emulator.control.fault(kind, method="POST", path="/try-on")
    tryon = look(read, sweep, drain, uncertain(click, drain))
    assert tryon.charge == Charge.UNCERTAIN
    assert differences(emulator.control.state()) == []


def test_what_may_still_be_made_stays_uncertain(emulator, known, click, drain, read, sweep):
    """Carried out and not yet charged: the balance alone would say that nothing was."""
    emulator.control.settings(generation_seconds=10**6)
    emulator.control.fault("lost_answer", method="POST", path="/try-on")
    tryon = look(read, sweep, drain, uncertain(click, drain))
    assert tryon.charge == Charge.UNCERTAIN


def test_a_product_used_by_another_since_proves_nothing(
    emulator, known, click, drain, read, sweep, make_photo
):
    emulator.control.fault("error", method="POST", path="/try-on", status=502, code="")
    tryon = uncertain(click, drain)
    click(photo=make_photo("#229911"))
    drain()
    assert look(read, sweep, drain, tryon).charge == Charge.UNCERTAIN


def test_without_a_balance_from_before_nothing_is_proved(emulator, click, drain, read, sweep):
    emulator.control.fault("error", method="POST", path="/try-on", status=502, code="")
    assert look(read, sweep, drain, uncertain(click, drain)).charge == Charge.UNCERTAIN


def test_a_credit_that_somebody_else_took_proves_nothing(
    emulator, known, click, drain, read, sweep
):
    emulator.control.fault("error", method="POST", path="/try-on", status=502, code="")
    tryon = uncertain(click, drain)
    emulator.control.settings(credits=Account.load().credits - 1)
    assert look(read, sweep, drain, tryon).charge == Charge.UNCERTAIN


def test_it_is_asked_about_once(emulator, known, click, drain, read, sweep):
    emulator.control.settings(generation_seconds=10**6)
    emulator.control.fault("lost_answer", method="POST", path="/try-on")
    tryon = uncertain(click, drain)
    for _ in range(3):
        look(read, sweep, drain, tryon)
    assert emulator.control.state()["requests"]["GET /products/{externalId}"] == 1


class TestSettledByHand:
    @pytest.fixture
    def tryon(self, emulator, click, drain):
        emulator.control.fault("lost_answer", method="POST", path="/try-on")
        return uncertain(click, drain)

    def settle(self, tryon, *arguments):
        out = StringIO()
        call_command("genlook_settle", str(tryon.pk), *arguments, "--by", "Ada", stdout=out)
        tryon.refresh_from_db()
        return out.getvalue()

    @pytest.mark.parametrize(
        ("argument", "charge", "words"),
        [
            ("--charged", Charge.SETTLED, "It counts as one try-on."),
            ("--not-charged", Charge.NONE, "Nothing was used."),
        ],
    )
    def test_charged_or_not(self, tryon, argument, charge, words):
        assert words in self.settle(tryon, argument)
        assert tryon.charge == charge
        assert words in messages.told(tryon)
        record = Record.objects.get()
        assert (record.name, record.action) == ("Ada", Record.Action.SETTLED)
        assert str(tryon.pk) in record.subject
        assert (record.before, record.after) == ("uncertain", tryon.get_charge_display())

    def test_a_generation_is_followed_and_delivered(self, emulator, tryon, drain, on_commit):
        (generation,) = emulator.control.state()["generations"]
        with on_commit():
            self.settle(tryon, "--generation", generation["generationId"])
        assert tryon.may_still_come
        drain()
        tryon.refresh_from_db()
        assert (tryon.status, tryon.charge) == (Status.COMPLETED, Charge.SETTLED)
        assert generation["generationId"] in Record.objects.get().after
        assert differences(emulator.control.state()) == []

    def test_a_generation_of_another_try_on_is_refused(self, tryon, click, drain, make_photo):
        other = click(photo=make_photo("#229911"))
        drain()
        other.refresh_from_db()
        with pytest.raises(CommandError, match="belongs to another try-on"):
            self.settle(tryon, "--generation", other.generation_id)

    def test_what_is_certain_is_left_alone(self, tryon):
        self.settle(tryon, "--charged")
        with pytest.raises(CommandError, match="is not uncertain"):
            self.settle(tryon, "--not-charged")
        assert Record.objects.count() == 1

    def test_an_unknown_number_is_said(self, tryon):
        with pytest.raises(CommandError, match="There is no try-on"):
            call_command("genlook_settle", "0" * 32, "--charged")
