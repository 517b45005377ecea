"""The key is changed to another account at Genlook, and back, with everything under way."""

import pytest

from genlook_oscar.engine import erasing, health, photos, products, tryons, wishes
from genlook_oscar.models import Account, Configuration, Erasure, Photo, ProductLink, TryOn
from genlook_oscar.models.mark import mark

pytestmark = pytest.mark.django_db

Status = TryOn.Status
Charge = TryOn.Charge
OLD, NEW = "gk_tests", "gk_live"
COUNT = 20


@pytest.fixture
def under_way(emulator, click, make_product, work):
    """Twenty try-ons that are being made with the old key."""
    emulator.control.settings(generation_seconds=600)
    made = [click(product=make_product(f"Item {number}")) for number in range(COUNT)]
    work()
    for tryon in made:
        tryon.refresh_from_db()
        assert tryon.status == Status.GENERATING
    return made


@pytest.fixture
def work(on_commit):
    """What workers do with what stands in the queue, but for watching."""

    def act():
        from django.utils.module_loading import import_string
        from django_q.models import OrmQ
        from django_q.signing import SignedPackage

        from genlook_oscar import tasks

        while row := OrmQ.objects.order_by("pk").first():
            task = SignedPackage.loads(row.payload)
            row.delete()
            function = import_string(task["func"])
            if function is not tasks.watch:
                with on_commit():
                    function(*task["args"])
        Account.objects.update(watcher_asked_at=None)

    return act


def asked_with(emulator, key):
    """What was asked for of things of the other account, by that key's account."""
    return [row for row in emulator.control.requests() if row["status"] in (403, 404)]


@pytest.mark.parametrize("foreign", ["generations", "everything", "hidden"])
def test_new_clicks_work_at_once_and_the_old_end_truthfully(
    emulator, settings, under_way, click, drain, make_product, pass_time, sweep, foreign
):
    emulator.control.settings(foreign=foreign, generation_seconds=0)
    settings.GENLOOK_API_KEY = NEW
    # A product and a photo that the old account knows, and a product that nobody does.
    again = click(product=under_way[0].product)
    another = click(product=make_product("New"))
    drain(limit=2000)
    for tryon in (again, another):
        tryon.refresh_from_db()
        assert (tryon.status, tryon.charge) == (Status.COMPLETED, Charge.SETTLED)
    assert again.pk != under_way[0].pk
    pass_time(seconds=60)
    sweep()
    drain(limit=2000)
    for tryon in under_way:
        tryon.refresh_from_db()
        assert (tryon.status, tryon.error_code) == (Status.FAILED, "account_changed")
        assert tryon.charge == Charge.UNCERTAIN
        assert not tryon.may_still_come
    assert asked_with(emulator, NEW) == []
    row = Account.load()
    assert (row.circuit_reason, row.alarm_code) == ("", "")
    assert row.mark == mark()
    assert emulator.control.state(NEW)["charged"] == 2


def test_the_former_key_brings_the_pictures(
    emulator, settings, under_way, pass_time, sweep, drain, shopper
):
    settings.GENLOOK_API_KEY = NEW
    pass_time(seconds=60)
    sweep()
    drain(limit=2000)
    assert TryOn.objects.filter(error_code="account_changed").count() == COUNT
    settings.GENLOOK_API_KEY = OLD
    emulator.control.advance(700)
    pass_time(seconds=700)
    sweep()
    drain(limit=2000)
    pictures = TryOn.objects.filter(status=Status.COMPLETED, charge=Charge.SETTLED)
    assert pictures.count() == COUNT
    assert emulator.control.state(OLD)["charged"] == COUNT


def test_what_the_former_key_still_asks_for_is_not_ended(
    emulator, settings, under_way, pass_time, sweep
):
    """Processes are started again one by one: some still have the former key."""
    from genlook_oscar.engine import watching

    for _ in range(12):
        settings.GENLOOK_API_KEY = OLD
        watching.look()
        settings.GENLOOK_API_KEY = NEW
        watching.look()
        pass_time(seconds=5)
    assert TryOn.objects.filter(status=Status.GENERATING).count() == COUNT


def test_no_key_ends_nothing(emulator, settings, under_way, pass_time, sweep):
    settings.GENLOOK_API_KEY = ""
    pass_time(seconds=60)
    sweep()
    assert TryOn.objects.filter(status=Status.GENERATING).count() == COUNT


def test_a_picture_that_is_named_already_needs_no_key(
    emulator, settings, click, work, sweep, drain, pass_time
):
    tryon = click()
    work()
    url = {}
    from genlook_oscar.engine.account import ask
    from genlook_oscar.engine.pacing import Kind

    tryon.refresh_from_db()

    def asked(client):
        url["now"] = client.generation(tryon.generation_id).result_image_url

    ask(Kind.FINISH, asked, about="generation/x")
    TryOn.objects.update(result_url=url["now"])
    settings.GENLOOK_API_KEY = NEW
    pass_time(seconds=60)
    sweep()
    drain(limit=2000)
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED


def test_photos_and_products_are_sent_anew_and_back(emulator, settings, click, drain, photo):
    def tried_on():
        tryon = click()
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        photo.refresh_from_db()
        # So that the next click is another wish.
        TryOn.objects.update(reuse_key="")
        return photo.image_id

    first = tried_on()
    settings.GENLOOK_API_KEY = NEW
    Account.load()
    assert photo.usable_image_id(True) == ""
    assert not ProductLink.objects.get().is_known(ProductLink.objects.get().fingerprint)
    second = tried_on()
    assert second != first
    settings.GENLOOK_API_KEY = OLD
    third = tried_on()
    assert len({first, second, third}) == 3
    assert asked_with(emulator, OLD) == []
    state = emulator.control.state(NEW)
    assert (len(state["images"]), state["charged"]) == (1, 1)


def test_a_photo_is_used_again_with_the_former_key(emulator, settings, photo):
    kept = photos.image_id(photo, Configuration.load())
    settings.GENLOOK_API_KEY = NEW
    assert not Photo.objects.get().usable_image_id(True)
    settings.GENLOOK_API_KEY = OLD
    assert Photo.objects.get().usable_image_id(True) == kept


def test_erasures_wait_for_the_key_of_their_account(
    emulator, settings, photo, shopper, sweep, drain, pass_time
):
    photos.image_id(photo, Configuration.load())
    settings.GENLOOK_API_KEY = NEW
    photo.refresh_from_db()
    photos.image_id(photo, Configuration.load())
    photo.refresh_from_db()
    photos.delete(photo)
    for _ in range(3):
        pass_time(seconds=60)
        sweep()
        drain()
    done, waiting = Erasure.objects.order_by("done_at").exclude(done_at=None), open_erasures()
    assert [row.account for row in done] == [mark()]
    assert waiting.count() == 1
    assert emulator.control.state(NEW)["images"] == []
    assert len(emulator.control.state(OLD)["images"]) == 1
    found = {finding.code: finding for finding in health.health().findings}
    assert "GENLOOK_API_KEY" in str(found["erasures_elsewhere"].advice)
    settings.GENLOOK_API_KEY = OLD
    sweep()
    drain()
    assert not open_erasures().exists()
    assert emulator.control.state(OLD)["images"] == []
    assert "erasures_elsewhere" not in {finding.code for finding in health.health().findings}


def open_erasures():
    return Erasure.objects.filter(done_at=None)


def test_everything_of_a_shopper_is_erased_in_each_account(
    emulator, settings, shopper, click, drain, on_commit
):
    for key in (OLD, NEW):
        settings.GENLOOK_API_KEY = key
        click()
        drain()
        TryOn.objects.update(reuse_key="")
    with on_commit():
        erasing.erase_everything(shopper)
    assert open_erasures().count() == 2
    for key in (OLD, NEW):
        settings.GENLOOK_API_KEY = key
        for erasure in open_erasures():
            Erasure.objects.update(not_before=erasure.requested_at)
            erasing.erase(erasure.pk)
        assert emulator.control.state(key)["images"] == []
    assert not open_erasures().exists()


def test_another_accounts_copy_of_a_product_is_left_alone(
    emulator, settings, configuration, product, sweep, drain, on_commit
):
    from genlook_oscar.catalogue.links import link_for

    link = link_for(product)
    products.send(link)
    settings.GENLOOK_API_KEY = NEW
    link.refresh_from_db()
    product.delete()
    for _ in range(3):
        sweep()
        drain()
    wishes.wish(ProductLink.objects.all(), ProductLink.Wanted.FORGET)
    with on_commit():
        wishes.start()
    drain()
    assert "DELETE /products/{externalId}" not in emulator.control.state()["requests"]
    settings.GENLOOK_API_KEY = OLD
    sweep()
    drain()
    assert emulator.control.state(OLD)["products"] == []


def test_what_closed_the_way_for_one_account_does_not_for_another(
    emulator, settings, click, drain, make_product
):
    emulator.control.settings(credits=0)
    click()
    drain()
    with pytest.raises(tryons.Refused):
        click(product=make_product("Another"))
    emulator.control.settings(credits=10)
    settings.GENLOOK_API_KEY = NEW
    tryon = click(product=make_product("A third"))
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert Account.load().credits is None


def test_a_mark_tells_nothing_of_the_key(settings):
    settings.GENLOOK_API_KEY = "gk_secret_key"
    first = mark()
    assert len(first) == 16
    assert "secret" not in first
    settings.GENLOOK_BASE_URL = "http://elsewhere.example/tryon/v1"
    assert mark() != first
    settings.GENLOOK_API_KEY = ""
    assert mark() == ""
