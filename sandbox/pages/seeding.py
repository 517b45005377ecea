from collections.abc import Iterable
from typing import Any

from django.conf import settings
from oscar.core.loading import get_model
from wagtail.models import Page, Site

from .models import ContentPage, HomePage

Body = list[tuple[str, Any]]

HOW: Body = [
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


def home_body() -> Body:
    """A product of the week and a row to swipe through."""
    body: Body = []
    for product in _products("AO-DRS-200"):
        body.append(
            (
                "product",
                {
                    "product": product,
                    "heading": "The dress of the week",
                    "text": "A wrap dress that moves with you. See yourself in it before it is"
                    " on its way.",
                    "layout": "wide",
                    "show_price": True,
                    "without": "product",
                },
            )
        )
    strip = _products("AO-TOP-100", "AO-JKT-300", "AO-TRS-400", "AO-HAT-500", "AO-EYE-600")
    if strip:
        body.append(("products", _strip("New this week", "", strip, "strip")))
    return body


def lookbook_body() -> Body:
    """A stage, and the whole collection in a grid."""
    body: Body = [
        (
            "text",
            "<p>Linen, denim and a little silk: the pieces we would wear ourselves. Choose one,"
            " then another; your photo stays the same.</p>",
        )
    ]
    stage = _products("AO-DRS-200", "AO-DRS-210", "AO-DRS-220", "AO-JKT-310", "AO-JKT-320")
    if stage:
        value = {
            "heading": "Your fitting room",
            "text": "Five looks, one photo of you.",
            "products": stage,
            "show_price": True,
        }
        body.append(("stage", value))
    grid = _products(
        "AO-TOP-110", "AO-TOP-120", "AO-JKT-300", "AO-TRS-410", "AO-HAT-510", "AO-EYE-610"
    )
    if grid:
        body.append(("products", _strip("Try the collection", "", grid, "grid")))
    return body


def how_body() -> Body:
    """How it works, and two of the products."""
    products = _products("AO-DRS-200", "AO-JKT-300")
    if not products:
        return HOW
    return [*HOW, ("products", _strip("Begin with one of these", "", products, "grid"))]


def seed_pages() -> bool:
    """Put the shop's pages in place of Wagtail's welcome page, which it has no template for."""
    if HomePage.objects.exists():
        return False
    root = Page.get_first_root_node()
    # Pages of an editor's, from before the shop had a home page, are kept below it.
    earlier = list(ContentPage.objects.child_of(root))
    Site.objects.all().delete()
    root.get_children().exclude(pk__in=[page.pk for page in earlier]).delete()
    root.refresh_from_db()
    home = root.add_child(
        instance=HomePage(
            title="See yourself in it",
            slug="front",
            intro="A small shop for clothes, hats and eyewear. Open any product and try it on"
            " with a photo of yours.",
            body=home_body(),
        )
    )
    for page in earlier:
        page.move(home, pos="last-child")
    home.refresh_from_db()
    for title, slug, body in (
        ("Lookbook", "lookbook", lookbook_body()),
        ("How virtual try-on works", "how-it-works", how_body()),
    ):
        home.add_child(instance=ContentPage(title=title, slug=slug, show_in_menus=True, body=body))
    Site.objects.create(
        hostname="localhost",
        port=80,
        site_name=settings.WAGTAIL_SITE_NAME,
        root_page=home,
        is_default_site=True,
    )
    return True


def _products(*skus: str) -> list[Any]:
    """The products with these SKUs, or whose variants begin with them, unless they are gone."""
    products = get_model("catalogue", "Product").objects
    found: Iterable[Any] = (
        products.filter(stockrecords__partner_sku=sku).first()
        or products.filter(children__stockrecords__partner_sku__startswith=f"{sku}-").first()
        for sku in skus
    )
    return [product for product in found if product]


def _strip(heading: str, text: str, products: list[Any], layout: str) -> dict[str, Any]:
    return {
        "heading": heading,
        "text": text,
        "products": products,
        "layout": layout,
        "show_price": True,
        "without": "product",
    }
