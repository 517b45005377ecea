"""Workers that die or stand still: whoever waits finds out, says so, and ends what is over."""

from datetime import timedelta

import pytest
from django.core import mail
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from genlook_oscar import clock
from genlook_oscar.catalogue.eligibility import Reason, verdict
from genlook_oscar.engine import progress, submitting, tryons, workers
from genlook_oscar.engine.monitoring import watched
from genlook_oscar.engine.pacing import Kind, acquire
from genlook_oscar.models import Account, Configuration, TryOn
from genlook_oscar.signals import alarm_raised
from genlook_oscar.storefront.words import waiting_words
from tests.conftest import wait_until

pytestmark = pytest.mark.django_db

Status = TryOn.Status


@pytest.fixture
def running(emulator, configuration, sweep, drain):
    """A shop whose workers have done all there was."""
    Configuration.objects.update(alert_emails="merchant@example.com")
    sweep()
    drain()


@pytest.fixture
def ask(on_commit):
    """The page of a waiting shopper asks for her try-on."""

    def act(tryon):
        with on_commit():
            row = TryOn.objects.get(pk=tryon.pk)
            told = progress.of(row)
        tryon.refresh_from_db()
        return told

    return act


def tasks():
    return [
        SignedPackage.loads(row.payload)["func"].rpartition(".")[2] for row in OrmQ.objects.all()
    ]


def stop(tryon, ask, pass_time):
    """Time passes as it does for a shopper whose page asks every few seconds."""
    for _ in range(7):
        pass_time(seconds=4)
        told = ask(tryon)
    return told


class TestStandstill:
    def test_the_waiting_shopper_learns_of_it_within_half_a_minute(
        self, running, click, ask, pass_time
    ):
        tryon = click()
        assert ask(tryon).expected_seconds
        told = stop(tryon, ask, pass_time)
        assert told.stopped
        assert told.expected_seconds is None
        assert "stopped" in " ".join(waiting_words(tryon, told))
        assert tryon.status == Status.QUEUED

    def test_the_next_click_is_refused(self, running, click, ask, pass_time, make_product):
        stop(click(), ask, pass_time)
        with pytest.raises(tryons.Refused) as refused:
            click(product=make_product("Another"))
        assert (refused.value.code, refused.value.status) == ("workers", 503)
        assert refused.value.retry_after

    def test_no_page_offers_what_would_be_refused(self, running, click, ask, pass_time, product):
        assert verdict(product).reason == Reason.SHOWN
        stop(click(), ask, pass_time)
        assert verdict(product).reason == Reason.WORKERS_DOWN
        assert verdict(product).passing

    # The thread that sends it reads what is committed.
    @pytest.mark.django_db(transaction=True)
    def test_one_mail_tells_it(self, running, click, ask, pass_time, make_product):
        heard = []
        alarm_raised.connect(lambda code, **kwargs: heard.append(code), weak=False)
        tryon = click()
        stop(tryon, ask, pass_time)
        wait_until(lambda: mail.outbox, what="the mail")
        stop(tryon, ask, pass_time)
        assert [sent.to for sent in mail.outbox] == [["merchant@example.com"]]
        assert "qcluster" in mail.outbox[0].body
        assert heard == ["WORKERS"]

    def test_a_sign_of_life_opens_it(self, running, click, ask, pass_time, drain):
        tryon = click()
        stop(tryon, ask, pass_time)
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        assert not workers.tend(Account.load())

    def test_it_opens_although_the_broker_lost_everything(
        self, running, click, ask, pass_time, drain, on_commit
    ):
        tryon = click()
        stop(tryon, ask, pass_time)
        OrmQ.objects.all().delete()
        with on_commit():
            workers._spawned()
        assert tasks() == ["wake"]
        pass_time(seconds=12)
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED

    def test_a_call_is_repeated_now_and_then(self, running, click, ask, pass_time):
        tryon = click()
        stop(tryon, ask, pass_time)
        OrmQ.objects.all().delete()
        for _ in range(10):
            pass_time(seconds=4)
            ask(tryon)
        assert 1 <= tasks().count("wake") <= 2

    def test_before_anybody_has_ever_worked(self, emulator, configuration, click, ask, pass_time):
        assert stop(click(), ask, pass_time).stopped

    def test_nobody_asks_for_a_generation(
        self, emulator, running, click, ask, pass_time, on_commit
    ):
        emulator.control.settings(generation_seconds=3600)
        tryon = click()
        with on_commit():
            submitting.submit(str(tryon.pk))
        assert stop(tryon, ask, pass_time).stopped


class TestNoStandstill:
    def test_workers_that_are_busy_with_other_tasks(self, running, click, ask, pass_time):
        tryon = click()
        for _ in range(20):
            pass_time(seconds=4)
            workers.sign()
            told = ask(tryon)
        assert not told.stopped
        assert told.expected_seconds is None
        assert "longer than usual" in " ".join(waiting_words(tryon, told))

    def test_whoever_waits_for_the_minutes_allowance(
        self, settings, running, click, ask, pass_time
    ):
        settings.GENLOOK_REQUESTS_PER_MINUTE = 20
        pass_time(seconds=90)
        for _ in range(20):
            acquire(Kind.FINISH)
        tryon = click()
        for _ in range(10):
            pass_time(seconds=4)
            workers.sign()
            told = ask(tryon)
        assert told.expected_seconds > 1

    def test_an_answer_that_comes_while_it_is_judged(self, running, click, ask, pass_time):
        tryon = click()
        for _ in range(2):
            pass_time(seconds=6)
            ask(tryon)
        stale = Account.load()
        assert stale.called_at
        pass_time(seconds=9)
        workers.sign()
        assert not workers.tend(stale, tryon.not_before)
        assert Account.load().stopped_since is None

    def test_an_idle_shop(self, running, pass_time, drain, on_commit):
        pass_time(minutes=10)
        with on_commit():
            assert not workers.tend(Account.load())
        assert tasks() == ["wake"]
        drain()
        pass_time(seconds=20)
        assert not workers.tend(Account.load())

    def test_a_host_whose_clock_is_ahead(self, running, click, ask, pass_time):
        tryon = click()
        for _ in range(8):
            pass_time(seconds=4)
            Account.objects.update(alive_at=clock.now() + timedelta(seconds=1))
            assert not ask(tryon).stopped


class TestDeadline:
    def test_what_nobody_took_is_ended_by_whoever_asks(self, running, click, ask, pass_time):
        tryon = click()
        pass_time(seconds=301)
        told = ask(tryon)
        assert (tryon.status, tryon.error_code, tryon.charge) == ("failed", "not_begun", "none")
        assert (told.poll_after_ms, told.stopped) == (0, False)

    def test_what_somebody_else_left_is_ended_as_well(
        self, running, click, ask, pass_time, product
    ):
        tryon = click()
        pass_time(seconds=100)
        hers = TryOn.objects.create(
            shopper=tryon.shopper, reuse_key="other", deadline_at=clock.now() + timedelta(300)
        )
        pass_time(seconds=205)
        ask(hers)
        tryon.refresh_from_db()
        assert tryon.error_code == "not_begun"

    def test_monitoring_ends_it(self, running, click, pass_time):
        tryon = click()
        pass_time(seconds=301)
        watched()
        tryon.refresh_from_db()
        assert tryon.error_code == "not_begun"

    @pytest.mark.parametrize(
        ("sent", "code", "charge"),
        [(False, "not_begun", "none"), (True, "uncertain", "uncertain")],
    )
    def test_one_that_a_dead_worker_has_taken(
        self, running, click, ask, pass_time, sent, code, charge
    ):
        tryon = click()
        pass_time(seconds=295)
        assert TryOn.objects.claim(tryon.pk, 300)
        if sent:
            TryOn.objects.filter(pk=tryon.pk).update(sent_at=clock.now())
        pass_time(seconds=10)
        ask(tryon)
        assert tryon.status == Status.SUBMITTING
        pass_time(seconds=6)
        ask(tryon)
        assert (tryon.status, tryon.error_code, tryon.charge) == ("failed", code, charge)

    def test_one_that_is_being_made_is_followed_on(
        self, emulator, running, click, ask, pass_time, on_commit
    ):
        emulator.control.settings(generation_seconds=3600)
        tryon = click()
        with on_commit():
            submitting.submit(str(tryon.pk))
        pass_time(seconds=301)
        ask(tryon)
        assert (tryon.status, tryon.error_code) == ("failed", "too_slow")
        assert tryon.late_until

    def test_no_page_has_more_than_a_part_of_it_to_do(self, running, shopper, ask):
        before = clock.now() - timedelta(seconds=1)
        rows = TryOn.objects.bulk_create(
            TryOn(shopper=shopper, reuse_key=str(number), deadline_at=before, not_before=before)
            for number in range(60)
        )
        ask(rows[0])
        assert TryOn.objects.live().count() == 59
        watched()
        assert TryOn.objects.live().count() == 59 - workers.AT_ONCE


class TestMonitoring:
    def test_an_idle_shop_whose_workers_died_is_found_out_by_monitoring(self, running, pass_time):
        pass_time(seconds=110)
        assert watched(aside=False).severity == "ok"
        pass_time(seconds=60)
        found = watched(aside=False)
        assert [finding.code for finding in found.findings] == ["workers_frozen"]
        assert found.stopped_seconds is not None

    def test_the_command_sends_the_mail_before_it_ends(self, running, pass_time, on_commit):
        pass_time(minutes=5)
        for _ in range(3):
            with on_commit():
                watched(aside=False)
            pass_time(minutes=1)
        assert len(mail.outbox) == 1

    def test_nobody_is_told_while_tryon_is_switched_off(self, running, pass_time, on_commit):
        Configuration.objects.update(enabled=False)
        pass_time(minutes=5)
        with on_commit():
            watched(aside=False)
        assert mail.outbox == []
