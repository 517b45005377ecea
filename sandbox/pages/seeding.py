from typing import Any

from django.conf import settings
from oscar.core.loading import get_model
from wagtail.models import Page, Site

from .models import ContentPage

BODY = [
    (
        "text",
        "<p>Pick a piece, choose a photo of yourself, and see it on you within seconds."
        " Nothing to install, and your photo stays private.</p>",
    ),
    ("heading", "A good photo"),
    (
        "text",
        "<ul><li>One person, standing, facing the camera</li><li>Good light and a plain"
        " background</li><li>Arms slightly away from the body</li></ul>",
    ),
]
SHOWN = ("AO-DRS-200", "AO-JKT-300")


def body() -> list[tuple[str, Any]]:
    """What the page says, and two of the products, unless they are gone."""
    Product = get_model("catalogue", "Product")
    found = [Product.objects.filter(stockrecords__partner_sku=sku).first() for sku in SHOWN]
    products = [("product", {"product": product}) for product in found if product]
    return [*BODY, ("heading", "Begin with one of these"), *products] if products else BODY


def seed_pages() -> bool:
    """Put one page in place of Wagtail's welcome page, which the shop has no template for."""
    if ContentPage.objects.exists():
        return False
    root = Page.get_first_root_node()
    Site.objects.all().delete()
    root.get_children().delete()
    root.refresh_from_db()
    page = root.add_child(
        instance=ContentPage(title="How virtual try-on works", slug="home", body=body())
    )
    Site.objects.create(
        hostname="localhost",
        port=80,
        site_name=settings.WAGTAIL_SITE_NAME,
        root_page=page,
        is_default_site=True,
    )
    return True
