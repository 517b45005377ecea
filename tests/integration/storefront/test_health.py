"""The health URL: for staff and for the bearer of the token, and for nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from genlook_oscar.engine import account
from genlook_oscar.models import Account

pytestmark = pytest.mark.django_db

TOKEN = "a-long-token-of-the-operator"


@pytest.fixture
def running(emulator, configuration, sweep, drain):
    """A shop whose workers run, with a token for monitoring."""
    sweep()
    drain()


@pytest.fixture
def look(settings, running):
    """Ask for health as monitoring does."""
    settings.GENLOOK_HEALTH_TOKEN = TOKEN

    def act(authorization=f"Bearer {TOKEN}", **headers):
        if authorization is not None:
            headers["Authorization"] = authorization
        return Client().get(reverse("genlook_oscar:health"), headers=headers)

    return act


def test_where_it_is(running):
    assert reverse("genlook_oscar:health") == "/try-on/health/"


def test_the_bearer_of_the_token_is_told(look):
    answer = look()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Type"] == "application/json"
    told = answer.json()
    assert told["severity"] == "ok"
    assert told["findings"][0]["code"] == "healthy"
    assert told["credits"] == 1000
    assert look(f"bearer {TOKEN}").status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Basic {TOKEN}",
        TOKEN,
        "Bearer \xfc\xf1\xee",
    ],
)
def test_nobody_else_learns_that_there_is_anything(look, authorization):
    answer = look(authorization)
    unknown = Client().get("/try-on/nothing/here/")
    assert answer.status_code == unknown.status_code == 404
    assert "severity" not in answer.content.decode()


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer None", "Bearer  "])
def test_without_a_token_none_opens(look, settings, authorization):
    for nothing in ("", None):
        settings.GENLOOK_HEALTH_TOKEN = nothing
        assert look(authorization).status_code == 404


@pytest.mark.parametrize(
    ("values", "status"),
    [({"is_staff": True}, 200), ({}, 404), ({"is_staff": True, "is_active": False}, 404)],
)
def test_staff_may_look(running, django_user_model, values, status):
    user = django_user_model.objects.create_user("ada", "ada@example.com", "secret-1", **values)
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    assert client.get(reverse("genlook_oscar:health")).status_code == status


def test_a_page_is_refused_like_any_unknown_one(look):
    answer = look(None, Accept="text/html")
    assert answer.status_code == 404
    assert "text/html" in answer["Content-Type"]


def test_a_warning_is_no_outage(look):
    Account.hold(30)
    answer = look()
    assert answer.status_code == 200
    assert answer.json()["severity"] == "warning"


def test_what_is_critical_answers_503(look, emulator, click, drain):
    emulator.control.settings(credits=0)
    account.check()
    answer = look()
    assert answer.status_code == 503
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["findings"][0]["code"] == "no_credits"


def test_nothing_of_a_shopper_and_no_secret_is_told(look, settings, click, drain, shopper):
    settings.GENLOOK_API_KEY = "gk_very_secret"
    tryon = click()
    drain()
    tryon.refresh_from_db()
    text = look().content.decode()
    for private in ("gk_very_secret", TOKEN, shopper.external_user_id, str(tryon.pk)):
        assert private not in text
    assert tryon.generation_id not in text


def test_a_database_that_fails_is_told_to_monitoring(look, monkeypatch):
    from django.db import OperationalError

    from genlook_oscar.storefront import health

    def fail():
        raise OperationalError("could not connect to server")

    # A database that goes away cannot be had in the middle of a test's transaction.
    monkeypatch.setattr(health, "watched", fail)
    answer = look()
    assert answer.status_code == 503
    assert answer.json()["findings"][0]["code"] == "database"
    assert "could not connect" not in answer.content.decode()


@pytest.mark.parametrize(("authorization", "status"), [(f"Bearer {TOKEN}", 405), ("", 404)])
def test_nothing_else_can_be_done_here(look, authorization, status):
    address = reverse("genlook_oscar:health")
    for method in ("post", "put", "delete"):
        answer = getattr(Client(), method)(address, headers={"Authorization": authorization})
        assert answer.status_code == status
