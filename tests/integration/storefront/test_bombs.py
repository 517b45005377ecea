"""Guests who post bombs: each is told why, and the shop goes on."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from genlook_oscar.models import Photo
from genlook_oscar.pictures import Patience, places
from tests.pictures.bombs import BOMBS
from tests.pictures.good import quarters
from tests.pictures.making import encoded

pytestmark = pytest.mark.anydb

GUESTS = 50


def post(content: bytes) -> Any:
    file = SimpleUploadedFile("me.jpg", content)
    headers = {"Accept": "application/json"}
    # As a web server says that answers several at once, which here threads do.
    client = Client(**{"wsgi.multithread": True})
    return client.post("/try-on/photos/", {"photo": file, "consent": "1"}, headers=headers)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_refused_and_pages_are_answered(configuration: Any) -> None:
    bombs = [(f"photo_{code}", make()) for code, make in BOMBS.values()]
    wrong: list[Any] = []
    start = threading.Barrier(GUESTS + 1)

    def guest(number: int) -> None:
        code, content = bombs[number % len(bombs)]
        try:
            start.wait()
            answer = post(content)
            if (answer.status_code, answer.json()["code"]) != (400, code):
                wrong.append((code, answer.status_code, answer.content))
        except Exception as problem:
            wrong.append((code, problem))
        finally:
            connection.close()

    threads = [threading.Thread(target=guest, args=(number,)) for number in range(GUESTS)]
    for thread in threads:
        thread.start()
    start.wait()
    while any(thread.is_alive() for thread in threads):
        assert Client().get("/catalogue/").status_code == 200
    for thread in threads:
        thread.join()
    assert not wrong
    assert not Photo.objects.exists()
    # And nothing is left that keeps the next shopper out.
    assert post(encoded(quarters())).status_code == 201


@pytest.mark.django_db
def test_who_finds_no_place_is_told_when_to_come_back(
    configuration: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "PLACES", 0)
    settings.GENLOOK_PHOTO_SECONDS = 0.1
    answer = post(encoded(quarters()))
    assert answer.status_code == 503, answer.content
    assert answer.json()["code"] == "photo_busy"
    assert answer.headers["Retry-After"] == "3"


@pytest.mark.django_db
def test_what_takes_too_long_is_told_so(
    configuration: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = Patience(processor=0.05, seconds=60, asked=True)
    monkeypatch.setattr(Patience, "of", classmethod(lambda cls, seconds, waits: few))
    answer = post(encoded(quarters().resize((4000, 3000)), "PNG"))
    assert answer.status_code == 400
    assert answer.json()["code"] == "photo_too_complex"
