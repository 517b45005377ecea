"""What a script costs the shop without a click that counts: nothing that grows with its requests.

Every endpoint of the storefront is asked again and again by somebody new each time, who sends
what a script would send, and by a guest who keeps their cookie. Rows, sessions and tasks are
counted: a few may appear at the first request, and none more however many follow.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from genlook_oscar import clock
from genlook_oscar.engine import erasing, products
from genlook_oscar.models import Configuration, Counter, Erasure, Photo, ProductLink, Shopper
from genlook_oscar.pictures import places
from tests.endpoints import Endpoint, endpoints

from .conftest import HTML, JSON, Visitor, broken_photo, photo_file

pytestmark = [pytest.mark.anydb, pytest.mark.usefixtures("noon")]


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """No minute is over while the test counts, however slow the machine is."""
    began = timezone.now()
    monkeypatch.setattr(clock, "now", lambda: began + clock._offset)


FEW, MANY = 1, 4
ALLOWED = 6
"""What all requests together may leave: the account's row, a product's link, the counters of the
network and of the minute, and two tasks: the registration, and a call to the workers."""
COUNTED = ("genlook_oscar", "sessions", "django_q", "auth", "basket", "customer", "analytics")


def rows() -> dict[str, int]:
    """How many rows there are of each kind that somebody who comes may cause."""
    models = [model for label in COUNTED for model in apps.get_app_config(label).get_models()]
    return {model._meta.label: model._default_manager.count() for model in models}


def grown(before: dict[str, int]) -> dict[str, int]:
    """By how many rows each kind has grown."""
    return {name: count - before[name] for name, count in rows().items() if count > before[name]}


def bodies(endpoint: Endpoint, product: Any) -> list[dict[str, Any]]:
    """What a script sends: as much as it can make up, without a click that counts."""
    click = {"product": product.pk, "photo": str(uuid.uuid4()), "consent": "1", "reason": "fit"}
    no_picture = SimpleUploadedFile("me.jpg", b"\xff\xd8 no picture", content_type="image/jpeg")
    form = click | {"photo_file": no_picture, "_method": "delete"}
    return [
        {"data": {}, "headers": {"Accept": JSON}},
        {"data": click, "content_type": JSON, "headers": {"Accept": JSON}},
        {"data": form, "headers": {"Accept": HTML}},
        {"data": {"photo": no_picture, "consent": "1"}, "headers": {"Accept": JSON}},
    ]


def ask(endpoint: Endpoint, product: Any, client: Client) -> list[int]:
    """Everything that the endpoint may be asked, once; the statuses."""
    values = {name: uuid.uuid4() for name, _ in endpoint.parameters} | {"product_pk": product.pk}
    path = endpoint.path(**values)
    said = []
    for method in endpoint.methods:
        if method == "get":
            for accept in (HTML, JSON):
                said.append(client.get(path, headers={"Accept": accept}).status_code)
            continue
        for body in bodies(endpoint, product):
            if method == "delete" and "content_type" not in body:
                continue
            said.append(getattr(client, method)(path, **body).status_code)
    return said


@pytest.mark.usefixtures("configuration")
@pytest.mark.parametrize("endpoint", endpoints(storefront=True), ids=lambda one: one.name)
def test_somebody_new_each_time(
    endpoint: Endpoint, product: Any, on_commit: Callable[[], Any]
) -> None:
    before = rows()
    with on_commit():
        for _ in range(FEW):
            assert max(ask(endpoint, product, Client())) < 500
    first = grown(before)
    with on_commit():
        for _ in range(MANY):
            ask(endpoint, product, Client())
    assert grown(before) == first
    assert sum(first.values()) <= ALLOWED
    assert "sessions.Session" not in first
    assert not Shopper.objects.exists()


@pytest.mark.parametrize("endpoint", endpoints(storefront=True), ids=lambda one: one.name)
def test_a_guest_who_keeps_the_cookie(
    endpoint: Endpoint, product: Any, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "PER_HOUR", 1)
    photo = visitor.photo()
    # As if it had been sent, so that there is something to be erased at Genlook.
    Photo.objects.filter(pk=photo).update(external_user_id=Shopper.objects.get().external_user_id)
    Configuration.objects.update(guest_uploads_per_hour=1)
    with visitor.on_commit():
        for _ in range(FEW):
            assert max(ask(endpoint, product, visitor.client)) < 500
    first = rows()
    with visitor.on_commit():
        for _ in range(MANY):
            ask(endpoint, product, visitor.client)
    assert grown(first) == {}


class TestRegistration:
    def tasks(self) -> int:
        named = [row.func() for row in OrmQ.objects.all()]
        return named.count("genlook_oscar.tasks.register_product")

    def test_is_asked_for_once_until_it_is_done(
        self, visitor: Visitor, product: Any, emulator: Any, drain: Any, pass_time: Any
    ) -> None:
        room = f"/try-on/room/{product.pk}/"
        for _ in range(5):
            visitor.page(room)
        assert self.tasks() == 1
        OrmQ.objects.all().delete()
        visitor.page(room)
        assert self.tasks() == 0
        pass_time(minutes=6)
        visitor.page(room)
        assert self.tasks() == 1
        drain()
        assert ProductLink.objects.get().asked_until is None
        # Changed after that, it is asked for at once.
        product.title = "Linen shirt, long"
        product.save()
        visitor.page(room)
        assert self.tasks() == 1

    def test_of_many_products_so_many_a_minute(
        self, visitor: Visitor, make_product: Any, monkeypatch: pytest.MonkeyPatch, pass_time: Any
    ) -> None:
        monkeypatch.setattr(products, "AHEAD_PER_MINUTE", 2)
        goods = [make_product(f"Shirt {number}") for number in range(4)]
        for product in goods:
            assert visitor.page(f"/try-on/room/{product.pk}/").status_code == 200
        assert self.tasks() == 2
        assert ProductLink.objects.exclude(asked_until=None).count() == 2
        pass_time(minutes=1)
        visitor.page(f"/try-on/room/{goods[3].pk}/")
        assert self.tasks() == 3


class TestErasing:
    def test_everything_again_and_again(
        self, visitor: Visitor, emulator: Any, drain: Any, sweep: Any, pass_time: Any
    ) -> None:
        visitor.photo()
        drain()
        asked = 0
        for _ in range(12):
            assert visitor.send("delete", "/try-on/").status_code == 204
            asked += sum(
                import_string(row.func()).__name__ == "erase" for row in OrmQ.objects.all()
            )
            drain()
        assert asked == 5
        (waiting,) = Erasure.objects.filter(done_at=None)
        assert waiting.not_before - clock.now() <= timedelta(hours=1)
        pass_time(hours=1)
        sweep()
        drain(limit=1000)
        assert not Erasure.objects.filter(done_at=None).exists()


class TestRefusedPhotos:
    def test_by_their_header_leave_nothing_and_ask_nothing(
        self, visitor: Visitor, django_assert_num_queries: Any
    ) -> None:
        before = rows()
        for kind in ("GIF", "JPEG"):
            with django_assert_num_queries(0):
                answer = visitor.upload(photo_file(kind=kind, size=(10, 10)))
            assert answer.status_code == 400
        assert grown(before) == {}

    def test_by_their_pixels_leave_the_networks_count_and_nothing_else(
        self, visitor: Visitor
    ) -> None:
        before = rows()
        for _ in range(3):
            visitor.client = Client()
            assert visitor.upload(broken_photo()).json()["code"] == "photo_damaged"
        assert grown(before) == {"genlook_oscar.Counter": 1}
        assert Counter.objects.get().used == 3

    def test_are_counted_for_who_comes_back(self, visitor: Visitor) -> None:
        visitor.photo()
        visitor.upload(broken_photo())
        assert set(Counter.objects.values_list("used", flat=True)) == {2}

    def test_that_found_no_place_are_not_counted(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(places, "PLACES", 0)
        before = rows()
        assert visitor.upload().json()["code"] == "photo_busy"
        assert grown(before) == {}
