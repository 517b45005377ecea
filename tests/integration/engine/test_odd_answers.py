"""Answers that are well formed and odd: about something else, or not fit to be kept."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from genlook_oscar.api.answers import GENERATION_ID_LIMIT, IMAGE_ID_LIMIT
from genlook_oscar.engine import submitting
from genlook_oscar.models import Account, Photo, Shopper, TryOn
from genlook_oscar.shopper import consent
from genlook_oscar.shopper.photos import take_in
from tests.conftest import picture

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]

Status, Charge = TryOn.Status, TryOn.Charge


@pytest.fixture
def another(configuration):
    """Another shopper's own shopper and photo, as a click takes them."""
    row = Shopper.objects.create()
    consent.record(row, configuration)
    upload = SimpleUploadedFile("me.jpg", picture("#225577"))
    return {"shopper": row, "photo": take_in(row, upload, configuration)}


def state_of(tryon):
    tryon.refresh_from_db()
    return tryon.status, tryon.error_code, tryon.charge


def test_a_generation_of_another_shopper_is_shown_to_nobody_else(emulator, click, drain, another):
    first = click()
    drain()
    first.refresh_from_db()
    again = {"generationId": first.generation_id}
    emulator.control.fault("change", method="POST", path="/try-on", fields=again)
    second = click(**another)
    drain()
    assert state_of(second) == (Status.FAILED, "uncertain", Charge.UNCERTAIN)
    assert (second.generation_id, second.result.name) == ("", "")
    assert state_of(first) == (Status.COMPLETED, "", Charge.SETTLED)
    assert emulator.control.state()["charged"] <= 2


def test_her_own_generation_named_again_is_hers(emulator, click, drain, make_photo):
    first = click()
    drain()
    first.refresh_from_db()
    again = {"generationId": first.generation_id}
    emulator.control.fault("change", method="POST", path="/try-on", fields=again)
    second = click(photo=make_photo("#991122"))
    drain()
    assert state_of(second) == (Status.COMPLETED, "", Charge.SETTLED)


def test_an_answer_about_another_generation_delivers_nothing(emulator, click, drain):
    elsewhere = emulator.base_url.replace("/tryon/v1", "/results/of-somebody-else")
    fields = {"generationId": "cm1", "status": "COMPLETED", "resultImageUrl": elsewhere}
    emulator.control.fault("change", method="GET", path="/generations/", fields=fields)
    tryon = click()
    drain()
    assert state_of(tryon) == (Status.COMPLETED, "", Charge.SETTLED)
    about = [str(request["about"]) for request in emulator.control.requests()]
    assert not any("of-somebody-else" in name for name in about)


@pytest.mark.parametrize("words", ["half \ud83d of a pair", "nul \x00 here"])
def test_words_that_no_database_takes_keep_no_failure_back(emulator, click, drain, words):
    emulator.control.fault("fail", error_message=words)
    tryon = click()
    drain()
    assert state_of(tryon) == (Status.FAILED, "generation_failed", Charge.RELEASED)
    assert "\N{REPLACEMENT CHARACTER}" in tryon.error_detail


@pytest.mark.parametrize("odd", ["a\ud800b", "a\x00b", "g" * 601, "", None])
def test_an_id_that_cannot_be_kept_is_uncertain_at_once(emulator, click, on_commit, odd):
    emulator.control.fault("change", method="POST", path="/try-on", fields={"generationId": odd})
    tryon = click()
    with on_commit():
        submitting.submit(str(tryon.pk))
    assert state_of(tryon) == (Status.FAILED, "uncertain", Charge.UNCERTAIN)


@pytest.mark.parametrize(("odd", "kept"), [("g" * 600, "g" * 600), (1000005, "1000005")])
def test_an_id_of_any_form_is_kept(emulator, click, on_commit, odd, kept):
    emulator.control.fault("change", method="POST", path="/try-on", fields={"generationId": odd})
    tryon = click()
    with on_commit():
        submitting.submit(str(tryon.pk))
    assert state_of(tryon) == (Status.GENERATING, "", Charge.RESERVED)
    assert tryon.generation_id == kept


def test_what_the_api_lets_through_fits_into_the_columns():
    assert TryOn._meta.get_field("generation_id").max_length == GENERATION_ID_LIMIT
    assert Photo._meta.get_field("image_id").max_length == IMAGE_ID_LIMIT


@pytest.mark.parametrize("times", [("1970-01-01T00:00:00Z", None), (None, "2999-01-01T00:00:00Z")])
def test_a_clock_that_is_wrong_teaches_nothing_impossible(emulator, click, drain, times):
    fields = {
        name: moment
        for name, moment in zip(("createdAt", "updatedAt"), times, strict=True)
        if moment
    }
    emulator.control.fault("change", path="/generations/", fields=fields, times=None)
    click()
    drain()
    (learned,) = Account.load().durations
    assert 0 <= learned < 300
