"""What the shop has, so that each of its addresses leads to something."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.auth.tokens import default_token_generator
from django.contrib.flatpages.models import FlatPage
from django.contrib.sites.models import Site
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from oscar.core.loading import get_model
from oscar.test import factories

from tests.conftest import picture

PASSWORD = "genlook-demo"
ROLES = ("guest", "customer", "partner", "staff", "superuser")


def stock() -> SimpleNamespace:
    """Fill the shop; what is named here is what addresses are filled from."""
    shop = SimpleNamespace(users=_users())
    customer = shop.users["customer"]
    Site.objects.update_or_create(pk=1, defaults={"domain": "example.com", "name": "Shop"})
    shop.country = factories.CountryFactory(iso_3166_1_a2="GB", is_shipping_country=True)
    _catalogue(shop)
    _selling(shop)
    _accounts(shop, customer)
    _orders(shop, customer)
    shop.page = FlatPage.objects.create(url="/about/", title="About", content="Us")
    shop.page.sites.add(1)
    return shop


def _users() -> dict[str, Any]:
    User = get_model("auth", "User")
    made = {}
    for role in ROLES[1:]:
        user = User.objects.create_user(role, f"{role}@example.com", PASSWORD)
        user.is_staff = role in ("staff", "superuser")
        user.is_superuser = role == "superuser"
        user.save()
        made[role] = user
    oscars = Permission.objects.exclude(content_type__app_label__in=("genlook_oscar", "django_q"))
    made["staff"].user_permissions.set(oscars)
    made["partner"].user_permissions.add(Permission.objects.get(codename="dashboard_access"))
    return made


def _catalogue(shop: SimpleNamespace) -> None:
    shop.category = factories.CategoryFactory(name="Shirts")
    shop.kind = factories.ProductClassFactory(name="Clothes")
    shop.partner = factories.PartnerFactory(name="Mill", users=[shop.users["partner"]])
    shop.colours = factories.AttributeOptionGroupFactory(name="Colours")
    shop.option = factories.OptionFactory(name="Monogram", code="monogram")
    sold = {"product_class": shop.kind.name, "partner_name": shop.partner.name, "price": "39.00"}
    shop.product = factories.create_product(title="Linen shirt", num_in_stock=50, **sold)
    shop.gone = factories.create_product(title="Wool shirt", num_in_stock=0, **sold)
    shop.parent = factories.create_product(
        title="Jumper", structure="parent", product_class=shop.kind.name
    )
    shop.child = factories.create_product(
        title="Jumper, rust", structure="child", parent=shop.parent, num_in_stock=5, **sold
    )
    for product in (shop.product, shop.gone, shop.parent):
        factories.ProductCategoryFactory(product=product, category=shop.category)
        get_model("catalogue", "ProductImage").objects.create(
            product=product, original=ContentFile(picture(), name=f"{product.pk}.jpg")
        )
    shop.review = factories.ProductReviewFactory(
        product=shop.product, user=shop.users["staff"], score=4, title="Well", body="Made"
    )


def _selling(shop: SimpleNamespace) -> None:
    shop.range = factories.RangeFactory(name="All of it", products=[shop.product], is_public=True)
    shop.offer = factories.create_offer("Less", product_range=shop.range, status="Open")
    shop.voucher = factories.create_voucher(code="LESS", name="Less")
    shop.voucher_set = factories.VoucherSetFactory(
        name="Cards",
        count=2,
        start_datetime=timezone.now(),
        end_datetime=timezone.now() + timedelta(days=9),
    )
    shop.method = factories.create_shipping_weight_based()
    shop.band = factories.create_shipping_weight_band(10, 5, shop.method)
    shop.post = get_model("order", "ShippingEventType").objects.create(name="Shipped")


def _accounts(shop: SimpleNamespace, customer: Any) -> None:
    shop.address = factories.UserAddressFactory(user=customer, country=shop.country)
    shop.alert = factories.ProductAlertFactory(
        user=customer, product=shop.gone, email="", key="key", status="Active"
    )
    shop.lists = [factories.WishListFactory(owner=customer, name=name) for name in ("One", "Two")]
    for wishes in shop.lists:
        # Oscar makes a key of its own when the row is new.
        wishes.key = wishes.name.upper() * 2
        wishes.save()
        wishes.add(shop.product)
    shop.mail = get_model("communication", "Email").objects.create(
        user=customer, subject="Hello", body_text="Hello"
    )
    shop.notice = get_model("communication", "Notification").objects.create(
        recipient=customer, subject="Hello"
    )
    shop.message = get_model("communication", "CommunicationEventType").objects.create(
        code="REGISTRATION", name="Registration", category="User related"
    )
    shop.uid = urlsafe_base64_encode(force_bytes(customer.pk))
    shop.token = default_token_generator.make_token(customer)


def _orders(shop: SimpleNamespace, customer: Any) -> None:
    basket = factories.BasketFactory(owner=customer)
    basket.add_product(shop.product, 2)
    shop.order = factories.create_order("100001", basket=basket, user=customer)
    shop.line = shop.order.lines.get()
    shop.note = get_model("order", "OrderNote").objects.create(
        order=shop.order, user=shop.users["superuser"], message="By hand"
    )
    shop.order.shipping_address = factories.ShippingAddressFactory(country=shop.country)
    shop.order.save()


def open_for_try_on(shop: SimpleNamespace) -> None:
    """Switch the try-on on, and let the customer have seen something on herself."""
    from genlook_oscar import clock
    from genlook_oscar.models import Configuration, Shopper

    from ..rows import add_tryon

    configuration = Configuration.load()
    configuration.enabled = True
    configuration.save()
    tryon = add_tryon(clock.now() - timedelta(hours=1), product=shop.product)
    Shopper.objects.filter(pk=tryon.shopper_id).update(user=shop.users["customer"])
