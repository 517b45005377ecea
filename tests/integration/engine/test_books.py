"""The books beside Genlook's balance: exact, and honest about what they cannot know."""

import pytest

from genlook_oscar.api import Client, InlineProduct, PersonById, ProductReference, TryOnRequest
from genlook_oscar.engine import account, books, repair, submitting, timing
from genlook_oscar.engine.books import Ledger
from genlook_oscar.models import Account, TryOn
from tests.conftest import picture

pytestmark = pytest.mark.django_db

Charge = TryOn.Charge


@pytest.fixture
def read(emulator, pass_time):
    """Read the balance as the sweep does, when what was decided lies long enough behind."""

    def act(seconds=60):
        pass_time(seconds=seconds)
        account.check()
        row = Account.load()
        assert row.books_balance == row.credits == emulator.control.state()["credits"]
        return row

    return act


@pytest.fixture
def begun(read, configuration):
    """A line of the books, begun with nothing under way."""
    row = read()
    assert (row.drift, row.books_open, row.books_slack) == (0, 0, 0)
    return row


@pytest.fixture
def tryons(click, drain, make_product):
    """Have some try-ons made, from click to picture."""

    def act(count, name="Item"):
        for number in range(count):
            click(product=make_product(f"{name} {number}"))
        drain()

    return act


def someone_else(emulator, settings, count):
    """Another program with the same key makes try-ons."""
    from genlook_oscar.api import ImageFile, ProductImage

    with Client(settings.GENLOOK_API_KEY, emulator.base_url) as client:
        file = ImageFile(content=picture("#334455"), filename="a.jpg", content_type="image/jpeg")
        image_id = client.upload_image(file).image_id
        product = InlineProduct(
            external_id="theirs", title="Hat", description="", images=[ProductImage(file)]
        )
        for _ in range(count):
            generation = client.create_try_on(
                TryOnRequest(product=product, person=PersonById(image_id=image_id))
            )
            assert client.generation(generation.generation_id).result_image_url
            product = ProductReference(external_id="theirs")


def test_the_books_are_exact(emulator, begun, tryons, read):
    tryons(5)
    row = read()
    assert begun.books_balance - row.books_balance == 5
    assert (row.drift, row.books_slack + row.books_open) == (0, 0)
    assert row.books_since == begun.books_since
    assert books.ledger() == Ledger(reserved=0, settled=5, released=0, uncertain=0)
    tryons(3, "Another")
    assert read().drift == 0
    assert books.ledger(since=row.books_at).settled == 3


def test_a_failed_generation_is_released_and_no_drift(emulator, begun, tryons, read):
    emulator.control.fault("fail", error_message="No person was found.")
    tryons(2)
    assert read().drift == 0
    assert books.ledger() == Ledger(reserved=0, settled=1, released=1, uncertain=0)


@pytest.mark.parametrize(
    ("fault", "drift"),
    [({"kind": "lost_answer"}, 1), ({"kind": "error", "status": 502, "code": ""}, 0)],
)
def test_an_uncertain_one_explains_the_drift_it_may_have_made(
    emulator, begun, tryons, read, fault, drift
):
    emulator.control.fault(method="POST", path="/try-on", times=1, **fault)
    tryons(3)
    row = read()
    assert books.ledger() == Ledger(reserved=0, settled=2, released=0, uncertain=1)
    assert row.drift == drift
    assert books.unexplained(row) == 0


def test_another_user_of_the_account_is_drift(emulator, settings, begun, tryons, read):
    tryons(2)
    someone_else(emulator, settings, 3)
    row = read()
    assert row.drift == 3
    assert books.unexplained(row) == 3
    tryons(1, "Later")
    assert read().drift == 3


def test_uncertain_ones_explain_no_more_than_themselves(emulator, settings, begun, tryons, read):
    emulator.control.fault("lost_answer", method="POST", path="/try-on", times=1)
    tryons(1)
    someone_else(emulator, settings, 2)
    row = read()
    assert row.drift == 3
    assert books.unexplained(row) == 2


def test_an_old_uncertain_one_explains_no_new_drift(emulator, settings, tryons, read):
    emulator.control.fault("lost_answer", method="POST", path="/try-on", times=1)
    tryons(1)
    read()
    someone_else(emulator, settings, 1)
    assert books.unexplained(read()) == 1


def test_a_top_up_begins_a_new_line(emulator, settings, begun, tryons, read):
    someone_else(emulator, settings, 2)
    assert read().drift == 2
    emulator.control.settings(credits=5000)
    tryons(2)
    row = read()
    assert row.drift == 0
    assert row.books_since > begun.books_since
    tryons(1, "Later")
    assert read().drift == 0


def test_a_top_up_smaller_than_what_was_used_is_seen(emulator, begun, tryons, read):
    tryons(4)
    emulator.control.settings(credits=begun.books_balance - 1)
    row = read()
    assert row.drift == 0
    assert row.books_since > begun.books_since


def test_a_picture_under_way_is_no_drift(emulator, begun, click, drain, on_commit, read):
    tryon = click()
    with on_commit():
        submitting.submit(str(tryon.pk))
    someone = TryOn.objects.get(pk=tryon.pk)
    assert someone.charge == Charge.RESERVED
    emulator.control.advance(60)
    row = read()
    # Made and charged there, not yet seen here.
    assert (row.drift, row.books_open) == (1, 1)
    assert books.unexplained(row) == 0
    drain()
    row = read()
    assert (row.drift, row.books_open) == (0, 0)


def test_what_ended_just_now_is_waited_for(emulator, settings, begun, tryons, read):
    someone_else(emulator, settings, 1)
    tryons(1)
    row = read(seconds=1)
    assert (row.drift, row.books_open) == (1, 1)
    assert books.unexplained(row) == 0
    assert books.unexplained(read()) == 1


def test_a_line_that_begins_in_the_middle_comes_right(
    emulator, settings, click, drain, on_commit, tryons, read
):
    tryon = click()
    with on_commit():
        submitting.submit(str(tryon.pk))
    emulator.control.advance(60)
    row = read()
    assert (row.drift, row.books_slack) == (0, 1)
    drain()
    row = read()
    # Charged before the line began and settled after: the line would be one short for ever.
    assert (row.drift, row.books_slack) == (0, 0)
    tryons(2)
    someone_else(emulator, settings, 1)
    assert read().drift == 1


def test_deleted_rows_were_paid_all_the_same(emulator, begun, tryons, read, shopper, on_commit):
    tryons(3)
    with on_commit():
        TryOn.objects.first().delete()
    assert read().drift == 0
    with on_commit():
        shopper.delete()
    assert not TryOn.objects.exists()
    assert read().drift == 0


def test_a_row_deleted_while_its_picture_is_made_is_counted(
    emulator, begun, click, on_commit, read
):
    tryon = click()
    with on_commit():
        submitting.submit(str(tryon.pk))
    with on_commit():
        TryOn.objects.all().delete()
    emulator.control.advance(60)
    assert read().drift == 0


def test_another_account_begins_a_new_line(emulator, settings, begun, tryons, read):
    tryons(1)
    settings.GENLOOK_API_KEY = "gk_another_shop"
    account.check()
    row = Account.load()
    assert row.drift == 0
    assert row.books_since > begun.books_since
    assert "gk_another" not in row.books_key


def test_what_is_followed_no_longer_is_uncertain(
    emulator, begun, click, drain, pass_time, sweep, read
):
    emulator.control.settings(generation_seconds=10**9)
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert (tryon.error_code, tryon.charge) == ("too_slow", Charge.RESERVED)
    pass_time(hours=1)
    sweep()
    assert books.ledger().reserved == 1
    pass_time(seconds=timing.LATE.total_seconds())
    repair.end_overdue()
    sweep()
    assert books.ledger() == Ledger(reserved=0, settled=0, released=0, uncertain=1)
    assert books.uncertain(None) == (1, 1)


def test_counting_looks_at_no_row_more_than_it_must(begun, tryons, django_assert_num_queries):
    tryons(1)
    with django_assert_num_queries(4):
        books.reconcile(999)
