"""Fills an empty shop. Each part leaves alone what it finds, so a merchant's changes stay."""

import shutil
from pathlib import Path
from typing import Any

import oscar
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sites.models import Site
from django.core.files import File
from django.utils.text import slugify
from oscar.core.loading import get_model

from genlook_oscar.catalogue.links import link_for
from genlook_oscar.models import Configuration

from .goods import CATEGORIES, ITEMS, Item

PICTURES = Path(__file__).resolve().parent.parent / "pictures" / "products"
PASSWORD = "genlook-demo"
PARTNER = "atelier-oscar"
COUNTRIES = {
    "DE": ("DEU", "276", "Germany"),
    "FR": ("FRA", "250", "France"),
    "GB": ("GBR", "826", "United Kingdom"),
    "US": ("USA", "840", "United States"),
}


def seed_logins() -> bool:
    """Make the two demo logins where they are missing. Returns whether any was made."""
    User = get_user_model()
    made = False
    for email, is_admin in (("admin@example.com", True), ("shopper@example.com", False)):
        if not User.objects.filter(email__iexact=email).exists():
            make = User.objects.create_superuser if is_admin else User.objects.create_user
            make(username=email, email=email, password=PASSWORD)
            made = True
    return made


def seed_shop() -> bool:
    """Countries to ship to, the site's name, and the picture that stands for a missing one."""
    missing = Path(settings.MEDIA_ROOT) / settings.OSCAR_MISSING_IMAGE_URL
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        static = Path(oscar.__file__).parent / "static" / "oscar" / "img"
        shutil.copyfile(static / "image_not_found.jpg", missing)
    Country = get_model("address", "Country")
    if Country.objects.exists():
        return False
    for code, (three, numeric, name) in COUNTRIES.items():
        Country.objects.create(
            iso_3166_1_a2=code,
            iso_3166_1_a3=three,
            iso_3166_1_numeric=numeric,
            printable_name=name,
            name=name,
            is_shipping_country=True,
        )
    Site.objects.filter(pk=settings.SITE_ID, domain="example.com").update(
        domain="127.0.0.1:8000", name=settings.OSCAR_SHOP_NAME
    )
    return True


def seed_configuration() -> bool:
    """Switch try-on on, with all it offers, unless a merchant has already decided."""
    if Configuration.objects.exists():
        return False
    configuration = Configuration.load()
    configuration.enabled = True
    # Everybody who looks at the demo comes from this machine.
    configuration.network_tryons_per_day = configuration.network_uploads_per_day = None
    configuration.sharing = True
    configuration.ready_mail = True
    configuration.save()
    return True


def seed_catalogue() -> bool:
    """Put the goods on the shelves; only once, so that what was changed or removed stays so."""
    Partner = get_model("partner", "Partner")
    partner, is_new = Partner.objects.get_or_create(
        code=PARTNER, defaults={"name": settings.OSCAR_SHOP_NAME}
    )
    if not is_new:
        return False
    categories = _categories()
    product_class = _product_class()
    for item in ITEMS:
        product = _product(item, partner, product_class=product_class)
        product.categories.add(categories[item.category])
        for variant in item.variants:
            _product(variant, partner, parent=product)
    return True


def _categories() -> dict[str, Any]:
    Category = get_model("catalogue", "Category")
    made: dict[str, Any] = {}
    for name, (above, picture) in CATEGORIES.items():
        values = {"name": name, "slug": slugify(name)}
        made[name] = made[above].add_child(**values) if above else Category.add_root(**values)
        if picture:
            with open(PICTURES / f"{picture}.jpg", "rb") as file:
                made[name].image.save(f"{picture}.jpg", File(file), save=True)
    return made


def _product_class() -> Any:
    ProductClass = get_model("catalogue", "ProductClass")
    product_class = ProductClass.objects.create(name="Fashion", slug="fashion")
    product_class.attributes.create(name="Colour", code="colour", type="text")
    return product_class


def _product(item: Item, partner: Any, product_class: Any = None, parent: Any = None) -> Any:
    Product = get_model("catalogue", "Product")
    structure = Product.PARENT if item.variants else Product.CHILD if parent else Product.STANDALONE
    product = Product(
        structure=structure,
        product_class=product_class,
        parent=parent,
        title=item.title,
        slug=slugify(item.title),
        description=item.description,
    )
    if item.colour:
        product.attr.colour = item.colour
    product.save()
    if not item.variants:
        product.stockrecords.create(
            partner=partner, partner_sku=item.sku, price=item.price, num_in_stock=item.stock
        )
    pictures = [variant.picture for variant in item.variants] or [item.picture]
    for order, picture in enumerate(name for name in pictures if name):
        with open(PICTURES / f"{picture}.jpg", "rb") as file:
            product.images.create(
                original=File(file, name=f"{picture}.jpg"),
                caption=item.title,
                display_order=order,
            )
    if not item.try_on:
        link = link_for(product)
        link.enabled = False
        link.save(update_fields=["enabled"])
    return product
