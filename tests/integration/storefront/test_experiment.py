"""A share of visitors sees no button, and both groups are counted alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from oscar.apps.checkout.signals import post_checkout

from genlook_oscar.dashboard.after import compared
from genlook_oscar.insight.experiment import experiment, note_order
from genlook_oscar.insight.shares import Share
from genlook_oscar.models import ExperimentVisitor, Shopper
from genlook_oscar.shopper.experiment import SESSION_KEY, in_control

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
INSIDE = next(key for key in map(str, range(100)) if in_control(key, 50))
OUTSIDE = next(key for key in map(str, range(100)) if not in_control(key, 50))


@pytest.fixture
def running(configuration: Any) -> Any:
    configuration.experiment_percent = 50
    configuration.save()
    return configuration


def visitor(key: str) -> Client:
    client = Client(headers=BROWSER)
    session = client.session
    session[SESSION_KEY] = key
    session.save()
    return client


def has_button(client: Client, product: Any) -> bool:
    page = client.get(product.get_absolute_url())
    assert page.status_code == 200
    return f"/try-on/room/{product.pk}/" in page.content.decode()


def test_the_control_group_sees_no_button_and_cannot_click(running: Any, product: Any) -> None:
    inside, outside = visitor(INSIDE), visitor(OUTSIDE)
    for _ in range(2):
        assert not has_button(inside, product)
        assert has_button(outside, product)
    assert inside.get(f"/try-on/room/{product.pk}/").status_code >= 400
    assert outside.get(f"/try-on/room/{product.pk}/").status_code == 200
    found = experiment(running)
    assert found is not None
    assert (found.shown, found.control) == (Share(0, 1), Share(0, 1))


def test_a_guest_stays_in_her_group(running: Any, product: Any) -> None:
    client = Client(headers=BROWSER)
    first = has_button(client, product)
    assert [has_button(client, product) for _ in range(3)] == [first] * 3
    assert ExperimentVisitor.objects.count() == 1


def test_staff_robots_and_shops_without_an_experiment_are_left_alone(
    configuration: Any, product: Any
) -> None:
    plain = Client(headers=BROWSER)
    assert has_button(plain, product)
    assert SESSION_KEY not in plain.session
    configuration.experiment_percent = 50
    configuration.save()
    robot = Client(headers={"user-agent": "Googlebot/2.1"})
    assert has_button(robot, product)
    assert SESSION_KEY not in robot.session
    boss = visitor(INSIDE)
    boss.force_login(
        get_user_model().objects.create_user("boss", "b@example.com", "x", is_staff=True),
        "django.contrib.auth.backends.ModelBackend",
    )
    assert has_button(boss, product)
    assert not ExperimentVisitor.objects.exists()


def test_an_order_counts_once_for_whoever_was_counted(running: Any, product: Any) -> None:
    for key in (INSIDE, OUTSIDE):
        has_button(visitor(key), product)
    request = RequestFactory().get("/")
    request.session = {SESSION_KEY: OUTSIDE}  # type: ignore[assignment]
    for _ in range(2):
        post_checkout.send(sender=None, order=None, user=None, request=request, response=None)
    request.session = {SESSION_KEY: "never seen"}  # type: ignore[assignment]
    note_order(request)
    found = experiment(running)
    assert found is not None
    assert (found.shown, found.control) == (Share(1, 1), Share(0, 1))
    running.experiment_percent = 20
    begun_anew = experiment(running)
    assert begun_anew is not None
    assert begun_anew.shown.whole == begun_anew.control.whole == 0
    running.experiment_percent = 0
    assert experiment(running) is None


def test_visitors_of_an_experiment_that_is_over_are_forgotten(
    running: Any, product: Any, sweep: Any, pass_time: Any
) -> None:
    def percentages() -> list[int]:
        return sorted(ExperimentVisitor.objects.values_list("percent", flat=True))

    has_button(visitor(INSIDE), product)
    pass_time(days=60)
    sweep()
    assert percentages() == [50]
    running.experiment_percent = 20
    running.save()
    has_button(visitor(OUTSIDE), product)
    sweep()
    assert percentages() == [20, 50]
    pass_time(days=1)
    sweep()
    assert percentages() == [20]
    running.experiment_percent = 0
    running.save()
    pass_time(days=28)
    sweep()
    assert percentages() == [20]
    pass_time(days=2)
    sweep()
    assert percentages() == []


def test_what_is_counted_goes_with_the_customer(running: Any, product: Any) -> None:
    user = get_user_model().objects.create_user("ada", "ada@example.com", "pass")
    client = Client(headers=BROWSER)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    has_button(client, product)
    assert ExperimentVisitor.objects.count() == 1
    Shopper.objects.create(user=user)
    user.delete()
    assert not ExperimentVisitor.objects.exists()


@pytest.mark.parametrize(
    ("shown", "control", "said"),
    [
        ((3, 100), (1, 100), "too few orders yet"),
        ((360, 9000), (35, 1000), "No difference can be told yet"),
        ((500, 9000), (30, 1000), "percentage points more visitors order"),
        ((200, 9000), (60, 1000), "percentage points fewer visitors order"),
    ],
)
def test_the_comparison_says_only_what_can_be_said(
    running: Any, shown: tuple[int, int], control: tuple[int, int], said: str
) -> None:
    from genlook_oscar.insight.experiment import Experiment

    found = Experiment(10, None, Share(*shown), Share(*control))
    assert said in compared(found).verdict


def test_a_script_that_keeps_no_cookie_is_counted_by_its_network(
    running: Any, product: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genlook_oscar.shopper.experiment.NEW_PER_DAY", 3)
    for _ in range(6):
        Client(headers=BROWSER).get(product.get_absolute_url())
    assert ExperimentVisitor.objects.count() == Session.objects.count() == 3
    # Beyond that nobody is in the control group, whose part would grow without orders.
    assert all(has_button(Client(headers=BROWSER), product) for _ in range(3))
    elsewhere = Client(headers=BROWSER, REMOTE_ADDR="198.51.100.4")
    elsewhere.get(product.get_absolute_url())
    assert ExperimentVisitor.objects.count() == 4
