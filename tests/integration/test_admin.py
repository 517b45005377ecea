"""The merchant's side, as a browser without script would use it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse
from django_q.models import OrmQ

from genlook_oscar import clock
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.models import (
    Account,
    Configuration,
    Consent,
    Erasure,
    Photo,
    ProductLink,
    Shopper,
    TryOn,
)
from tests.conftest import picture

pytestmark = pytest.mark.django_db

CONFIGURATION = "/admin/genlook_oscar/configuration/1/change/"
SECRET = "gk_very_secret_key"


def words(response: Any) -> str:
    """What a person reads on a page."""
    assert response.status_code == 200, response.status_code
    page = BeautifulSoup(response.content, "html.parser")
    for unseen in page(["script", "style"]):
        unseen.decompose()
    return " ".join(page.get_text(" ").split())


def user_with(name: str, *permissions: str, **values: Any) -> Any:
    user = get_user_model().objects.create_user(name, f"{name}@example.com", "pass", **values)
    for codename in permissions:
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label="genlook_oscar", codename=codename)
        )
    return user


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def boss() -> Client:
    return signed_in(user_with("boss", is_staff=True, is_superuser=True))


@pytest.fixture
def staff() -> Callable[..., Client]:
    """A staff member with these permissions of ours, signed in."""
    return lambda *permissions: signed_in(user_with("clerk", *permissions, is_staff=True))


@pytest.fixture
def customer() -> Any:
    return user_with("ada")


@pytest.fixture
def make_tryon(db: None) -> Callable[..., Any]:
    """Make a completed try-on with a picture."""

    def make(shopper: Any = None, **values: Any) -> Any:
        now = clock.now()
        defaults = {
            "shopper": shopper or Shopper.objects.create(),
            "product_title": "Linen shirt",
            "status": TryOn.Status.COMPLETED,
            "charge": TryOn.Charge.SETTLED,
            "created_at": now - timedelta(seconds=12.5),
            "finished_at": now,
            "deadline_at": now + timedelta(minutes=5),
            "expires_at": now + timedelta(days=7),
            "generation_id": f"cm8{uuid.uuid4().hex}",
            "result_url": "https://storage.example/signed?token=abc",
        }
        tryon = TryOn(**(defaults | values))
        if tryon.status == TryOn.Status.COMPLETED:
            tryon.result.save("x.jpg", ContentFile(picture()), save=False)
        tryon.save()
        return tryon

    return make


@pytest.fixture
def tryon(make_tryon: Callable[..., Any], customer: Any) -> Any:
    return make_tryon(Shopper.objects.create(user=customer))


def make_photo_of(shopper: Any, **values: Any) -> Any:
    now = clock.now()
    photo = Photo(
        shopper=shopper, width=600, height=750, expires_at=now + timedelta(days=7), **values
    )
    photo.file.save("x.jpg", ContentFile(picture()))
    return photo


class TestConfiguration:
    def form(self, **values: Any) -> dict[str, Any]:
        """What a browser sends of the form as it stands before the first change."""
        fields = model_to_dict(Configuration()).items()
        untouched = {
            name: value for name, value in fields if value is not None and value is not False
        }
        return untouched | {"enabled": "on", "keep_for_days": "0"} | values

    def test_the_list_leads_to_the_one_form(self, boss: Client) -> None:
        response = boss.get("/admin/genlook_oscar/configuration/")
        assert response["Location"] == CONFIGURATION
        assert "virtual try-on is on" in words(boss.get(CONFIGURATION)).lower()

    def test_looking_writes_nothing(self, boss: Client) -> None:
        boss.get(CONFIGURATION)
        assert not Configuration.objects.exists()
        assert not Account.objects.exists()

    def test_it_is_saved_and_the_change_is_recorded(self, boss: Client) -> None:
        response = boss.post(CONFIGURATION, self.form(audience="customers", keep_for_days="3"))
        assert response["Location"] == CONFIGURATION
        row = Configuration.objects.get()
        assert (row.enabled, row.audience, row.retention_days) == (True, "customers", 3)

        boss.post(CONFIGURATION, self.form(audience="customers", keep_for_days="1"))
        first, second = LogEntry.objects.order_by("pk")
        assert first.user.username == second.user.username == "boss"
        assert "Keep pictures for" in second.get_change_message()
        assert "Who may try on" not in second.get_change_message()
        history = words(boss.get("/admin/genlook_oscar/configuration/1/history/"))
        assert "Keep pictures for" in history

    def test_there_is_no_second_one_and_none_is_deleted(self, boss: Client) -> None:
        boss.post(CONFIGURATION, self.form())
        assert boss.get("/admin/genlook_oscar/configuration/add/").status_code == 403
        assert boss.post("/admin/genlook_oscar/configuration/1/delete/").status_code == 403
        assert boss.get("/admin/genlook_oscar/configuration/2/change/").status_code == 302

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("privacy_url", "javascript:alert(1)", "such as /privacy/"),
            ("privacy_url", "//elsewhere.example/", "such as /privacy/"),
            ("privacy_url", "privacy", "such as /privacy/"),
            ("keep_for_days", "5", "valid choice"),
        ],
    )
    def test_what_would_mislead_shoppers_is_refused(
        self, boss: Client, field: str, value: str, sentence: str
    ) -> None:
        page = words(boss.post(CONFIGURATION, self.form(**{field: value})))
        assert sentence in page
        assert not Configuration.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("privacy_url", "/privacy/"),
            ("privacy_url", "https://shop.example/privacy"),
        ],
    )
    def test_words_of_ones_own_are_taken(self, boss: Client, field: str, value: str) -> None:
        assert boss.post(CONFIGURATION, self.form(**{field: value})).status_code == 302
        assert getattr(Configuration.objects.get(), field) == value

    def test_who_may_not_change_it_may_look(self, staff: Callable[..., Client]) -> None:
        client = staff("view_configuration")
        page = client.get(CONFIGURATION)
        assert "Check now" not in words(page)
        assert client.post(CONFIGURATION, self.form()).status_code == 403
        assert client.post("/admin/genlook_oscar/configuration/check/").status_code == 403
        assert OrmQ.objects.count() == 0

    @pytest.mark.parametrize("path", ["", "1/change/"])
    def test_others_may_not_even_look(self, staff: Callable[..., Client], path: str) -> None:
        client = staff("view_tryon")
        assert client.get(f"/admin/genlook_oscar/configuration/{path}").status_code == 403

    def test_the_key_is_never_shown(self, boss: Client, settings: Any) -> None:
        settings.GENLOOK_API_KEY = SECRET
        response = boss.get(CONFIGURATION)
        assert SECRET not in response.content.decode()
        assert "Set in the project's settings" in words(response)

    def test_a_missing_key_names_the_setting(self, boss: Client, settings: Any) -> None:
        settings.GENLOOK_API_KEY = ""
        assert "Write GENLOOK_API_KEY in the project's settings" in words(boss.get(CONFIGURATION))
        saved = boss.post(CONFIGURATION, self.form(), follow=True)
        assert "shoppers see no button until GENLOOK_API_KEY" in words(saved)
        checked = boss.post("/admin/genlook_oscar/configuration/check/", follow=True)
        assert "Set an API key first" in words(checked)
        assert OrmQ.objects.count() == 0

    def test_what_is_known_of_the_account(
        self, boss: Client, pass_time: Callable[..., None]
    ) -> None:
        assert "Not asked yet" in words(boss.get(CONFIGURATION))
        account = Account.load()
        now = clock.now()
        Account.objects.filter(pk=account.pk).update(credits=42, credits_at=now, answered_at=now)
        assert "42 credits left, read less than a minute ago" in words(boss.get(CONFIGURATION))
        pass_time(minutes=3)
        page = words(boss.get(CONFIGURATION)).replace("\xa0", " ")
        assert "The key works. 42 credits left, read 3 minutes ago." in page

    def test_check_now_asks_a_worker_and_the_page_tells_what_it_found(
        self, boss: Client, emulator: Any, drain: Callable[..., int], on_commit: Any
    ) -> None:
        emulator.control.settings(credits=1)
        with on_commit():
            response = boss.post("/admin/genlook_oscar/configuration/check/", follow=True)
        assert "A worker is asking Genlook" in words(response)
        assert emulator.control.state()["requests"] == {}
        drain()
        assert "The key works. 1 credit left" in words(boss.get(CONFIGURATION))

    def test_check_now_needs_a_post(self, boss: Client) -> None:
        assert boss.get("/admin/genlook_oscar/configuration/check/").status_code == 405

    def test_a_shop_without_workers_is_told(
        self,
        boss: Client,
        make_tryon: Callable[..., Any],
        pass_time: Callable[..., None],
        sweep: Callable[[], None],
    ) -> None:
        assert "qcluster" in words(boss.get(CONFIGURATION))
        sweep()
        assert "No try-on is waiting" in words(boss.get(CONFIGURATION))
        make_tryon(status="queued", finished_at=None)
        page = words(boss.get(CONFIGURATION))
        assert "1 try-on is waiting" in page
        assert "qcluster" not in page
        pass_time(minutes=10)
        page = words(boss.get(CONFIGURATION))
        assert "qcluster” is running" in page

    def test_credits_that_nobody_knows_of_are_shown(self, boss: Client) -> None:
        assert "Not compared with Genlook's balance yet." in words(boss.get(CONFIGURATION))
        Account.load()
        Account.objects.update(books_since=clock.now())
        assert "They agree with Genlook's balance." in words(boss.get(CONFIGURATION))
        Account.objects.update(drift=5, books_open=2)
        page = words(boss.get(CONFIGURATION))
        assert "Drift 5 since the count began, less than a minute ago" in page
        assert "give or take 2 under way" in page
        assert "Genlook has taken 3 credits more than this shop knows of." in page
        assert "who else uses this account" in page


class TestAlarm:
    PAGES = (
        "",
        "configuration/1/change/",
        "tryon/",
        "productlink/",
        "productlink/add/",
        "shopper/",
        "photo/",
        "consent/",
        "erasure/",
    )

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("INVALID_API_KEY", "Check GENLOOK_API_KEY"),
            ("FORBIDDEN", "GENLOOK_EXTERNAL_ID_PREFIX"),
            ("INSUFFICIENT_CREDITS", "Top it up at Genlook"),
            ("SOMETHING_NEW", "and the account at Genlook"),
        ],
    )
    def test_every_page_says_what_to_do(self, boss: Client, code: str, sentence: str) -> None:
        Account.raise_alarm(code)
        for page in self.PAGES:
            text = words(boss.get(f"/admin/genlook_oscar/{page}"))
            assert sentence in text, page
            assert code in text, page

    def test_no_alarm_no_banner(self, boss: Client) -> None:
        Account.load()
        for page in self.PAGES:
            response = boss.get(f"/admin/genlook_oscar/{page}")
            assert 'role="alert"' not in response.content.decode()

    def test_the_alarm_of_a_refused_key_reaches_the_page(
        self,
        boss: Client,
        emulator: Any,
        settings: Any,
        drain: Callable[..., int],
        on_commit: Any,
    ) -> None:
        settings.GENLOOK_API_KEY = "gk_invalid_key"
        with on_commit():
            boss.post("/admin/genlook_oscar/configuration/check/")
        drain()
        assert "Genlook refuses the API key" in words(boss.get("/admin/genlook_oscar/tryon/"))


class TestTryOns:
    LIST = "/admin/genlook_oscar/tryon/"

    def detail(self, tryon: Any) -> str:
        return f"{self.LIST}{tryon.pk}/change/"

    def test_the_list_tells_the_story_of_each(self, boss: Client, tryon: Any) -> None:
        page = words(boss.get(self.LIST))
        for told in ("completed", "Linen shirt", "ada@example.com", "12.5 s", "one credit"):
            assert told in page

    def test_fifty_rows_cost_no_more_queries_than_five(
        self,
        boss: Client,
        make_tryon: Callable[..., Any],
        product: Any,
        django_assert_max_num_queries: Any,
        django_assert_num_queries: Any,
    ) -> None:
        def add(count: int) -> None:
            for number in range(count):
                owner = user_with(f"c{TryOn.objects.count()}") if number % 2 else None
                make_tryon(
                    Shopper.objects.create(user=owner),
                    product=product,
                    status="failed",
                    error_code="busy",
                )

        add(5)
        boss.get(self.LIST)
        with django_assert_max_num_queries(12) as few:
            boss.get(self.LIST)
        add(45)
        with django_assert_num_queries(len(few)):
            page = boss.get(self.LIST)
        assert page.content.decode().count("field-product_title") == 50

    def test_nobody_edits_adds_or_deletes(self, boss: Client, tryon: Any) -> None:
        assert boss.get(f"{self.LIST}add/").status_code == 403
        assert boss.post(self.detail(tryon), {"status": "failed"}).status_code == 403
        assert boss.post(f"{self.LIST}{tryon.pk}/delete/", {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": str(tryon.pk), "post": "yes"}
        boss.post(self.LIST, chosen)
        tryon.refresh_from_db()
        assert tryon.status == "completed"
        page = boss.get(self.detail(tryon)).content.decode()
        assert 'name="_save"' not in page
        assert "deletelink" not in page

    @pytest.mark.parametrize("permission", ["view_shopper", "view_configuration"])
    def test_looking_needs_its_permission(
        self, staff: Callable[..., Client], tryon: Any, permission: str
    ) -> None:
        client = staff(permission)
        assert client.get(self.LIST).status_code == 403
        assert client.get(self.detail(tryon)).status_code == 403

    @pytest.mark.parametrize(
        "path", ["tryon/", "configuration/", "productlink/", "configuration/check/"]
    )
    def test_shoppers_are_sent_to_the_login(self, customer: Any, path: str) -> None:
        response = signed_in(customer).get(f"/admin/genlook_oscar/{path}")
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")

    def test_the_detail_explains_an_error(
        self, boss: Client, make_tryon: Callable[..., Any]
    ) -> None:
        tryon = make_tryon(
            status="failed",
            charge="uncertain",
            error_code="uncertain",
            error_detail="UNAVAILABLE: read timed out",
        )
        page = words(boss.get(self.detail(tryon)))
        assert "It may have cost a credit" in page
        assert "UNAVAILABLE: read timed out" in page
        assert "12.5 s after the click" in page
        for group in ("Life", "Error", "Generation", "Money", "Picture"):
            assert group in page
        assert tryon.generation_id in page

    def test_the_signed_address_of_the_result_is_not_shown(self, boss: Client, tryon: Any) -> None:
        for page in (self.LIST, self.detail(tryon)):
            assert "storage.example" not in boss.get(page).content.decode()

    @pytest.mark.parametrize(
        "term",
        ["{id}", " {id} ", "{generation}", "ls-7", "summer", "ada@example.com"],
    )
    def test_search_finds_it_by_what_support_is_told(
        self, boss: Client, make_tryon: Callable[..., Any], customer: Any, term: str
    ) -> None:
        wanted = make_tryon(
            Shopper.objects.create(user=customer),
            product_title="Summer dress",
            link=ProductLink.objects.create(external_id="LS-7"),
        )
        make_tryon()
        term = term.format(id=wanted.pk, generation=wanted.generation_id)
        page = boss.get(self.LIST, {"q": term}).content.decode()
        assert page.count("field-product_title") == 1
        assert "Summer dress" in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"status__exact": "failed"}, 2),
            ({"charge__exact": "uncertain"}, 1),
            ({"error": "busy"}, 1),
            ({"error": "any"}, 2),
            ({}, 3),
        ],
    )
    def test_filters(
        self, boss: Client, make_tryon: Callable[..., Any], query: dict[str, str], found: int
    ) -> None:
        make_tryon()
        make_tryon(status="failed", error_code="busy", charge="none")
        make_tryon(status="failed", error_code="uncertain", charge="uncertain")
        page = boss.get(self.LIST, query).content.decode()
        assert page.count("field-product_title") == found

    def test_sorting_by_time_to_picture(self, boss: Client, make_tryon: Callable[..., Any]) -> None:
        now = clock.now()
        make_tryon(product_title="Slow hat", created_at=now - timedelta(seconds=90))
        make_tryon(product_title="Quick hat", created_at=now - timedelta(seconds=2))
        column = BeautifulSoup(boss.get(self.LIST).content, "html.parser").select_one(
            "th.column-took a"
        )
        assert column is not None
        page = words(boss.get(f"{self.LIST}{column['href']}"))
        assert page.index("Quick hat") < page.index("Slow hat")

    def test_a_customer_can_still_be_deleted_with_all_that_is_hers(
        self, boss: Client, tryon: Any, customer: Any
    ) -> None:
        meta = get_user_model()._meta
        url = reverse(f"admin:{meta.app_label}_{meta.model_name}_delete", args=[customer.pk])
        assert boss.post(url, {"post": "yes"}).status_code == 302
        assert not get_user_model().objects.filter(pk=customer.pk).exists()
        assert not TryOn.objects.exists()


class TestPictures:
    def url(self, row: Any) -> str:
        return f"/admin/genlook_oscar/{row._meta.model_name}/{row.pk}/picture/"

    @pytest.fixture(params=["tryon", "photo"])
    def row(self, request: pytest.FixtureRequest, tryon: Any) -> Any:
        return tryon if request.param == "tryon" else make_photo_of(tryon.shopper)

    def test_each_look_is_recorded_superusers_included(self, boss: Client, row: Any) -> None:
        name = row._meta.model_name
        detail = boss.get(f"/admin/genlook_oscar/{name}/{row.pk}/change/").content.decode()
        assert self.url(row) in detail
        assert f'src="{self.url(row)}' not in detail
        assert not LogEntry.objects.exists()

        response = boss.get(self.url(row))
        assert b"".join(response.streaming_content) == picture()
        assert response["Content-Type"] == "image/jpeg"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        entry = LogEntry.objects.get()
        assert (entry.user.username, entry.object_id) == ("boss", str(row.pk))
        history = words(boss.get(f"/admin/genlook_oscar/{name}/{row.pk}/history/"))
        assert "Looked at the picture." in history

    def test_without_the_permission_there_is_no_picture_and_no_link(
        self, staff: Callable[..., Client], row: Any
    ) -> None:
        name = row._meta.model_name
        client = staff(f"view_{name}")
        page = client.get(f"/admin/genlook_oscar/{name}/{row.pk}/change/")
        assert page.status_code == 200
        assert "picture/" not in page.content.decode()
        assert client.get(self.url(row)).status_code == 403
        assert not LogEntry.objects.exists()

    def test_the_permission_alone_is_not_enough(
        self, staff: Callable[..., Client], row: Any
    ) -> None:
        assert staff("view_pictures").get(self.url(row)).status_code == 403

    def test_with_both_permissions_the_picture_is_shown(
        self, staff: Callable[..., Client], row: Any
    ) -> None:
        client = staff("view_pictures", f"view_{row._meta.model_name}")
        response = client.get(self.url(row))
        assert response.status_code == 200
        assert b"".join(response.streaming_content)
        assert LogEntry.objects.get().user.username == "clerk"

    def test_what_is_deleted_is_not_shown(
        self, boss: Client, row: Any, pass_time: Callable[..., None]
    ) -> None:
        pass_time(days=8)
        assert boss.get(self.url(row)).status_code == 404
        name = row._meta.model_name
        detail = boss.get(f"/admin/genlook_oscar/{name}/{row.pk}/change/")
        assert "None, or deleted." in words(detail)
        assert not LogEntry.objects.exists()

    def test_a_lost_file_is_not_found_and_not_recorded(self, boss: Client, row: Any) -> None:
        file = row.result if isinstance(row, TryOn) else row.file
        file.storage.delete(file.name)
        assert boss.get(self.url(row)).status_code == 404
        assert not LogEntry.objects.exists()

    def test_an_unknown_row_is_not_found(self, boss: Client) -> None:
        for name in ("tryon", "photo"):
            url = f"/admin/genlook_oscar/{name}/{uuid.uuid4()}/picture/"
            assert boss.get(url).status_code == 404


class TestProductLinks:
    LIST = "/admin/genlook_oscar/productlink/"

    def detail(self, link: Any) -> str:
        return f"{self.LIST}{link.pk}/change/"

    def sent(self, product: Any) -> Any:
        link = link_for(product)
        link.fingerprint, link.sent_at = "f" * 64, clock.now()
        link.known_until, link.error_code = clock.now() + timedelta(days=30), "no_picture"
        link.save()
        return link

    def test_the_list(self, boss: Client, product: Any) -> None:
        link = self.sent(product)
        ProductLink.objects.create(external_id="OLD", sku="OLD")
        page = words(boss.get(self.LIST))
        for told in ("Linen shirt", link.sku, link.external_id, "no_picture", "(deleted)"):
            assert told in page

    def test_fifty_rows_cost_no_more_queries_than_five(
        self,
        boss: Client,
        make_product: Callable[..., Any],
        django_assert_max_num_queries: Any,
        django_assert_num_queries: Any,
    ) -> None:
        parent = make_product("Jumper", structure="parent", color=None)
        for _ in range(5):
            link_for(make_product(color=None, structure="child", parent=parent, title=""))
        boss.get(self.LIST)
        with django_assert_max_num_queries(14) as few:
            boss.get(self.LIST)
        for _ in range(45):
            link_for(make_product(color=None, structure="child", parent=parent, title=""))
        with django_assert_num_queries(len(few)):
            page = boss.get(self.LIST)
        assert page.content.decode().count("field-external_id") == 50

    def test_another_name_makes_it_new_to_genlook(self, boss: Client, product: Any) -> None:
        link = self.sent(product)
        ProductLink.objects.filter(pk=link.pk).update(lifetime_days=30)
        response = boss.post(self.detail(link), {"enabled": "True", "external_id": "my-shirt"})
        assert response.status_code == 302
        link.refresh_from_db()
        assert (link.external_id, link.fingerprint, link.known_until, link.error_code) == (
            "my-shirt",
            "",
            None,
            "",
        )
        assert (link.product_id, link.lifetime_days) == (product.pk, 30)
        assert link_for(product).external_id == "my-shirt"
        assert "externalId" in LogEntry.objects.get().get_change_message()

    def test_switching_off_keeps_what_genlook_knows(self, boss: Client, product: Any) -> None:
        link = self.sent(product)
        boss.post(self.detail(link), {"enabled": "False", "external_id": link.external_id})
        link.refresh_from_db()
        assert (link.enabled, link.fingerprint) == (False, "f" * 64)

    def test_what_a_worker_writes_meanwhile_is_kept(self, boss: Client, product: Any) -> None:
        from genlook_oscar.admin.product_links import ProductLinkAdmin

        link = self.sent(product)
        original = ProductLinkAdmin.save_model

        def while_a_worker_writes(self: Any, *args: Any, **kwargs: Any) -> None:
            ProductLink.objects.filter(pk=link.pk).update(last_used_at=clock.now())
            original(self, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ProductLinkAdmin, "save_model", while_a_worker_writes)
            boss.post(self.detail(link), {"enabled": "False", "external_id": link.external_id})
        link.refresh_from_db()
        assert link.last_used_at is not None
        assert not link.enabled

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("a/b", "Use only letters"),
            ("..", "Dots alone"),
            ("_anon_7", "belong to Genlook"),
            ("TAKEN", "already exists"),
            ("", "required"),
            ("x" * 129, "at most 128"),
        ],
    )
    def test_an_unsafe_or_taken_name_is_refused(
        self, boss: Client, product: Any, name: str, sentence: str
    ) -> None:
        ProductLink.objects.create(external_id="TAKEN")
        link = link_for(product)
        page = words(boss.post(self.detail(link), {"enabled": "True", "external_id": name}))
        assert sentence in page
        link.refresh_from_db()
        assert link.external_id != name

    def test_a_product_can_be_switched_off_before_anybody_tried_it_on(
        self, boss: Client, product: Any, configuration: Any
    ) -> None:
        boss.post(
            f"{self.LIST}add/", {"product": product.pk, "enabled": "False", "external_id": ""}
        )
        link = ProductLink.objects.get()
        assert (link.product_id, link.enabled) == (product.pk, False)
        assert link.external_id == link.sku == link_for(product).external_id
        assert "switched off for this product" in words(boss.get(self.detail(link)))

    def test_a_product_can_be_added_under_a_name_of_ones_own(
        self, boss: Client, product: Any
    ) -> None:
        boss.post(
            f"{self.LIST}add/", {"product": product.pk, "external_id": "X1", "enabled": "True"}
        )
        assert link_for(product).external_id == "X1"
        page = words(boss.post(f"{self.LIST}add/", {"product": product.pk, "external_id": ""}))
        assert "already exists" in page
        assert "This field is required" in words(boss.post(f"{self.LIST}add/", {}))

    @pytest.mark.parametrize(("action", "enabled"), [("switch_off", False), ("switch_on", True)])
    def test_many_are_switched_at_once_and_that_is_recorded(
        self, boss: Client, make_product: Callable[..., Any], action: str, enabled: bool
    ) -> None:
        links = [link_for(make_product(color=None)) for _ in range(3)]
        ProductLink.objects.filter(pk__in=[links[0].pk, links[1].pk]).update(enabled=not enabled)
        ProductLink.objects.filter(pk=links[2].pk).update(enabled=enabled)
        chosen = {"action": action, "_selected_action": [link.pk for link in links]}
        assert "2 products switched" in words(boss.post(self.LIST, chosen, follow=True))
        assert set(ProductLink.objects.values_list("enabled", flat=True)) == {enabled}
        assert LogEntry.objects.count() == 2

    def test_who_may_only_look_switches_nothing(
        self, staff: Callable[..., Client], product: Any
    ) -> None:
        link = link_for(product)
        client = staff("view_productlink")
        client.post(self.LIST, {"action": "switch_off", "_selected_action": link.pk})
        assert client.post(self.detail(link), {"external_id": "x"}).status_code == 403
        link.refresh_from_db()
        assert link.enabled is None

    def test_no_link_is_deleted_since_its_name_would_be_free_again(
        self, boss: Client, product: Any
    ) -> None:
        link = link_for(product)
        assert boss.post(f"{self.LIST}{link.pk}/delete/", {"post": "yes"}).status_code == 403

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"known": "now"}, ["NOW"]),
            ({"known": "lapsed"}, ["FORGOTTEN", "LAPSED"]),
            ({"known": "never"}, ["NEVER"]),
            ({"enabled__exact": "0"}, ["LAPSED"]),
            ({"error_code": "no_picture"}, ["NEVER"]),
            ({"q": "lapse"}, ["LAPSED"]),
        ],
    )
    def test_filters(self, boss: Client, query: dict[str, str], found: list[str]) -> None:
        now = clock.now()
        held = {"sent_at": now, "fingerprint": "f"}
        add = ProductLink.objects.create
        add(external_id="NOW", known_until=now + timedelta(days=1), **held)
        add(external_id="LAPSED", known_until=now - timedelta(days=1), enabled=False, **held)
        add(external_id="FORGOTTEN", sent_at=now)
        add(external_id="NEVER", error_code="no_picture")
        page = BeautifulSoup(boss.get(self.LIST, query).content, "html.parser")
        assert sorted(cell.text for cell in page.select("td.field-external_id")) == found

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("no_picture", "Add one."),
            ("PRODUCT_IMAGES_REQUIRED", "Look at the pictures of this product"),
        ],
    )
    def test_an_error_is_explained(
        self, boss: Client, product: Any, code: str, sentence: str
    ) -> None:
        link = link_for(product)
        ProductLink.objects.filter(pk=link.pk).update(error_code=code)
        assert sentence in words(boss.get(self.detail(link)))

    def test_a_link_whose_product_is_gone_can_be_looked_at(self, boss: Client) -> None:
        link = ProductLink.objects.create(external_id="OLD", sku="OLD")
        assert "OLD" in words(boss.get(self.detail(link)))


class TestPeople:
    @pytest.fixture
    def rows(self, tryon: Any) -> dict[str, Any]:
        shopper = tryon.shopper
        return {
            "shopper": shopper,
            "photo": make_photo_of(shopper),
            "consent": Consent.objects.create(
                shopper=shopper, version="abc", text="I agree", language="en", retention_days=7
            ),
            "erasure": Erasure.objects.create(external_user_id=shopper.external_user_id),
        }

    @pytest.mark.parametrize("name", ["shopper", "photo", "consent", "erasure"])
    def test_they_are_looked_at_and_never_edited(
        self, boss: Client, rows: dict[str, Any], name: str
    ) -> None:
        row = rows[name]
        base = f"/admin/genlook_oscar/{name}/"
        assert boss.get(base, {"q": row.pk if name == "erasure" else "ada"}).status_code == 200
        assert "ada@example.com" in words(boss.get(base)) or name == "erasure"
        assert boss.get(f"{base}{row.pk}/change/").status_code == 200
        assert boss.get(f"{base}add/").status_code == 403
        assert boss.post(f"{base}{row.pk}/change/", {}).status_code == 403
        assert boss.post(f"{base}{row.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_where_a_photo_lies_is_not_shown(self, boss: Client, rows: dict[str, Any]) -> None:
        photo = rows["photo"]
        Photo.objects.filter(pk=photo.pk).update(image_id="ephemeral/customer/1", sha256="beef")
        page = boss.get(f"/admin/genlook_oscar/photo/{photo.pk}/change/").content.decode()
        assert photo.file.name not in page
        assert "ephemeral/" not in page

    @pytest.mark.parametrize("name", ["shopper", "photo", "consent"])
    def test_many_rows_cost_no_more_queries_than_few(
        self, boss: Client, name: str, django_assert_num_queries: Any
    ) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        def add(count: int) -> None:
            for _ in range(count):
                owner = user_with(f"c{Shopper.objects.count()}")
                shopper = Shopper.objects.create(user=owner)
                make_photo_of(shopper)
                Consent.objects.create(
                    shopper=shopper, version="a", text="t", language="en", retention_days=7
                )

        url = f"/admin/genlook_oscar/{name}/"
        add(2)
        boss.get(url)
        with CaptureQueriesContext(connection) as few:
            boss.get(url)
        add(20)
        with django_assert_num_queries(len(few)):
            boss.get(url)

    def test_the_account_has_no_page_of_its_own(self, boss: Client) -> None:
        assert boss.get("/admin/genlook_oscar/account/").status_code == 404


def test_pages_are_made_without_any_request_to_genlook(
    boss: Client, emulator: Any, tryon: Any, product: Any
) -> None:
    link = link_for(product)
    for page in (
        "",
        "configuration/1/change/",
        "tryon/",
        f"tryon/{tryon.pk}/change/",
        "productlink/",
        f"productlink/{link.pk}/change/",
    ):
        assert boss.get(f"/admin/genlook_oscar/{page}").status_code == 200
    assert emulator.control.requests() == []


@pytest.mark.parametrize(
    "backend",
    [
        "oscar.apps.customer.auth_backends.EmailBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
)
def test_staff_sign_in_with_either_backend_and_reach_the_pages(
    backend: str, settings: Any, tryon: Any
) -> None:
    settings.AUTHENTICATION_BACKENDS = [backend]
    user_with("clerk", is_staff=True, is_superuser=True)
    client = Client()
    name = "clerk@example.com" if "Email" in backend else "clerk"
    assert client.login(username=name, password="pass")
    assert client.get("/admin/genlook_oscar/tryon/").status_code == 200
