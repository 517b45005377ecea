"""Who is asking, and what belongs to her."""

import uuid
from threading import Barrier, Thread

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest

from genlook_oscar.models import Photo, Shopper
from genlook_oscar.shopper import identity

pytestmark = pytest.mark.django_db


def again(request):
    """The next request of the same browser."""
    request.session.save()
    return SessionStore(request.session.session_key)


class TestGuests:
    def test_looking_makes_neither_shopper_nor_session(self, visit, django_assert_num_queries):
        request = visit()
        with django_assert_num_queries(0):
            assert identity.current(request) is None
        assert not request.session.modified
        assert not Shopper.objects.exists()
        assert not Session.objects.exists()

    def test_giving_makes_both(self, visit):
        request = visit()
        shopper = identity.get_or_create(request)
        assert request.session.modified
        assert identity.current(visit(session=again(request))) == shopper
        assert shopper.user is None

    def test_she_stays_the_same(self, visit):
        request = visit()
        shopper = identity.get_or_create(request)
        assert identity.get_or_create(request) == shopper
        assert identity.get_or_create(visit(session=again(request))) == shopper
        assert Shopper.objects.count() == 1

    def test_another_browser_is_another_shopper(self, visit):
        first, second = identity.get_or_create(visit()), identity.get_or_create(visit())
        assert first != second
        assert first.key != second.key
        assert first.external_user_id != second.external_user_id

    def test_she_survives_a_new_session_key(self, visit):
        request = visit()
        shopper = identity.get_or_create(request)
        request.session.save()
        request.session.cycle_key()
        assert identity.get_or_create(visit(session=again(request))) == shopper

    def test_after_flushing_nothing_is_hers(self, visit):
        request = visit()
        identity.get_or_create(request)
        request.session.flush()
        assert identity.current(request) is None

    @pytest.mark.parametrize("value", ["", "nonsense", 7, None, ["x"], str(uuid.UUID(int=7))])
    def test_a_key_that_is_nobodys(self, visit, value):
        request = visit()
        request.session[identity.SESSION_KEY] = value
        assert identity.current(request) is None
        shopper = identity.get_or_create(request)
        assert identity.current(request) == shopper

    def test_two_first_requests_of_one_session_are_one_guest(self, visit):
        session = SessionStore()
        session["basket"] = 1
        session.save()
        first = identity.get_or_create(visit(session=SessionStore(session.session_key)))
        second = identity.get_or_create(visit(session=SessionStore(session.session_key)))
        assert first == second
        assert session.session_key not in str(first.key)

    def test_the_key_of_a_row_that_is_no_guests_any_more_is_of_no_use(self, visit, make_user):
        request = visit()
        shopper = identity.get_or_create(request)
        Shopper.objects.filter(pk=shopper.pk).update(user=make_user())
        assert identity.current(request) is None
        assert identity.get_or_create(request) != shopper

    def test_nor_is_that_of_a_row_that_went_into_another(self, visit, make_user):
        session = SessionStore()
        session.save()
        request = visit(session=session)
        shopper = identity.get_or_create(request)
        customer = Shopper.objects.create(user=make_user())
        Shopper.objects.filter(pk=shopper.pk).update(merged_into=customer)
        assert identity.current(request) is None
        assert identity.get_or_create(request) not in (shopper, customer)

    def test_a_request_without_session_or_user(self):
        assert identity.current(HttpRequest()) is None


class TestCustomers:
    def test_looking_makes_no_shopper(self, visit, make_user, django_assert_num_queries):
        request = visit(make_user())
        with django_assert_num_queries(1):
            assert identity.current(request) is None

    def test_giving_makes_one_and_needs_no_session_data(self, visit, make_user):
        user = make_user()
        shopper = identity.get_or_create(visit(user))
        assert shopper.user == user
        assert identity.current(visit(user)) == shopper
        assert identity.get_or_create(visit(user)) == shopper

    def test_no_other_customer_is_she(self, visit, make_user):
        shopper = identity.get_or_create(visit(make_user("ann")))
        assert identity.get_or_create(visit(make_user("bea"))) != shopper

    @pytest.mark.django_db(transaction=True)
    def test_two_first_requests_at_once_are_one_shopper(self, visit):
        user = get_user_model().objects.create_user("ann", "ann@example.com", "secret")
        start, made, problems = Barrier(6), [], []

        def first_request():
            try:
                request = visit(user)
                start.wait()
                made.append(identity.get_or_create(request).pk)
            except Exception as problem:
                problems.append(problem)
            finally:
                connection.close()

        threads = [Thread(target=first_request) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not problems
        assert len(made) == 6
        assert len(set(made)) == 1


class TestFilter:
    def test_one_query_finds_a_row_and_checks_its_owner(
        self, visit, make_user, give, django_assert_num_queries
    ):
        guest, customer = visit(), visit(make_user())
        theirs = {request: give(identity.get_or_create(request)) for request in (guest, customer)}
        for request, photo in theirs.items():
            with django_assert_num_queries(1):
                found = list(Photo.objects.filter(identity.shopper_filter(request)))
            assert found == [photo]

    def test_from_farther_away(self, visit, give):
        from .conftest import make_tryon

        request = visit()
        shopper = identity.get_or_create(request)
        photo = give(shopper)
        make_tryon(shopper, photo=photo)
        rows = Photo.objects.filter(identity.shopper_filter(request, "tryons__shopper"))
        assert list(rows) == [photo]

    def test_a_strangers_is_never_found(self, visit, make_user, give):
        give(identity.get_or_create(visit()))
        give(identity.get_or_create(visit(make_user("ann"))))
        for stranger in (visit(), visit(make_user("bea"))):
            assert not Photo.objects.filter(identity.shopper_filter(stranger)).exists()
        known_guest = visit()
        identity.get_or_create(known_guest)
        assert not Photo.objects.filter(identity.shopper_filter(known_guest)).exists()

    def test_what_could_not_be_moved_at_login_stays_visible(self, visit, make_user, give):
        request = visit()
        photo = give(identity.get_or_create(request))
        request.user = make_user()
        assert Photo.objects.get(identity.shopper_filter(request)) == photo
        assert identity.current(request) == photo.shopper
