"""Which lines a request and its try-on leave in the log, and which they do not."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from genlook_oscar import clock
from genlook_oscar.engine import account, workers
from genlook_oscar.models import Account, TryOn

pytestmark = pytest.mark.anydb

TOKEN = "monitoring-token-0123456789"


@pytest.fixture(autouse=True)
def _all(caplog):
    caplog.set_level(logging.INFO, "genlook_oscar")
    caplog.set_level(logging.INFO, "django.request")


def lines(caplog, name="genlook_oscar"):
    return [record for record in caplog.records if record.name.startswith(name)]


def test_a_tryons_lines_name_it_and_its_request(emulator, visitor, product, drain, caplog):
    emulator.control.fault("error", method="GET", path="/generations/", status=503, code="")
    photo = visitor.photo()
    drain()
    caplog.clear()
    with visitor.on_commit():
        answer = visitor.client.post(
            reverse("genlook_oscar:tryons"),
            {"product": product.pk, "photo": photo},
            content_type="application/json",
            headers={"Accept": "application/json", "X-Request-ID": "edge-0001"},
        )
    assert answer.headers["X-Request-ID"] == "edge-0001"
    tryon = TryOn.objects.get(pk=answer.json()["id"])
    assert tryon.request_id == "edge-0001"
    drain()
    said = [record for record in lines(caplog) if record.tryon_id]
    assert {record.tryon_id for record in said} == {str(tryon.pk)}
    assert {record.request_id for record in said} == {"edge-0001"}
    assert {record.name.rpartition(".")[2] for record in said} >= {"tryons", "watching"}
    assert all(f"tryon_id={tryon.pk}" in record.getMessage() for record in said)
    # No key, no photo's or generation's secret, no name of hers.
    tryon.refresh_from_db()
    text = caplog.text
    for private in ("gk_tests", tryon.shopper.external_user_id, tryon.photo.file.name):
        assert private not in text


def test_a_failed_one_leaves_a_line(emulator, visitor, product, drain, caplog):
    emulator.control.fault("fail")
    tryon = visitor.tryon(product)
    drain()
    [said] = [record for record in lines(caplog) if "failed:" in record.getMessage()]
    assert (said.tryon_id, said.request_id) == (str(tryon.pk), tryon.request_id)
    assert said.request_id


def test_each_request_has_a_name_of_its_own(visitor, product):
    names = {visitor.json("/try-on/photos/").headers["X-Request-ID"] for _ in range(3)}
    assert len(names) == 3


def outage(emulator):
    Account.objects.update_or_create(
        pk=1,
        defaults={
            "circuit_reason": "unavailable",
            "circuit_last": "unavailable",
            "circuit_streak": 3,
            "circuit_since": clock.now(),
            "circuit_until": clock.now() + timedelta(seconds=60),
        },
    )


def no_workers(emulator):
    Account.objects.update_or_create(pk=1, defaults={"stopped_since": clock.now()})


@pytest.mark.parametrize(("cause", "code"), [(outage, "unavailable"), (no_workers, "workers")])
def test_a_refusal_is_no_error_of_the_server(emulator, visitor, product, caplog, cause, code):
    photo = visitor.photo()
    cause(emulator)
    answer = visitor.start(product, photo)
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert lines(caplog, "django.request") == []
    [said] = [record for record in lines(caplog) if "Service Unavailable" in record.getMessage()]
    assert (said.levelno, said.status_code) == (logging.INFO, 503)
    assert said.request_id == answer.headers["X-Request-ID"]


def test_a_critical_health_is_no_error_of_the_server(emulator, configuration, settings, caplog):
    settings.GENLOOK_HEALTH_TOKEN = TOKEN
    emulator.control.settings(credits=0)
    workers.sign()
    account.check()
    address = reverse("genlook_oscar:health")
    answer = Client().get(address, headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 503
    assert lines(caplog, "django.request") == []
