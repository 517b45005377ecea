"""Health tells what is wrong apart, and says so of nothing else."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_q.models import Schedule

from genlook_oscar import clock
from genlook_oscar.engine import account, pacing, report, submitting, workers
from genlook_oscar.engine.health import health
from genlook_oscar.engine.pacing import Kind
from genlook_oscar.models import Account, Configuration, Erasure, Photo, TryOn

pytestmark = pytest.mark.django_db

NOWHERE = "http://127.0.0.1:9/tryon/v1"


def codes(found=None):
    return [(finding.severity, finding.code) for finding in (found or health()).findings]


@pytest.fixture
def running(emulator, configuration, sweep, drain):
    """A shop whose workers run: the sweep has come by, and the credits are read."""
    sweep()
    drain()
    assert codes() == [("ok", "healthy")]


@pytest.fixture
def spent(emulator, configuration, sweep, drain, click):
    """The same shop, whose last credit has just been spent."""
    emulator.control.settings(credits=1)
    sweep()
    drain()
    click()
    drain()
    account.check()
    assert health().credits == 0


def test_a_healthy_system(emulator, running, click, drain):
    click()
    drain()
    found = health()
    assert (found.severity, codes(found)) == ("ok", [("ok", "healthy")])
    assert (found.queued, found.submitting, found.generating, found.late) == (0, 0, 0, 0)
    assert found.credits == emulator.control.state()["credits"] + 1
    # Pictures do not come from the API, and count for no limit.
    asked = [row for row in emulator.control.requests() if "/results/" not in row["endpoint"]]
    assert found.requests_last_minute == len(asked) == 4
    assert found.requests_per_minute == 100
    assert found.watcher == "free"
    assert found.answered_seconds < 30
    assert found.swept_seconds < 30


def test_stages_are_counted(emulator, running, click, make_product, on_commit, pass_time):
    clicked = [click(product=make_product(f"Item {number}")) for number in range(3)]
    emulator.control.settings(generation_seconds=3600)
    with on_commit():
        submitting.submit(str(clicked[0].pk))
    TryOn.objects.claim(clicked[1].pk, 30)
    pass_time(seconds=7)
    found = health()
    assert (found.queued, found.submitting, found.generating) == (1, 1, 1)
    assert found.oldest_unclaimed_seconds == pytest.approx(7, abs=3)
    assert codes(found) == [("ok", "healthy")]


class TestSecretKey:
    """django-q2's workers throw away what is signed with another key than theirs."""

    def test_the_same_everywhere(self, running, settings):
        workers.sign()
        assert health().same_key is True

    def test_nobody_has_been_seen_yet(self, running):
        Account.objects.update(alive_key="")
        assert health().same_key is None

    @pytest.mark.parametrize(
        ("name", "value"), [("SECRET_KEY", "another"), ("Q_CLUSTER", {"name": "another"})]
    )
    def test_workers_with_another_one(self, running, settings, name, value):
        kept = getattr(settings, name)
        setattr(settings, name, value)
        workers.sign()
        setattr(settings, name, kept)
        assert codes() == [("critical", "secret_key")]

    def test_is_seen_from_the_workers_side_as_well(self, running, click, settings, pass_time):
        click()
        pass_time(seconds=40)
        workers.look_after(aside=False)
        settings.SECRET_KEY = "another"
        workers.sign()
        assert ("critical", "secret_key") in codes()

    def test_a_key_that_was_changed_everywhere_is_no_finding(self, running, settings, pass_time):
        pass_time(seconds=200)
        workers.look_after(aside=False)
        settings.SECRET_KEY = "another"
        workers.sign()
        assert health().same_key is True

    def test_the_key_is_not_kept(self, running, settings):
        settings.SECRET_KEY = "a secret of fifty characters, which nobody may read"
        workers.sign()
        kept = Account.load().alive_key
        assert len(kept) == 16
        assert kept not in settings.SECRET_KEY


def test_a_wrong_setting(running, settings):
    settings.GENLOOK_REQUESTS_PER_MINUTE = -5
    assert codes() == [("critical", "settings_wrong")]


def test_a_disk_that_takes_no_photos(running, settings, tmp_path):
    (tmp_path / "file").touch()
    settings.GENLOOK_PRIVATE_ROOT = tmp_path / "file"
    assert codes() == [("critical", "cannot_write")]
    settings.GENLOOK_PRIVATE_ROOT = tmp_path / "made-at-first-use"
    assert codes() == [("ok", "healthy")]


class TestFrozen:
    def test_nobody_takes_a_tryon(self, running, click, pass_time):
        click()
        pass_time(seconds=29)
        assert codes() == [("ok", "healthy")]
        pass_time(seconds=3)
        found = health()
        assert codes(found) == [("critical", "workers_frozen")]
        assert found.severity == "critical"

    def test_nobody_asks_for_a_picture(self, emulator, running, click, pass_time, on_commit):
        emulator.control.settings(generation_seconds=3600)
        tryon = click()
        with on_commit():
            submitting.submit(str(tryon.pk))
        assert Account.take_watch(12)
        pass_time(seconds=60)
        found = health()
        assert found.watcher == "expired"
        assert codes(found) == [("critical", "workers_frozen")]

    def test_nobody_sweeps(self, running, pass_time):
        pass_time(seconds=170)
        assert codes() == [("ok", "healthy")]
        pass_time(seconds=20)
        assert codes() == [("critical", "workers_frozen")]
        # That nobody asks is no fault of Genlook's.
        pass_time(minutes=30)
        assert codes() == [("critical", "workers_frozen")]

    def test_whoever_waits_for_the_minutes_allowance_is_not_frozen(
        self, settings, running, click, make_product, pass_time
    ):
        settings.GENLOOK_REQUESTS_PER_MINUTE = 20
        pass_time(seconds=90)
        for _ in range(20):
            pacing.acquire(Kind.FINISH)
        click()
        pass_time(seconds=45)
        found = health()
        assert found.oldest_unclaimed_seconds > 40
        assert found.could_begin is False
        assert codes(found) == [("ok", "healthy")]

    def test_whoever_was_told_to_come_later_is_not_frozen(self, running, click, pass_time):
        tryon = click()
        TryOn.objects.filter(pk=tryon.pk).update(not_before=clock.now() + timedelta(seconds=90))
        pass_time(seconds=60)
        found = health()
        assert found.oldest_unclaimed_seconds is None
        assert codes(found) == [("ok", "healthy")]

    def test_a_watcher_at_work_with_a_queue_wants_more_workers(self, running, click, pass_time):
        click()
        pass_time(seconds=60)
        assert Account.take_watch(50)
        assert codes() == [("warning", "too_few_workers")]

    def test_where_requests_are_made_somebody_works(self, running, click, pass_time):
        click()
        pass_time(seconds=60)
        pacing.acquire(Kind.FINISH)
        assert codes() == [("ok", "healthy")]

    def test_without_a_limit_it_is_seen_as_well(self, settings, running, click, pass_time):
        settings.GENLOOK_REQUESTS_PER_MINUTE = 0
        click()
        pass_time(seconds=60)
        found = health()
        assert found.requests_last_minute is None
        assert codes(found) == [("critical", "workers_frozen")]


class TestSweep:
    def test_before_the_first_one(self, configuration):
        assert codes() == [("warning", "never_swept")]

    def test_nobody_scheduled_it(self, running, pass_time):
        Schedule.objects.all().delete()
        pass_time(minutes=10)
        assert codes() == [("warning", "schedule_missing")]

    def test_it_is_scheduled_where_tryons_do_not_run(self, settings, running):
        settings.GENLOOK_Q_CLUSTER = "tryons"
        assert codes() == [("warning", "schedule_elsewhere")]
        Schedule.objects.update(cluster="tryons")
        assert codes() == [("ok", "healthy")]


class TestAccount:
    def test_no_credits_as_read(self, emulator, spent):
        assert codes() == [("critical", "no_credits")]
        emulator.control.settings(credits=5)
        account.check()
        assert codes() == [("ok", "healthy")]

    def test_no_credits_as_a_click_finds(self, emulator, running, click, drain):
        emulator.control.settings(credits=0)
        click()
        drain()
        assert codes() == [("critical", "no_credits")]

    def test_a_refused_key(self, settings, running):
        settings.GENLOOK_API_KEY = "gk_invalid_key"
        account.check()
        assert codes() == [("critical", "key_refused")]

    def test_no_key(self, settings, running):
        settings.GENLOOK_API_KEY = ""
        assert codes() == [("critical", "no_key")]

    def test_another_accounts_product(self, emulator, running, click, drain, make_product):
        fault = {"status": 403, "code": "FORBIDDEN"}
        emulator.control.fault("error", method="POST", path="/try-on", times=None, **fault)
        click()
        drain()
        assert codes() == [("warning", "not_allowed")]
        for number in range(2):
            click(product=make_product(f"Item {number}"))
            drain()
        assert health().circuit == "not_allowed"
        assert codes() == [("critical", "not_allowed")]

    def test_an_outage(self, settings, running):
        settings.GENLOOK_BASE_URL = NOWHERE
        for _ in range(3):
            account.check()
        found = health()
        assert found.circuit == "unavailable"
        assert codes(found) == [("critical", "unavailable")]

    def test_something_new(self, running):
        account.alarm("ACCOUNT_ON_HOLD")
        found = health()
        assert codes(found) == [("critical", "refused")]
        assert "ACCOUNT_ON_HOLD" in str(found.findings[0].sentence)

    def test_no_good_answer_for_long(self, emulator, running, sweep, drain, pass_time):
        emulator.control.fault("error", path="/account/credits", times=None, status=400, code="NEW")
        pass_time(minutes=14)
        sweep()
        drain()
        assert codes() == [("ok", "healthy")]
        pass_time(minutes=2)
        sweep()
        assert codes() == [("warning", "no_answer")]

    @pytest.mark.parametrize("times", [1, 3])
    def test_a_limit_that_others_have_used_up(self, emulator, running, times, pass_time):
        for _ in range(times):
            emulator.control.fault(
                "error", path="/account/credits", status=429, code="RATE_LIMITED", retry_after=20
            )
            account.check()
        found = health()
        assert 0 < found.resting_seconds <= 20
        assert codes(found) == [("warning", "rate_limited")]
        pass_time(seconds=60)
        assert [code for _, code in codes()] == ["rate_limited"]
        pass_time(seconds=30)
        assert codes() == [("ok", "healthy")]

    def test_nothing_is_urgent_while_it_is_switched_off(self, spent):
        Configuration.objects.update(enabled=False)
        assert codes() == [("warning", "no_credits")]


class TestTheRest:
    def test_drift(self, running):
        Account.objects.update(drift=3, books_since=clock.now(), books_open=0, books_slack=1)
        found = health()
        assert (found.drift, found.drift_slack, found.drift_unexplained) == (3, 1, 2)
        assert codes(found) == [("warning", "drift")]
        assert "2 credits" in str(found.findings[0].sentence)

    def test_an_erasure_that_stays_open(self, running, pass_time, sweep):
        erasure = Erasure.objects.create(external_user_id="shopper-1")
        pass_time(hours=23)
        sweep()
        assert "erasures_late" not in str(codes())
        pass_time(hours=2)
        sweep()
        assert ("warning", "erasures_late") in codes()
        Erasure.objects.filter(pk=erasure.pk).update(done_at=clock.now())
        assert "erasures_late" not in str(codes())

    def test_uncertain_ones_are_counted(self, emulator, running, click, drain, pass_time, sweep):
        emulator.control.fault("lost_answer", method="POST", path="/try-on", times=1)
        click()
        drain()
        assert (health().uncertain_last_day, health().uncertain) == (1, 1)
        pass_time(hours=25)
        assert (health().uncertain_last_day, health().uncertain) == (0, 1)

    def test_late_ones_are_counted(self, emulator, running, click, drain):
        emulator.control.settings(generation_seconds=3600)
        click()
        drain(limit=1000)
        assert health().late == 1

    def test_several_findings_the_worst_first(self, spent):
        Account.hold(60)
        assert codes() == [("critical", "no_credits"), ("warning", "rate_limited")]

    def test_what_the_operator_can_live_with_is_left_out(self, settings, running):
        Account.objects.update(drift=3, books_since=clock.now())
        settings.GENLOOK_SILENCED_FINDINGS = ["drift"]
        assert codes() == [("ok", "healthy")]
        assert health().drift == 3


def test_every_number_is_json_and_every_line_words(emulator, running, click, pass_time):
    click()
    pass_time(hours=30)
    Account.objects.update(
        drift=2, books_since=clock.now(), alarm_code="INVALID_API_KEY", circuit_since=clock.now()
    )
    Erasure.objects.create(external_user_id="shopper-1", requested_at=clock.now())
    Account.hold(30)
    found = health()
    told = json.loads(json.dumps(found.as_dict()))
    assert told["severity"] == "critical"
    assert {finding["code"] for finding in told["findings"]} >= {"key_refused", "drift"}
    for line in report.lines(found):
        assert line.label
        assert line.text
        assert "%" not in line.text


def test_it_costs_few_queries_whatever_is_wrong(running, click, pass_time, make_photo):
    click()
    make_photo("#112233")
    pass_time(minutes=20)
    Account.objects.update(drift=2, books_since=clock.now())
    assert Photo.objects.count() == 2
    with CaptureQueriesContext(connection) as queries:
        found = health()
    assert len(found.findings) > 1
    assert len(queries) <= 11
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)


def test_a_shop_that_was_never_used_writes_nothing(db):
    assert [code for _, code in codes()] == ["never_swept"]
    assert not Account.objects.exists()
    assert not Configuration.objects.exists()


class TestShares:
    def ended(self, shopper, count, **values):
        now = clock.now()
        TryOn.objects.bulk_create(
            TryOn(shopper=shopper, reuse_key="x", deadline_at=now, sent_at=now, **values)
            for _ in range(count)
        )

    def test_a_fifth_that_failed(self, running, shopper):
        self.ended(shopper, 9, status="completed")
        self.ended(shopper, 2, status="failed", error_code="photo_refused")
        self.ended(shopper, 2, status="failed", error_code="generation_failed")
        assert codes() == [("ok", "healthy")]
        self.ended(shopper, 1, status="failed", error_code="unavailable")
        found = health()
        assert (found.failed_last_hour, found.ended_last_hour) == (3, 14)
        assert codes(found) == [("warning", "many_failures")]

    def test_a_few_are_no_share(self, running, shopper):
        self.ended(shopper, 9, status="failed", error_code="unavailable")
        assert codes() == [("ok", "healthy")]

    def test_an_hour_later_it_is_over(self, running, shopper, sweep, drain, pass_time):
        self.ended(shopper, 10, status="failed", error_code="unavailable")
        assert codes() == [("warning", "many_failures")]
        pass_time(minutes=61)
        sweep()
        drain()
        assert codes() == [("ok", "healthy")]

    def test_a_twentieth_that_is_uncertain(self, running, shopper):
        lost = {"status": "failed", "error_code": "uncertain", "charge": "uncertain"}
        self.ended(shopper, 18, status="completed")
        self.ended(shopper, 1, finished_at=clock.now(), **lost)
        assert "many_uncertain" not in str(codes())
        self.ended(shopper, 1, status="completed")
        found = health()
        assert (found.uncertain_last_day, found.sent_last_day) == (1, 20)
        assert codes(found) == [("warning", "many_uncertain")]
