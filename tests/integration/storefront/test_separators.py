"""A shop that writes 23,462 for people: what machines read stays 23462, in every template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.conf import settings as project
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.core.files.base import ContentFile
from django.template import engines
from django.test import Client, RequestFactory
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils.formats import localize
from oscar.core.loading import get_model

import genlook_oscar
from genlook_oscar import clock
from genlook_oscar.catalogue.links import link_for
from genlook_oscar.engine import mails
from genlook_oscar.models import Configuration, ProductLink, ReadyMail, Report, Share, TryOn
from tests.conftest import picture
from tests.rows import Status, add_tryon

from .conftest import HTML, Visitor, photo_file

TEMPLATES = Path(genlook_oscar.__file__).parent / "templates"
ALL = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*")}
OF_WAGTAIL = {name for name in ALL if "/cms/" in name or name == "genlook_oscar/resting.html"}
FOR_PEOPLE = {"alt", "title", "aria-label", "placeholder", "summary"}
SEPARATED = re.compile(r"\d,\d{3}(?!\d)")
STAFF = "django.contrib.auth.backends.ModelBackend"

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


class Seen:
    """What was rendered, and that no machine value of it has a separator."""

    def __init__(self) -> None:
        self.templates: set[str] = set()
        self.wrong: set[str] = set()
        self.attributes = 0

    def note(self, template: Any, **kwargs: Any) -> None:
        self.templates.add(str(template.name))

    def read(self, html: str) -> None:
        for tag in BeautifulSoup(html, "html.parser").find_all(True):
            for name, value in tag.attrs.items():
                self.attributes += 1
                words = " ".join(value) if isinstance(value, list) else value
                if name not in FOR_PEOPLE and SEPARATED.search(words):
                    self.wrong.add(f"<{tag.name} {name}={words}>")

    def page(self, client: Client, address: str, status: int = 200, **query: Any) -> str:
        answer = client.get(address, query, headers={"Accept": HTML}, follow=status == 200)
        assert answer.status_code == status, (address, answer.status_code)
        html = answer.content.decode()
        self.read(html)
        return html


@pytest.fixture
def seen(settings: Any) -> Iterator[Seen]:
    settings.USE_THOUSAND_SEPARATOR = True
    assert localize(23462) == "23,462"
    found = Seen()
    template_rendered.connect(found.note)
    yield found
    template_rendered.disconnect(found.note)
    assert found.attributes > 300


@pytest.fixture
def shop(configuration: Any, make_product: Callable[..., Any], settings: Any) -> dict[str, Any]:
    """Everything in it has a number of five digits, and all that can be offered is."""
    configuration.sharing = configuration.ready_mail = True
    configuration.save()
    settings.GENLOOK_PHOTO_LONG_SIDE = 3000
    parent = make_product("Jumper", structure="parent", id=34100)
    ProductImage = get_model("catalogue", "ProductImage")
    for number in (34101, 34102):
        make_product(f"Jumper {number}", structure="child", parent=parent, id=number)
    shirt = make_product("Shirt", id=23462)
    ProductImage.objects.create(
        id=45123,
        product=shirt,
        original=ContentFile(picture("#115533"), name="b.jpg"),
        display_order=1,
    )
    return {"shirt": shirt, "parent": parent, "hat": make_product("Hat", color=None, id=56789)}


def part(source: str, user: Any = None, **values: Any) -> str:
    """A part of a page of the shop's."""
    request = RequestFactory().get("/")
    request.user = user or AnonymousUser()
    request.session = {}
    return str(engines["django"].from_string(source).render(values, request))


def large(visitor: Visitor, color: str) -> str:
    """A photo with more than a thousand pixels each way."""
    answer = visitor.upload(photo_file(color, size=(1200, 1500)))
    return str(answer.json()["id"])


def by_guests(seen: Seen, visitor: Visitor, shop: dict[str, Any], finished: Any) -> None:
    shirt, parent, hat = shop["shirt"], shop["parent"], shop["hat"]
    for product in (shirt, parent, hat):
        seen.page(visitor.client, product.get_absolute_url())
    for product in (shirt, parent):
        seen.page(visitor.client, f"/try-on/new/{product.pk}/")
        seen.page(visitor.client, f"/try-on/room/{product.pk}/", beside=[hat.pk, 23462, 34100])
    seen.read(visitor.submit(f"/try-on/new/{shirt.pk}/", {}).content.decode())
    seen.page(visitor.client, f"/try-on/new/{hat.pk}/", status=403)
    done = finished(visitor, shirt, photo=large(visitor, "#335577"))
    Share.objects.create(tryon=done)
    seen.page(visitor.client, f"/try-on/{done.pk}/")
    seen.page(visitor.client, f"/try-on/{done.pk}/more/")
    seen.page(Client(), f"/try-on/shared/{Share.objects.get().token}/")
    for product, status in ((shirt, None), (hat, Status.FAILED), (parent, Status.EXPIRED)):
        tryon = visitor.tryon(shirt, large(visitor, "#234629")) if status is None else None
        if tryon is None:
            tryon = add_tryon(clock.now(), status or "", product=product, error_code="busy")
            TryOn.objects.filter(pk=tryon.pk).update(shopper=done.shopper)
        seen.page(visitor.client, f"/try-on/{tryon.pk}/")
    seen.page(visitor.client, "/catalogue/")
    seen.page(visitor.client, "/try-on/")
    seen.page(visitor.client, "/try-on/delete/")


def by_customers(seen: Seen, customer: Visitor, shop: dict[str, Any], finished: Any) -> None:
    tryon = customer.tryon(shop["shirt"])
    customer.send("post", f"/try-on/{tryon.pk}/notify/")
    for address in (f"/try-on/{tryon.pk}/", "/try-on/", "/accounts/orders/", "/try-on/delete/"):
        seen.page(customer.client, address)
    one, other = shop["parent"].children.all()
    # Later than the moment for which a watcher that was asked for counts as on its way.
    with clock.shift(minutes=1):
        variant = finished(customer, one, photo=large(customer, "#221199"))
    with clock.shift(minutes=5):
        mails.send(ReadyMail.objects.get().pk)
    (message,) = mail.outbox
    seen.read(message.alternatives[0][0])
    for address in (f"/try-on/{variant.pk}/", f"/try-on/{variant.pk}/more/"):
        assert other.title in seen.page(customer.client, address)


def by_parts(seen: Seen, shop: dict[str, Any], boss: Any) -> None:
    goods = [shop["shirt"], *shop["parent"].children.all()]
    tile = "{% load genlook_oscar %}{% for one in products %}{% genlook_tile one %}{% endfor %}"
    seen.read(part(tile, products=goods))
    for user in (None, boss):
        button = "{% load genlook_oscar %}{% genlook_tryon one %}"
        seen.read(part(button, user, one=shop["hat"]))


def by_staff(seen: Seen, boss: Any, shop: dict[str, Any]) -> None:
    from django.contrib import admin

    for number in range(30):
        at = clock.now() - timedelta(days=number % 5)
        add_tryon(at, Status.COMPLETED, product=shop["shirt"], seconds=2000 + number)
        add_tryon(at, Status.FAILED, product=shop["shirt"], error_code="busy")
    for product in (shop["shirt"], shop["parent"], shop["hat"]):
        link_for(product)
    Report.objects.create(tryon=TryOn.objects.first(), reason="face", link=link_for(shop["shirt"]))
    configuration = Configuration.load()
    configuration.experiment_percent = 10
    configuration.save()
    client = Client()
    client.force_login(boss, STAFF)
    for model in admin.site._registry:
        if model._meta.app_label == "genlook_oscar":
            name = f"admin:genlook_oscar_{model._meta.model_name}_"
            seen.page(client, reverse(f"{name}changelist"))
            for row in model._default_manager.all()[:2]:
                seen.page(client, reverse(f"{name}change", args=[row.pk]))
                seen.page(client, reverse(f"{name}history", args=[row.pk]))
    why = reverse("admin:genlook_oscar_configuration_why")
    seen.page(client, why)
    seen.page(client, why, product=shop["shirt"].pk)
    seen.page(client, reverse("admin:app_list", args=["genlook_oscar"]))
    figures = reverse("genlook_oscar_dashboard:genlook-figures")
    seen.page(client, figures)
    for product in (shop["shirt"], shop["parent"], shop["parent"].children.first()):
        seen.page(client, reverse("genlook_oscar_dashboard:genlook-product", args=[product.pk]))
        seen.page(client, reverse("dashboard:catalogue-product", args=[product.pk]))


def by_the_merchant_of_two_shops(
    seen: Seen, boss: Any, shop: dict[str, Any], settings: Any
) -> None:
    from django.contrib.sites.models import Site

    client = Client()
    client.force_login(boss, STAFF)
    link = link_for(shop["shirt"])
    seen.page(client, reverse("admin:genlook_oscar_productlink_test", args=[link.pk]))
    site = Site.objects.create(pk=23462, domain="two.example", name="Two")
    settings.GENLOOK_SITE_KEYS = {site.pk: "gk_two"}
    seen.page(client, reverse("admin:genlook_oscar_configuration_changelist"))
    settings.GENLOOK_SITE_KEYS = {}
    Site.objects.clear_cache()


def by_editors(seen: Seen, boss: Any, shop: dict[str, Any]) -> None:
    from wagtail.models import Locale, Page, Site

    from tests.integration.cms.conftest import request_of, show
    from tests.integration.cms.test_blocks import page

    # Wagtail's migrations make them, and tests run without migrations.
    Locale.objects.get_or_create(language_code="en")
    Page.add_root(title="Root", slug="root")
    # Kept in a cache, which knows of sites that went with an earlier test.
    Site.clear_site_root_paths_cache()
    shirt, hat = shop["shirt"], shop["hat"]
    for preview in (False, True):
        for kind in ("product", "strip", "stage"):
            goods = [shirt] if kind == "product" else [shirt, hat, 99999]
            block = page(kind, *goods, heading="Summer", text="Light")
            seen.read(show(block, request=request_of(preview=preview)))
    seen.read(show(page("product", 99999), request=request_of(preview=True)))
    client = Client()
    client.force_login(boss, STAFF)
    for address in ("", "try-on/", "try-on/report/", "try-on/products/"):
        seen.page(client, f"/cms-admin/{address}")
    links = "&".join(f"id={pk}" for pk in ProductLink.objects.values_list("pk", flat=True))
    seen.page(client, f"/cms-admin/bulk/genlook_oscar/productlink/genlook_on/?{links}")


def test_no_machine_value_has_a_separator(
    seen: Seen,
    shop: dict[str, Any],
    visitor: Visitor,
    customer: Visitor,
    finished: Any,
    django_user_model: Any,
    settings: Any,
) -> None:
    boss = django_user_model.objects.create_superuser("boss", "boss@example.com", "pass")
    by_guests(seen, visitor, shop, finished)
    by_customers(seen, customer, shop, finished)
    by_parts(seen, shop, boss)
    by_staff(seen, boss, shop)
    by_the_merchant_of_two_shops(seen, boss, shop, settings)
    if project.WAGTAIL:
        by_editors(seen, boss, shop)
    assert seen.wrong == set()
    assert (ALL if project.WAGTAIL else ALL - OF_WAGTAIL) - seen.templates == set()
