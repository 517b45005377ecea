"""Every way in which Genlook can fail us, and what becomes of the try-on and the credit."""

from datetime import timedelta

import pytest

from genlook_oscar import clock
from genlook_oscar.catalogue import noticing, readiness
from genlook_oscar.catalogue.eligibility import verdict
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.engine import messages, products, repair, results, submitting, tryons, watching
from genlook_oscar.models import Account, Photo, ProductLink, TryOn
from genlook_oscar.models.tryon import TryOnQuerySet

pytestmark = pytest.mark.django_db

Status = TryOn.Status
Charge = TryOn.Charge

REFUSED = [
    (400, "VALIDATION_FAILED", "rejected"),
    (400, "EXTERNAL_ID_REQUIRED", "product_refused"),
    (400, "PRODUCT_IMAGES_REQUIRED", "product_refused"),
    (400, "CUSTOMER_IMAGE_REQUIRED", "photo_refused"),
    (400, "MULTIPART_FILE_NOT_FOUND", "product_refused"),
    (400, "INVALID_IMAGE_INPUT", "product_refused"),
    (400, "INVALID_IMAGE", "product_refused"),
    (400, "CUSTOMER_IMAGE_FETCH_FAILED", "photo_refused"),
    (400, "SOMETHING_NEW", "rejected"),
    (413, "", "rejected"),
    (401, "MISSING_API_KEY", "not_configured"),
    (401, "INVALID_API_KEY", "not_configured"),
    (402, "INSUFFICIENT_CREDITS", "no_credits"),
    (403, "FORBIDDEN", "product_refused"),
    (404, "SOMETHING_NOT_FOUND", "not_configured"),
]


@pytest.mark.parametrize(("status", "code", "ours"), REFUSED)
def test_each_refusal_ends_the_tryon_with_words(emulator, click, drain, status, code, ours):
    emulator.control.fault(
        "error", method="POST", path="/try-on", status=status, code=code, times=None
    )
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.FAILED
    assert tryon.error_code == ours
    assert code in tryon.error_detail
    assert str(status) in tryon.error_detail
    assert tryon.charge == Charge.NONE
    assert messages.shopper_message(ours)
    assert messages.explanation(ours)
    assert emulator.control.state()["charged"] == 0


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "INVALID_API_KEY"), (403, "FORBIDDEN")],
)
def test_what_only_the_merchant_can_mend_raises_an_alarm(emulator, click, drain, status, code):
    emulator.control.fault("error", method="POST", path="/try-on", status=status, code=code)
    click()
    drain()
    account = Account.load()
    assert account.alarm_code == code
    assert account.alarm_at
    again = click()
    drain()
    again.refresh_from_db()
    assert again.status == Status.COMPLETED
    assert Account.load().alarm_code == ""


def test_no_key_sends_nothing(emulator, settings, click, drain):
    tryon = click()
    settings.GENLOOK_API_KEY = ""
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "not_configured"
    assert Account.load().alarm_code == "MISSING_API_KEY"
    assert not emulator.control.state()["requests"]


def test_a_refused_upload_says_so(emulator, click, drain):
    emulator.control.fault(
        "error", method="POST", path="/images/upload", status=400, code="INVALID_IMAGE"
    )
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "photo_refused"
    assert Photo.objects.get().error_code == "INVALID_IMAGE"


def refusal(path, code, *fields, status=400, times=None, after=0):
    details = [{"path": field, "message": "No."} for field in fields]
    options = {"status": status, "code": code, "times": times, "after": after}
    return {"kind": "error", "method": "POST", "path": path, "details": details, **options}


BLAMED = [
    (refusal("/images/upload", "INVALID_IMAGE"), "photo_refused"),
    (refusal("/images/upload", "VALIDATION_FAILED"), "photo_refused"),
    (refusal("/images/upload", "VALIDATION_FAILED", "file"), "photo_refused"),
    (refusal("/images/upload", "VALIDATION_FAILED", "keepForDays"), "rejected"),
    (refusal("/images/upload", "", status=413), "photo_refused"),
    (refusal("/images/upload", "RESOLUTION_TOO_LOW", status=422), "photo_refused"),
    (refusal("/try-on", "INVALID_IMAGE"), "product_refused"),
    (refusal("/try-on", "INVALID_IMAGE", "products.0.images.0.source"), "product_refused"),
    (refusal("/try-on", "INVALID_IMAGE", "person.image.source"), "photo_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "products.0.title"), "product_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "product.images.0.url"), "product_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "products[0].images"), "product_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "person.image.source.id"), "photo_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "customer.id"), "photo_refused"),
    (refusal("/try-on", "VALIDATION_FAILED", "output.keepForDays"), "rejected"),
    (refusal("/try-on", "VALIDATION_FAILED", "externalUserId"), "rejected"),
    (refusal("/try-on", "VALIDATION_FAILED"), "rejected"),
    (refusal("/try-on", "", status=413), "rejected"),
]


@pytest.mark.parametrize(("fault", "ours"), BLAMED, ids=str)
def test_who_is_at_fault_is_told_by_the_call_and_by_the_field(emulator, click, drain, fault, ours):
    emulator.control.fault(**fault)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert (tryon.error_code, tryon.charge) == (ours, Charge.NONE)
    ready = ProductLink.objects.get().ready_code
    assert (ready == "refused") is (ours == "product_refused")


class TestRefusedProduct:
    """Genlook refuses what a product is: readiness learns it, and forgets it in time."""

    def refused(self, emulator, click, drain):
        emulator.control.fault(**refusal("/try-on", "INVALID_IMAGE", "products.0.images.0"))
        tryon = click()
        drain()
        emulator.control.clear_faults()
        tryon.refresh_from_db()
        return ProductLink.objects.get()

    def test_a_photo_that_is_not_at_fault_is_not_sent_again(
        self, emulator, click, drain, product, on_commit
    ):
        click()
        drain()
        product.title = "Another cut"
        with on_commit():
            product.save()
        self.refused(emulator, click, drain)
        requests = emulator.control.state()["requests"]
        assert (requests["POST /images/upload"], requests["POST /try-on"]) == (1, 2)

    def test_it_has_no_button_and_the_merchant_reads_why(self, emulator, click, drain, product):
        link = self.refused(emulator, click, drain)
        assert (link.ready_code, link.error_code) == ("refused", "INVALID_IMAGE")
        assert verdict(product).reason == "not_ready"
        with pytest.raises(tryons.Refused, match="not_for_this_product"):
            click()

    def test_it_ends_by_itself_after_a_day(self, emulator, click, drain, product, pass_time, sweep):
        self.refused(emulator, click, drain)
        pass_time(hours=23)
        sweep()
        drain()
        assert verdict(product).reason == "not_ready"
        pass_time(hours=2)
        sweep()
        drain()
        assert verdict(product).shown

    def test_a_changed_product_is_tried_again(self, emulator, click, drain, product, on_commit):
        self.refused(emulator, click, drain)
        product.title = "Another cut"
        with on_commit():
            product.save()
        tryon = click()
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        link = ProductLink.objects.get()
        assert (link.ready_code, link.error_code) == ("", "")

    def test_looked_at_anew_it_is_tried_again(self, emulator, click, drain, configuration):
        link = self.refused(emulator, click, drain)
        noticing.note_links(ProductLink.objects.all())
        link.refresh_from_db()
        assert readiness.look(link, configuration).code == "no_description"

    def test_a_registration_that_is_refused_says_so_before_any_click(self, emulator, product, db):
        emulator.control.fault(**refusal("/products", "INVALID_IMAGE"))
        link = link_for(product)
        assert products.send(link) is products.Sending.REFUSED
        assert ProductLink.objects.get().ready_code == "refused"

    def test_pictures_that_were_not_reached_once_close_nothing(self, emulator, click, drain):
        emulator.control.fault("fail", error_code="PRODUCT_IMAGE_FETCH_FAILED")
        tryon = click()
        drain()
        tryon.refresh_from_db()
        assert (tryon.error_code, tryon.charge) == ("product_refused", Charge.RELEASED)
        link = ProductLink.objects.get()
        assert (link.ready_code, link.error_code) == ("", "PRODUCT_IMAGE_FETCH_FAILED")

    def test_a_photo_that_has_made_a_picture_is_not_blamed(
        self, emulator, click, drain, make_product
    ):
        click()
        drain()
        emulator.control.fault("fail", error_code="INVALID_IMAGE")
        hat = click(product=make_product("Felt hat", "#335533"))
        drain()
        hat.refresh_from_db()
        assert hat.error_code == "product_refused"
        assert hat.link.ready_code == "refused"


RATE = {"kind": "error", "status": 429, "code": "RATE_LIMITED"}
CERTAINLY_NOT = [
    (path, fault)
    for path in ("/images/upload", "/try-on", "/generations/", "/results/")
    for fault in (RATE, RATE | {"retry_after": 2}, {"kind": "refuse"})
    # A connection closed without an answer is uncertain for what costs a credit.
    if (path, fault["kind"]) != ("/try-on", "refuse")
]


@pytest.mark.parametrize(("path", "fault"), CERTAINLY_NOT)
def test_what_certainly_did_not_happen_is_repeated(emulator, click, drain, path, fault):
    emulator.control.fault(path=path, times=2, **fault)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED, tryon.error_detail
    assert emulator.control.state()["charged"] == 1


@pytest.mark.parametrize("path", ["/images/upload", "/generations/", "/results/"])
@pytest.mark.parametrize("kind", ["lost_answer", "cut", "garbage", "empty"])
def test_what_costs_nothing_is_repeated_when_its_answer_is_lost(emulator, click, drain, path, kind):
    emulator.control.fault(kind, path=path, times=2)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED, tryon.error_detail
    assert emulator.control.state()["charged"] == 1


@pytest.mark.parametrize("kind", ["lost_answer", "cut", "garbage", "empty"])
def test_a_lost_answer_to_what_costs_a_credit_is_never_repeated(emulator, click, drain, kind):
    emulator.control.fault(kind, method="POST", path="/try-on", times=1)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "uncertain")
    assert tryon.charge == Charge.UNCERTAIN
    assert emulator.control.state()["requests"]["POST /try-on"] == 1
    again = click()
    assert again.pk != tryon.pk
    drain()
    again.refresh_from_db()
    assert again.status == Status.COMPLETED


def test_a_fault_of_genlooks_after_the_body_was_sent_is_uncertain(emulator, click, drain):
    emulator.control.fault("error", method="POST", path="/try-on", status=502, code="")
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "uncertain"
    assert emulator.control.state()["requests"]["POST /try-on"] == 1


def test_no_connection_is_tried_until_the_deadline(emulator, settings, click, drain):
    settings.GENLOOK_BASE_URL = "http://127.0.0.1:9/tryon/v1"
    tryon = click()
    drain(limit=2000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "unavailable")
    assert tryon.attempts > 3
    assert tryon.charge == Charge.NONE


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("PRODUCT_IMAGE_FETCH_FAILED", "product_refused"),
        ("INVALID_IMAGE", "photo_refused"),
        ("SOMETHING_NEW", "generation_failed"),
        (None, "generation_failed"),
    ],
)
def test_a_failed_generation_costs_nothing(emulator, click, drain, typed, ours):
    fault = {"error_code": typed} if typed else {}
    emulator.control.fault("fail", error_message="The person could not be found.", **fault)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, ours)
    assert tryon.charge == Charge.RELEASED
    assert "The person could not be found." in tryon.error_detail
    assert emulator.control.state()["charged"] == 0


def test_a_late_picture_is_delivered(emulator, click, drain, pass_time, sweep):
    emulator.control.settings(generation_seconds=3600)
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "too_slow")
    assert tryon.charge == Charge.RESERVED
    emulator.control.advance(3601)
    pass_time(seconds=3601)
    sweep()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert tryon.result
    assert tryon.charge == Charge.SETTLED


def test_a_picture_that_never_comes_is_booked_as_uncertain(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault("stall", times=None)
    tryon = click()
    drain(limit=1000)
    pass_time(hours=25)
    sweep()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "too_slow")
    assert tryon.charge == Charge.UNCERTAIN


def test_an_expired_result_url_is_asked_for_anew(emulator, click, drain, on_commit):
    tryon = click()
    emulator.control.fault("error", path="/results/", status=403, code="EXPIRED", times=1)
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED
    assert emulator.control.state()["requests"]["GET /generations/{id}"] >= 2


def test_a_result_that_is_no_picture_is_not_shown(emulator, click, drain):
    emulator.control.fault("garbage", path="/results/", times=None)
    tryon = click()
    drain(limit=2000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "result_lost")
    assert tryon.charge == Charge.SETTLED
    assert tryon.late_until


def test_a_picture_that_cannot_be_read_is_not_downloaded_for_ever(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault("garbage", path="/results/", times=None)
    tryon = click()
    drain(limit=2000)
    for _ in range(20):
        pass_time(minutes=6)
        sweep()
        drain()
    tryon.refresh_from_db()
    downloads = emulator.control.state()["requests"]["GET /results/{id}"]
    assert downloads == tryon.fetches == results.MAX_UNREADABLE
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "result_lost")
    assert (tryon.charge, tryon.may_still_come) == (Charge.SETTLED, False)
    told = messages.told(tryon)
    assert "cannot be shown" in told
    assert "counts as one try-on" in told
    assert "not a readable picture" in tryon.error_detail


def test_a_picture_that_cannot_be_fetched_by_the_deadline_is_told_as_paid(
    emulator, click, drain, pass_time, sweep, until
):
    emulator.control.fault("error", path="/results/", status=503, times=None)
    tryon = click()
    until(tryon, lambda row: row.fetches)
    TryOn.objects.filter(pk=tryon.pk).update(deadline_at=clock.now())
    drain(limit=2000)
    tryon.refresh_from_db()
    assert tryon.fetches < results.MAX_FETCHES
    assert (tryon.error_code, tryon.charge) == ("result_lost", Charge.SETTLED)
    assert "has been made" in messages.told(tryon)
    emulator.control.clear_faults()
    pass_time(minutes=6)
    sweep()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.7/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:6379/",
        "http://localhost:6379/",
    ],
)
@pytest.mark.parametrize("kind", ["change", "redirect"])
def test_a_result_in_a_private_network_is_not_fetched(emulator, click, drain, until, kind, address):
    if kind == "change":
        fields = {"resultImageUrl": address}
        emulator.control.fault(kind, path="/generations/", fields=fields, times=1)
    else:
        emulator.control.fault(kind, path="/results/", location=address, times=1)
    tryon = click()
    until(tryon, lambda row: row.fetches)
    assert "RESULT_URL_REFUSED" in tryon.error_detail
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED, tryon.error_detail


@pytest.fixture
def until(pass_time, on_commit):
    """Have the try-on sent, and the watcher look until something is so of its row."""

    def act(tryon, holds):
        with on_commit():
            submitting.submit(str(tryon.pk))
        for _ in range(100):
            tryon.refresh_from_db()
            if holds(tryon):
                return
            with on_commit():
                pause = watching.look()
            pass_time(seconds=(pause or 0) + 0.001)
        raise AssertionError("that never came")

    return act


NOT_FOUND = {"kind": "error", "status": 404, "code": "GENERATION_NOT_FOUND"}


@pytest.mark.parametrize(
    "fault",
    [
        NOT_FOUND,
        {"kind": "page", "status": 404},
        {"kind": "page", "status": 403},
        {"kind": "page", "status": 401},
        {"kind": "redirect", "location": "/login"},
        {"kind": "error", "status": 403, "code": "FORBIDDEN"},
        {"kind": "change", "fields": {"status": None}},
        {"kind": "change", "fields": {"resultImageUrl": None}},
        {"kind": "change", "fields": {"status": "SOMETHING_NEW", "resultImageUrl": None}},
    ],
    ids=str,
)
@pytest.mark.parametrize("times", [1, 4])
def test_no_odd_answer_ends_a_generation_that_is_paid(emulator, click, drain, fault, times):
    emulator.control.fault(path="/generations/", times=times, **fault)
    tryon = click()
    drain()
    tryon.refresh_from_db()
    assert tryon.status == Status.COMPLETED, tryon.error_detail
    assert (tryon.charge, tryon.error_code, tryon.error_detail) == (Charge.SETTLED, "", "")
    assert emulator.control.state()["charged"] == 1


def test_a_generation_found_again_after_the_deadline_is_delivered(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault(path="/generations/", times=None, **NOT_FOUND)
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "too_slow")
    assert tryon.charge == Charge.RESERVED
    assert "GENERATION_NOT_FOUND" in tryon.error_detail
    emulator.control.clear_faults()
    pass_time(seconds=61)
    sweep()
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.charge) == (Status.COMPLETED, Charge.SETTLED)


def test_a_generation_that_genlook_forgot_is_booked_as_uncertain_after_a_day(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault(path="/generations/", times=None, **NOT_FOUND)
    tryon = click()
    drain(limit=1000)
    pass_time(hours=25)
    sweep()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.charge) == (Status.FAILED, Charge.UNCERTAIN)
    assert "cannot tell" in messages.told(tryon)


def test_a_finished_picture_that_genlook_does_not_name_is_paid_and_followed(
    emulator, click, drain, pass_time, sweep
):
    emulator.control.fault(
        "change", path="/generations/", fields={"resultImageUrl": None}, times=None
    )
    tryon = click()
    drain(limit=1000)
    tryon.refresh_from_db()
    assert (tryon.status, tryon.error_code) == (Status.FAILED, "result_lost")
    assert tryon.charge == Charge.SETTLED
    emulator.control.clear_faults()
    pass_time(seconds=61)
    sweep()
    drain()
    tryon.refresh_from_db()
    assert (tryon.status, tryon.charge) == (Status.COMPLETED, Charge.SETTLED)


class TestLateAndClickedAgain:
    """The bill does not grow with the shopper's patience."""

    def late(self, emulator, click, drain):
        emulator.control.settings(generation_seconds=3600)
        tryon = click()
        drain(limit=1000)
        tryon.refresh_from_db()
        assert tryon.may_still_come
        return tryon

    def test_each_click_leads_to_the_one_that_is_followed(self, emulator, click, drain):
        tryon = self.late(emulator, click, drain)
        again = [click() for _ in range(4)]
        drain(limit=1000)
        assert {row.pk for row in again} == {tryon.pk}
        assert emulator.control.state()["requests"]["POST /try-on"] == 1

    def test_it_says_so(self, emulator, click, drain):
        tryon = self.late(emulator, click, drain)
        assert not messages.worth_repeating(tryon)
        assert "you will find it here" in messages.told(tryon)
        assert "only if the picture arrives" in messages.told(tryon)

    def test_another_photo_is_another_wish(self, emulator, click, drain, make_photo):
        tryon = self.late(emulator, click, drain)
        assert click(photo=make_photo("#117711")).pk != tryon.pk

    def test_what_is_given_up_may_be_asked_for_anew(
        self, emulator, click, drain, pass_time, sweep, make_photo
    ):
        tryon = self.late(emulator, click, drain)
        pass_time(hours=25)
        sweep()
        tryon.refresh_from_db()
        assert messages.worth_repeating(tryon)
        assert "you will find it here" not in messages.told(tryon)

    def test_what_she_has_deleted_is_not_come_back_to(self, emulator, click, drain, on_commit):
        from genlook_oscar.engine.tryons import cancel_or_delete

        tryon = self.late(emulator, click, drain)
        with on_commit():
            cancel_or_delete(tryon)
        assert click().pk != tryon.pk


def test_a_deleted_photo_ends_what_waits(emulator, click, drain, photo, on_commit):
    from genlook_oscar.engine import photos

    tryon = click()
    with on_commit():
        photos.delete(photo)
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "photo_gone"


def test_a_deleted_product_ends_what_waits(emulator, click, drain, product):
    tryon = click()
    product.delete()
    drain()
    tryon.refresh_from_db()
    assert tryon.error_code == "product_gone"
    assert tryon.product_title


class TestCrashes:
    """What a process that died leaves, put right by the sweep."""

    def take(self, tryon, **values):
        assert TryOn.objects.claim(tryon.pk, 10)
        TryOn.objects.filter(pk=tryon.pk).update(**values)

    def test_before_sending_it_is_queued_again(self, emulator, click, drain, pass_time, sweep):
        tryon = click()
        self.take(tryon)
        pass_time(seconds=11)
        repair.repair_leases()
        tryon.refresh_from_db()
        assert tryon.status == Status.QUEUED
        sweep()
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        assert tryon.attempts == 2

    def test_after_sending_it_is_uncertain(self, emulator, click, drain, pass_time):
        tryon = click()
        self.take(tryon, sent_at=clock.now())
        pass_time(seconds=11)
        repair.repair_leases()
        tryon.refresh_from_db()
        assert (tryon.error_code, tryon.charge) == ("uncertain", Charge.UNCERTAIN)

    def test_what_is_sent_in_that_very_moment_is_not_sent_again(
        self, emulator, click, pass_time, monkeypatch
    ):
        """The process was only slow: it sends between the look at its row and the repair."""
        tryon = click()
        self.take(tryon)
        pass_time(seconds=11)
        move = TryOnQuerySet.move

        def overtaken(rows, pk, *args, **values):
            TryOn.objects.filter(pk=pk).update(sent_at=clock.now())
            return move(rows, pk, *args, **values)

        monkeypatch.setattr(TryOnQuerySet, "move", overtaken)
        repair.repair_leases()
        tryon.refresh_from_db()
        assert tryon.status == Status.SUBMITTING

    def test_what_she_deleted_before_it_was_sent_is_not_sent(self, emulator, click, drain):
        tryon = click()
        TryOn.objects.filter(pk=tryon.pk).update(hidden_at=clock.now())
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.CANCELLED
        assert "POST /try-on" not in emulator.control.state()["requests"]

    def test_a_living_claim_is_left_alone(self, emulator, click):
        tryon = click()
        self.take(tryon)
        repair.repair_leases()
        tryon.refresh_from_db()
        assert tryon.status == Status.SUBMITTING

    def test_what_kills_each_worker_ends(self, emulator, click, pass_time):
        tryon = click()
        for _ in range(repair.MAX_ATTEMPTS):
            self.take(tryon)
            pass_time(seconds=11)
            repair.repair_leases()
        tryon.refresh_from_db()
        assert (tryon.status, tryon.error_code) == (Status.FAILED, "internal")

    def test_a_lost_task_is_handed_over_again(self, emulator, click, drain, pass_time, sweep):
        from django_q.models import OrmQ

        tryon = click()
        OrmQ.objects.all().delete()
        pass_time(seconds=11)
        sweep()
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED

    def test_a_task_run_twice_does_no_harm(self, emulator, click, drain, on_commit):
        from genlook_oscar import tasks

        tryon = click()
        with on_commit():
            for _ in range(2):
                tasks.submit(str(tryon.pk))
        drain()
        for task in (tasks.submit, tasks.fetch):
            task(str(tryon.pk))
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        assert emulator.control.state()["requests"]["POST /try-on"] == 1

    def test_an_answer_after_being_given_up_is_followed(
        self, emulator, click, drain, pass_time, on_commit, monkeypatch
    ):
        """The worker was so slow that the sweep booked it as uncertain; then it came back."""
        from genlook_oscar.engine import submitting

        tryon = click()
        real = submitting._post

        def slow(*args):
            generation = real(*args)
            pass_time(seconds=submitting.lease_seconds() + 1)
            repair.repair_leases()
            return generation

        monkeypatch.setattr(submitting, "_post", slow)
        with on_commit():
            submitting.submit(str(tryon.pk))
        tryon.refresh_from_db()
        assert tryon.error_code == "uncertain"
        assert tryon.generation_id
        drain()
        tryon.refresh_from_db()
        assert tryon.status == Status.COMPLETED
        assert tryon.charge == Charge.SETTLED
        assert timedelta(0) < tryon.finished_at - tryon.created_at


def test_no_secret_and_no_picture_in_a_log(emulator, settings, click, drain, caplog, photo):
    caplog.set_level(0)
    settings.GENLOOK_API_KEY = "gk_secret_of_the_shop"
    emulator.control.fault("error", method="POST", path="/try-on", status=401, code="")
    emulator.control.fault("cut", path="/generations/", times=2)
    for _ in range(2):
        click()
        drain()
    assert caplog.records
    assert "gk_secret" not in caplog.text
    assert "signature" not in caplog.text.lower()
