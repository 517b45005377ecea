"""Limits and budgets against many requests at the same moment."""

from collections import Counter as Count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from genlook_oscar.models import Configuration, Counter, Shopper, TryOn
from genlook_oscar.shopper import consent
from genlook_oscar.shopper.photos import take_in
from tests.conftest import picture
from tests.processes import actors_each

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MANY = 50


@pytest.fixture
def guests(configuration):
    """Many guests, each with a photo."""
    found = []
    for _ in range(MANY):
        shopper = Shopper.objects.create()
        consent.record(shopper, configuration)
        file = SimpleUploadedFile("me.jpg", picture())
        found.append((shopper, take_in(shopper, file, configuration)))
    return found


def test_one_guest_gets_no_more_than_her_limit(emulator, shopper, photo, make_product):
    Configuration.objects.update(guest_tryons_per_day=5)
    goods = [make_product(f"Shirt {number}") for number in range(MANY)]
    wishes = [(shopper.pk, product.pk, photo.pk) for product in goods]

    said = Count(actors_each("click_or_be_refused", wishes))

    assert said.pop("limit_reached") == MANY - 5
    assert len(said) == TryOn.objects.count() == 5
    # Her own, and the shop's credits of the day and of the month.
    assert list(Counter.objects.values_list("used", flat=True)) == [5, 5, 5]


def test_no_more_at_the_same_time_than_she_may(emulator, shopper, photo, make_product):
    Configuration.objects.update(guest_tryons_at_once=3)
    goods = [make_product(f"Shirt {number}") for number in range(8)]
    wishes = [(shopper.pk, product.pk, photo.pk) for product in goods]

    said = Count(actors_each("click_or_be_refused", wishes))

    assert said.pop("too_many_at_once") == 5
    assert TryOn.objects.live().count() == 3


def test_the_shop_spends_no_more_than_its_budget(emulator, product, guests):
    Configuration.objects.update(budget_per_day=1000, budget_per_month=10, guest_tryons_per_day=5)
    wishes = [(shopper.pk, product.pk, photo.pk) for shopper, photo in guests]

    said = Count(actors_each("click_or_be_refused", wishes))

    assert said.pop("budget_spent") == MANY - 10
    assert len(said) == TryOn.objects.count() == 10
    credits = Counter.objects.filter(name__startswith="credit:")
    assert list(credits.values_list("used", flat=True)) == [10, 10]
    # Who was refused has not lost a try-on of her own.
    own = Counter.objects.exclude(name__startswith="credit:")
    assert sum(own.values_list("used", flat=True)) == 10


def test_all_that_failed_is_given_back_once(emulator, product, guests):
    Configuration.objects.update(budget_per_day=20)
    wishes = [(shopper.pk, product.pk, photo.pk) for shopper, photo in guests[:6]]
    actors_each("click_or_be_refused", wishes)
    assert TryOn.objects.count() == 6
    # Each is ended by two at once.
    ended = [(pk,) for pk in TryOn.objects.values_list("pk", flat=True)] * 2

    said = actors_each("give_up", ended)

    assert sum(map(bool, said)) == 6
    assert Counter.objects.get(name__regex=r"^credit:\d+-\d+-\d+$").used == 0
