"""`manage.py genlook_status`, as an operator and as monitoring call it."""

import json
import subprocess
import sys

import pytest
from django.core import mail
from django.core.management import call_command

from genlook_oscar.engine import account
from genlook_oscar.models import Account, Configuration
from tests.processes import ROOT, environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def status(capsys):
    """Run the command; its exit code and what it printed."""

    def act(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            call_command("genlook_status", *arguments)
        return ended.value.code, capsys.readouterr().out

    return act


@pytest.fixture
def running(emulator, configuration, sweep, drain):
    sweep()
    drain()


def test_a_healthy_system_ends_with_0(running, click, drain, pass_time, status):
    click()
    drain()
    code, said = status()
    assert code == 0
    assert said.startswith("ok (healthy)")
    assert "1000 credits left" in said
    assert "1 settled (1 since the last reading)" in said
    assert not any(line.startswith("!") for line in said.splitlines())


def test_a_warning_ends_with_1(running, status):
    Account.hold(30)
    code, said = status()
    assert code == 1
    assert said.startswith("warning (rate_limited)")
    assert "GENLOOK_REQUESTS_PER_MINUTE" in said
    assert "! Account" in said


def test_what_is_critical_ends_with_2(emulator, running, status):
    emulator.control.settings(credits=0)
    account.check()
    Account.hold(30)
    code, said = status()
    assert code == 2
    assert said.startswith("critical (no_credits)")
    assert "warning (rate_limited)" in said


def test_workers_that_do_nothing(running, click, pass_time, status):
    click()
    pass_time(seconds=60)
    code, said = status()
    assert code == 2
    assert "1 try-on is waiting, for 60 s." in said
    assert "qcluster" in said


def test_cron_finds_out_dead_workers_and_tells_of_them(running, pass_time, status, on_commit):
    Configuration.objects.update(alert_emails="merchant@example.com")
    found = []
    for _ in range(3):
        pass_time(minutes=1)
        with on_commit():
            found.append(status()[0])
    assert found == [0, 0, 2]
    assert [sent.to for sent in mail.outbox] == [["merchant@example.com"]]


def test_monitoring_reads_json(settings, running, click, drain, status):
    settings.GENLOOK_API_KEY = "gk_very_secret"
    click()
    drain()
    code, said = status("--json")
    told = json.loads(said)
    assert code == 0
    assert told["severity"] == "ok"
    assert [finding["code"] for finding in told["findings"]] == ["healthy"]
    assert told["ledger"]["total"] == {
        "reserved": 0,
        "settled": 1,
        "released": 0,
        "uncertain": 0,
    }
    assert told["oldest_unclaimed_seconds"] is None
    assert told["requests_per_minute"] == 100
    assert "gk_very_secret" not in said


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_database_that_does_not_answer(emulator, tmp_path, arguments):
    nowhere = environment(DATABASE_URL=f"sqlite:///{tmp_path}/missing/folder/db.sqlite3")
    ended = subprocess.run(
        [sys.executable, "-m", "django", "genlook_status", *arguments],
        cwd=ROOT,
        env=nowhere,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2, ended.stderr
    if arguments:
        told = json.loads(ended.stdout)
        assert told["severity"] == "critical"
        assert told["findings"][0]["code"] == "database"
    else:
        assert ended.stdout.startswith("critical (database)")
    assert "Traceback" not in ended.stderr
