"""The numbers of the health for Prometheus."""

import sys

import pytest
from django.test import Client
from django.urls import reverse
from prometheus_client.parser import text_string_to_metric_families

from genlook_oscar.engine.health import Health
from genlook_oscar.models import Account

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

TOKEN = "monitoring-token-0123456789"


@pytest.fixture
def look(emulator, configuration, settings, sweep, drain):
    settings.GENLOOK_HEALTH_TOKEN = TOKEN
    sweep()
    drain()

    def act(token=TOKEN):
        address = reverse("genlook_oscar:metrics")
        return Client().get(address, headers={"Authorization": f"Bearer {token}"})

    return act


def samples(answer):
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_each_known_number_is_there(look, click, drain):
    click()
    drain()
    told = samples(look())
    assert told["genlook_severity",] == 0
    assert told["genlook_credits",] == 1000
    assert told["genlook_requests_per_minute",] == 100
    assert told["genlook_watcher", "free"] == 1
    assert told["genlook_ended_last_hour",] == 1
    assert told["genlook_finding", "healthy", "ok"] == 1
    unknown = {"oldest_unclaimed_seconds", "unasked_seconds", "could_begin", "stopped_seconds"}
    unknown |= {"circuit_seconds", "oldest_erasure_seconds", "storage_seconds"}
    unknown |= {"mail_failed_seconds", "webhook_failed_seconds"}
    known = {name[0].removeprefix("genlook_") for name in told}
    assert known >= set(Health.__dataclass_fields__) - {"findings"} - unknown
    assert not known & unknown


def test_a_finding_is_told(look):
    Account.hold(30)
    told = samples(look())
    assert told["genlook_severity",] == 1
    assert told["genlook_finding", "rate_limited", "warning"] == 1


def test_nobody_else_learns_of_it(look):
    assert look("wrong").status_code == 404


def test_without_the_library_it_says_what_to_install(look, monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    answer = look()
    assert (answer.status_code, answer.json()["code"]) == (501, "metrics_missing")
    assert "genlook-oscar[metrics]" in answer.json()["message"]
