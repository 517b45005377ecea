"""A guest signs in: what she has stays hers, and nothing is lost or doubled on the way."""

import logging
from datetime import timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction

from genlook_oscar import clock
from genlook_oscar.models import Configuration, Consent, Photo, Shopper, TryOn
from genlook_oscar.shopper import consent, identity
from genlook_oscar.shopper.adoption import adopt
from genlook_oscar.shopper.photos import take_in

from .conftest import completed, exists, make_tryon, upload

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def guest():
    return Shopper.objects.create()


@pytest.fixture
def user(make_user):
    return make_user()


@pytest.fixture
def customer(user):
    return Shopper.objects.create(user=user)


class TestWithoutAShopper:
    def test_the_guests_row_becomes_hers(self, guest, user, give):
        photo, tryon = give(guest), make_tryon(guest)
        adopt(guest.key, user)
        guest.refresh_from_db()
        assert guest.user == user
        assert guest.merged_into is None
        assert photo.shopper == tryon.shopper == guest
        assert Shopper.objects.count() == 1

    def test_twice_is_once(self, guest, user, give):
        give(guest)
        adopt(guest.key, user)
        adopt(guest.key, user)
        assert Shopper.objects.get().user == user

    def test_her_name_at_genlook_stays(self, guest, user):
        name = guest.external_user_id
        adopt(guest.key, user)
        assert Shopper.objects.get(user=user).external_user_id == name


class TestWithAShopper:
    def test_everything_moves(self, guest, customer, user, give, configuration):
        photo, tryon = give(guest), completed(guest)
        receipt = consent.record(guest, configuration)
        adopt(guest.key, user)
        for row in (photo, tryon, receipt):
            row.refresh_from_db()
            assert row.shopper == customer
        assert exists(photo.file.name)
        assert exists(tryon.result.name)
        assert consent.is_given(customer, configuration)

    def test_the_guests_row_stays_for_the_sake_of_its_name(self, guest, customer, user, give):
        give(guest)
        adopt(guest.key, user)
        guest.refresh_from_db()
        assert (guest.merged_into, guest.user) == (customer, None)
        assert set(customer.external_user_ids()) == {
            customer.external_user_id,
            guest.external_user_id,
        }

    def test_twice_is_once(self, guest, customer, user, give):
        give(guest)
        adopt(guest.key, user)
        before = list(Photo.objects.values())
        adopt(guest.key, user)
        assert list(Photo.objects.values()) == before

    def test_nobody_elses_key_moves_anything(self, guest, customer, user, make_user, give):
        other = Shopper.objects.create(user=make_user("bea"))
        photo = give(other)
        adopt(other.key, user)
        photo.refresh_from_db()
        assert photo.shopper == other

    def test_a_guest_who_went_into_one_customer_does_not_go_into_another(
        self, guest, customer, user, make_user, give
    ):
        photo = give(guest)
        adopt(guest.key, user)
        adopt(guest.key, make_user("bea"))
        photo.refresh_from_db()
        assert photo.shopper == customer

    def test_several_guests_go_into_one_customer(self, customer, user, give):
        for color in ("#110000", "#220000", "#330000"):
            guest = Shopper.objects.create()
            give(guest, color)
            adopt(guest.key, user)
        assert customer.photos.count() == 3
        assert len(customer.external_user_ids()) == 4


class TestTheSamePicture:
    @pytest.fixture
    def twins(self, guest, customer, give):
        with clock.shift(days=-2):
            hers = give(customer)
        return hers, give(guest)

    def test_is_one_photo_with_the_later_day(self, twins, guest, customer, user):
        hers, guests = twins
        adopt(guest.key, user)
        later = guests.expires_at
        hers.refresh_from_db()
        assert list(customer.photos.all()) == [hers]
        assert hers.expires_at == later

    def test_its_try_ons_go_on_with_the_customers(self, twins, guest, customer, user):
        hers, guests = twins
        tryon = make_tryon(guest, photo=guests, live_key=f"{guest.pk}:x", reuse_key="x")
        adopt(guest.key, user)
        tryon.refresh_from_db()
        assert (tryon.photo, tryon.shopper) == (hers, customer)

    def test_the_second_file_can_be_read_to_the_end_and_then_goes(
        self, twins, guest, customer, user, on_commit
    ):
        from genlook_oscar.engine.sweeping import expire_pictures

        hers, guests = twins
        with on_commit():
            adopt(guest.key, user)
        assert exists(guests.file.name)
        with clock.shift(minutes=11), on_commit():
            expire_pictures()
        guests.refresh_from_db()
        assert guests.erased_at
        assert exists(hers.file.name)
        assert not guests.file

    def test_an_erased_one_is_no_twin(self, guest, customer, user, give, on_commit):
        from genlook_oscar.shopper.erasure import erase_photo

        with on_commit():
            erase_photo(give(customer))
        photo = give(guest)
        adopt(guest.key, user)
        photo.refresh_from_db()
        assert photo.shopper == customer

    def test_one_whose_days_are_over_makes_room(self, guest, customer, user, give, on_commit):
        old = give(customer)
        with clock.shift(days=8), on_commit():
            photo = give(guest)
            adopt(guest.key, user)
            photo.refresh_from_db()
        old.refresh_from_db()
        assert photo.shopper == customer
        assert not photo.erased_at
        assert old.erased_at


class TestTryOns:
    def test_the_same_click_key_stays_the_customers(self, guest, customer, user):
        hers = make_tryon(customer, idempotency_key="click")
        guests = make_tryon(guest, idempotency_key="click")
        third = make_tryon(guest, idempotency_key="other")
        adopt(guest.key, user)
        keys = dict(TryOn.objects.values_list("pk", "idempotency_key"))
        assert keys == {hers.pk: "click", guests.pk: None, third.pk: "other"}
        assert customer.tryons.count() == 3

    def test_a_live_one_keeps_its_place(self, guest, customer, user):
        tryon = make_tryon(guest, reuse_key="x", live_key=f"{guest.pk}:x")
        adopt(guest.key, user)
        tryon.refresh_from_db()
        assert tryon.live_key == f"{customer.pk}:x"

    def test_the_same_picture_under_way_twice_goes_on_twice(self, guest, customer, user):
        hers = make_tryon(customer, reuse_key="x", live_key=f"{customer.pk}:x")
        guests = make_tryon(guest, reuse_key="x", live_key=f"{guest.pk}:x")
        adopt(guest.key, user)
        hers.refresh_from_db()
        guests.refresh_from_db()
        assert hers.live_key == f"{customer.pk}:x"
        assert (guests.live_key, guests.status) == (None, TryOn.Status.QUEUED)
        assert guests.shopper == customer

    def test_the_engines_own_key_is_meant(self, click, shopper, customer, user, configuration):
        # The engine asks by this key whether the same picture is under way already.
        tryon = click()
        consent.record(customer, configuration)
        adopt(shopper.key, user)
        tryon.photo.refresh_from_db()
        assert click(shopper=customer, photo=tryon.photo) == tryon


class TestAtLogin:
    @pytest.fixture
    def request_(self, visit, give):
        request = visit()
        give(identity.get_or_create(request))
        return request

    def sign_in(self, request, user):
        login(request, user, backend=BACKEND)
        return request

    def test_djangos_signal_moves_it(self, request_, user):
        self.sign_in(request_, user)
        assert Photo.objects.get(identity.shopper_filter(request_)).shopper.user == user
        assert identity.SESSION_KEY not in request_.session

    def test_a_login_with_nothing_to_move_costs_nothing(
        self, visit, user, django_assert_num_queries
    ):
        from genlook_oscar.receivers import bring_guest_along

        with django_assert_num_queries(0):
            bring_guest_along(request=visit(user), user=user, sender=None, signal=None)

    def test_after_logging_out_nothing_is_hers(self, request_, user):
        self.sign_in(request_, user)
        logout(request_)
        assert isinstance(request_.user, AnonymousUser)
        assert identity.current(request_) is None
        assert not Photo.objects.filter(identity.shopper_filter(request_)).exists()

    def test_who_signs_in_next_gets_nothing_of_it(self, request_, user, make_user):
        self.sign_in(request_, user)
        logout(request_)
        self.sign_in(request_, make_user("bea"))
        assert not Photo.objects.filter(identity.shopper_filter(request_)).exists()

    def test_a_login_never_fails_because_of_us(self, request_, user, customer, caplog):
        with caplog.at_level(logging.ERROR), connection.execute_wrapper(refuse_moving):
            self.sign_in(request_, user)
        assert request_.user == user
        assert "could not be moved" in caplog.text
        # It stays hers to see, and is moved when she next uses the fitting room.
        assert Photo.objects.filter(identity.shopper_filter(request_)).count() == 1
        assert identity.get_or_create(request_) == customer
        assert Photo.objects.get().shopper == customer
        assert identity.SESSION_KEY not in request_.session

    def test_what_fails_moves_nothing_and_spoils_no_transaction(self, request_, user, customer):
        with transaction.atomic(), connection.execute_wrapper(refuse_moving):
            self.sign_in(request_, user)
            assert Shopper.objects.get(user=None).merged_into is None
        assert Consent.objects.count() == 0

    def test_a_signal_without_a_request(self, user, caplog):
        from django.contrib.auth.signals import user_logged_in

        user_logged_in.send(sender=type(user), request=None, user=user)
        assert "Traceback" not in caplog.text


def refuse_moving(execute, sql, params, many, context):
    if sql.startswith("UPDATE") and "genlook_oscar_photo" in sql:
        raise DatabaseError("the disk of the database is full")
    return execute(sql, params, many, context)


def test_moving_takes_no_more_queries_for_more_finished_try_ons(
    customer, user, make_user, django_assert_max_num_queries, give
):
    guest = Shopper.objects.create()
    photo = give(guest)
    for number in range(30):
        make_tryon(guest, photo=photo, status=TryOn.Status.FAILED, idempotency_key=str(number))
    with django_assert_max_num_queries(20):
        adopt(guest.key, user)
    assert customer.tryons.count() == 30


def test_an_expiry_is_never_put_off_by_the_days_of_grace(guest, customer, user, give):
    with clock.shift(days=-6, hours=-23, minutes=-59):
        give(customer)
        guests = give(guest)
    adopt(guest.key, user)
    before = guests.expires_at
    guests.refresh_from_db()
    assert guests.expires_at == before
    assert before < clock.now() + timedelta(minutes=2)


def at_once(*actions):
    """Run the actions in threads of their own, as near to each other as can be."""
    start, problems = Barrier(len(actions)), []

    def run(action):
        try:
            start.wait()
            action()
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("many_processes")
class TestAtOnce:
    @pytest.mark.parametrize("known", [True, False])
    def test_what_she_gives_while_signing_in_is_not_left_behind(self, make_user, known):
        user, guest, configuration = make_user(), Shopper.objects.create(), Configuration.load()
        if known:
            Shopper.objects.create(user=user)
        colors = ("#110000", "#220000", "#330000", "#440000", "#550000")
        gifts = [partial(take_in, guest, upload(color), configuration) for color in colors]
        receipt = partial(consent.record, guest, configuration)
        at_once(partial(adopt, guest.key, user), receipt, *gifts)
        customer = Shopper.objects.get(user=user)
        assert customer.photos.count() == len(colors)
        assert customer.consents.count() == 1
        assert Photo.objects.count() == len(colors)

    def test_signing_in_twice_and_clicking_is_one_customer(self, make_user, visit):
        user, guest = make_user(), Shopper.objects.create()
        make_tryon(guest)
        at_once(
            partial(adopt, guest.key, user),
            partial(adopt, guest.key, user),
            partial(identity.get_or_create, visit(user)),
            partial(identity.get_or_create, visit(user)),
        )
        assert TryOn.objects.get().shopper == Shopper.objects.get(user=user)
