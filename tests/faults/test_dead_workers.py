"""Workers that are killed while shoppers click: the fitting room says so, nobody waits beyond a
deadline, the merchant gets one e-mail, and all is open again when workers are back."""

import os
import signal
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from genlook_oscar.models import Account, Configuration, TryOn
from tests.conftest import picture, wait_until
from tests.processes import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SAID = 30
"""Seconds within which the fitting room says that it has stopped."""
OPEN = 15
"""Seconds from the start of workers within which it is open."""
OVER = timedelta(seconds=15)
"""How long a row may outlive its deadline."""


class Shopper:
    """A browser that adds a photo, clicks, and asks for what it waits for."""

    def __init__(self, color):
        self.client = Client(headers={"Accept": "application/json"})
        from django.core.files.uploadedfile import SimpleUploadedFile

        upload = SimpleUploadedFile("me.jpg", picture(color), content_type="image/jpeg")
        fields = {"photo": upload, "consent": "1"}
        self.photo = self.client.post(reverse("genlook_oscar:photos"), fields).json()["id"]
        self.waits = set()

    def click(self, product):
        answer = self.client.post(
            reverse("genlook_oscar:tryons"),
            {"product": product.pk, "photo": self.photo},
            content_type="application/json",
        )
        if answer.status_code == 202:
            self.waits.add(answer.json()["url"])
        return answer

    def look(self):
        told = [self.client.get(url).json() for url in self.waits]
        self.waits = {url for url in self.waits if self.client.get(url).json()["poll_after_ms"]}
        return told

    def is_told(self, product):
        """Whether the fitting room says that it has stopped."""
        answer = self.client.get(reverse("genlook_oscar:room", args=[product.pk]))
        return "has stopped for the moment" in answer.content.decode()


@pytest.fixture
def shop(emulator, unlimited, configuration, settings, monkeypatch):
    """A shop with a merchant, whose try-ons are final after forty seconds."""
    Configuration.objects.update(alert_emails="merchant@example.com")
    settings.GENLOOK_DEADLINE_SECONDS = 40
    monkeypatch.setenv("GENLOOK_DEADLINE_SECONDS", "40")
    emulator.control.settings(generation_seconds=1)


def parents():
    """Each living process with the one that started it."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            values = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if values[0] != "Z":
            found[int(folder.name)] = int(values[1])
    return found


def workers_of(cluster):
    """The workers of a cluster: its guard starts them first, and then two helpers."""
    known = parents()
    [guard] = [pid for pid, parent in known.items() if parent == cluster.pid]
    children = sorted(pid for pid, parent in known.items() if parent == guard)
    return children[:-2]


def nobody_waits():
    return not TryOn.objects.live().exists()


def open_again():
    return Account.load().stopped_since is None


def seconds_since(moment):
    return time.monotonic() - moment


def ask_until(shoppers, condition, timeout):
    """Let every shopper's page ask about once a second until the condition holds."""

    def asked():
        for shopper in shoppers:
            shopper.look()
        return condition()

    began = time.monotonic()
    wait_until(asked, timeout=timeout, what="the shoppers' pages")
    return seconds_since(began)


def test_workers_killed_while_shoppers_click(shop, emulator, make_product):
    products = [make_product(f"Item {number}") for number in range(6)]
    shoppers = [Shopper(f"#{number}0{number}0{number}0") for number in range(1, 5)]
    emulator.control.settings(generation_seconds=[1, 20])
    with cluster(patience=0) as workers:
        for shopper in shoppers:
            assert shopper.click(products[0]).status_code == 202
        wait_until(lambda: TryOn.objects.exclude(generation_id="").exists(), what="a generation")
        for shopper in shoppers:
            shopper.click(products[1])
        os.killpg(workers.pid, signal.SIGKILL)
        killed = time.monotonic()
        # They do not know, and click on.
        for shopper in shoppers:
            assert shopper.click(products[2]).status_code == 202

        said = ask_until(shoppers, lambda: shoppers[0].is_told(products[3]), SAID)
        answer = shoppers[0].click(products[3])
        assert (answer.status_code, answer.json()["code"]) == (503, "workers")
        told = next(one for one in shoppers[1].look() if one["status"] == "queued")
        assert told["expected_seconds"] is None
        assert "stopped" in told["text"]
        wait_until(lambda: mail.outbox, what="the e-mail")

        ask_until(shoppers, nobody_waits, 90)
        ended = TryOn.objects.exclude(finished_at=None)
        lateness = [row.finished_at - row.deadline_at for row in ended]
        assert max(lateness) <= OVER
        assert TryOn.objects.filter(error_code="not_begun").exists()
        assert [sent.to for sent in mail.outbox] == [["merchant@example.com"]]
        print(  # noqa: T201
            f"told after {said:.1f} s; latest end {max(lateness).total_seconds():.1f} s after its"
            f" deadline; {seconds_since(killed):.0f} s without workers"
        )
    emulator.control.settings(generation_seconds=0)
    started = time.monotonic()
    with cluster(patience=0):
        wait_until(open_again, timeout=OPEN, what="the fitting room to open")
        print(f"open after {seconds_since(started):.1f} s")  # noqa: T201
        assert shoppers[0].click(products[3]).status_code == 202
        ask_until(shoppers, nobody_waits, 60)
    assert TryOn.objects.filter(product=products[3]).get().status == "completed"
    assert len(mail.outbox) == 1


def test_both_idle_workers_killed_alone(shop, emulator, make_product):
    """django-q2's fault: an idle worker holds the lock of the queue, and takes it to its grave.
    The guard starts others, which wait for that lock for ever."""
    products = [make_product(f"Item {number}") for number in range(3)]
    shopper = Shopper("#123456")
    with cluster(patience=0) as cluster_:
        shopper.click(products[0])
        ask_until([shopper], lambda: TryOn.objects.filter(status="completed").exists(), 60)
        dead = workers_of(cluster_)
        assert len(dead) == 2
        for pid in dead:
            os.kill(pid, signal.SIGKILL)
        wait_until(
            lambda: len(set(workers_of(cluster_)) - set(dead)) == 2, what="others to be started"
        )
        assert shopper.click(products[1]).status_code == 202
        said = ask_until([shopper], lambda: shopper.is_told(products[2]), SAID)
        assert shopper.click(products[2]).status_code == 503
        print(f"told after {said:.1f} s")  # noqa: T201
        wait_until(lambda: mail.outbox, what="the e-mail")
        ask_until([shopper], nobody_waits, 90)
        [row] = TryOn.objects.filter(product=products[1])
        assert row.error_code == "not_begun"
        assert row.finished_at - row.deadline_at <= OVER
    started = time.monotonic()
    with cluster(patience=0):
        wait_until(open_again, timeout=OPEN, what="the fitting room to open")
        print(f"open after {seconds_since(started):.1f} s")  # noqa: T201
        again = partial(shopper.click, products[2])
        assert again().status_code == 202
        ask_until([shopper], nobody_waits, 60)
    assert len(mail.outbox) == 1
