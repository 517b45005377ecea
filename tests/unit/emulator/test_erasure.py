from __future__ import annotations

import pytest
import requests

from .conftest import DAY, Api, refused


def test_erases_all_pictures_of_a_customer_and_of_no_one_else(api: Api) -> None:
    control = api.emulator.control
    mine = api.image_id(externalUserId="anna/1")
    hers = api.image_id(externalUserId="berta")
    my_generation = api.try_on(mine, externalUserId="anna/1").json()["generationId"]
    her_generation = api.try_on(hers, externalUserId="berta").json()["generationId"]
    control.advance(100)
    my_url = api.generation(my_generation)["resultImageUrl"]
    assert requests.get(my_url, timeout=20).ok
    answer = api.delete("/customers/anna%2F1")
    assert (answer.status_code, answer.content) == (204, b"")
    refused(api.try_on(mine), 404, "IMAGE_NOT_FOUND")
    assert requests.get(my_url, timeout=20).status_code == 404
    assert "resultImageUrl" not in api.generation(my_generation)
    her_url = api.generation(her_generation)["resultImageUrl"]
    assert requests.get(her_url, timeout=20).ok
    assert api.try_on(hers).status_code == 201
    users = [g["externalUserId"] for g in control.state()["generations"]]
    assert users == [None, "berta", None]
    assert control.state()["charged"] == 2


def test_erasing_is_idempotent(api: Api) -> None:
    for _ in range(2):
        assert api.delete("/customers/nobody").status_code == 204


def test_pictures_sent_without_the_id_only_expire(api: Api) -> None:
    image_id = api.image_id()
    generation_id = api.try_on(image_id).json()["generationId"]
    api.delete("/customers/anna")
    api.emulator.control.advance(100)
    assert "resultImageUrl" in api.generation(generation_id)


def test_accounts_cannot_erase_each_others_customers(api: Api) -> None:
    image_id = api.image_id(externalUserId="anna")
    api.session.headers["x-api-key"] = "gk_other"
    assert api.delete("/customers/anna").status_code == 204
    api.session.headers["x-api-key"] = "gk_shop"
    assert api.try_on(image_id).status_code == 201


def test_a_generation_erased_while_it_runs_ends_without_a_picture(api: Api) -> None:
    generation_id = api.try_on(externalUserId="anna").json()["generationId"]
    api.delete("/customers/anna")
    api.emulator.control.advance(100)
    assert api.generation(generation_id)["status"] == "COMPLETED"
    assert "resultImageUrl" not in api.generation(generation_id)
    assert api.credits() == 999


@pytest.mark.parametrize("way", ["no_url", "dead_url", "not_found"])
def test_an_erased_generation_shows_in_any_of_three_ways(api: Api, way: str) -> None:
    api.emulator.control.settings(erased_generation=way)
    generation_id = api.try_on(externalUserId="anna").json()["generationId"]
    api.emulator.control.advance(100)
    api.delete("/customers/anna")
    answer = api.get(f"/generations/{generation_id}")
    if way == "not_found":
        refused(answer, 404, "GENERATION_NOT_FOUND")
        return
    assert answer.json()["status"] == "COMPLETED"
    url = answer.json().get("resultImageUrl")
    assert (url is not None) == (way == "dead_url")
    if url:
        assert requests.get(url, timeout=20).status_code == 404


@pytest.mark.parametrize("days", [1, 3, 7])
def test_a_result_lives_for_its_days(api: Api, days: int) -> None:
    generation_id = api.try_on(output={"keepForDays": days}).json()["generationId"]
    api.emulator.control.advance(days * DAY - 5)
    url = api.generation(generation_id)["resultImageUrl"]
    assert requests.get(url, timeout=20).ok
    api.emulator.control.advance(6)
    assert requests.get(url, timeout=20).status_code == 404
    assert "resultImageUrl" not in api.generation(generation_id)


def test_a_result_lives_as_long_as_the_account_says_by_default(api: Api) -> None:
    api.emulator.control.settings(retention_days=1)
    generation_id = api.try_on().json()["generationId"]
    api.emulator.control.advance(DAY + 1)
    assert "resultImageUrl" not in api.generation(generation_id)


def test_the_uploaded_photo_keeps_a_life_of_its_own(api: Api) -> None:
    image_id = api.image_id(keepForDays="3")
    api.try_on(image_id, output={"keepForDays": 1})
    api.emulator.control.advance(2 * DAY)
    assert api.try_on(image_id).status_code == 201


def test_a_result_outlives_the_photo_it_was_made_from(api: Api) -> None:
    generation_id = api.try_on(api.image_id(keepForDays="1")).json()["generationId"]
    api.emulator.control.advance(2 * DAY)
    url = api.generation(generation_id)["resultImageUrl"]
    assert requests.get(url, timeout=20).ok
