"""A large catalogue out of few pictures: for measurements and for looking at long lists."""

import io
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from oscar.core.loading import get_model
from PIL import Image

CLASS, PARTNER = "Crowd", "crowd"
COLOURS = ("#29405e", "#9b3d2f", "#4f6f52", "#d6b25e", "#6b5a7b", "#2d2d2d", "#b9a28c", "#7aa0b8")
KINDS = ("shirt", "dress", "jacket", "jumper", "skirt", "hat", "coat", "blouse", "cardigan", "vest")
FAMILY = 5
"""Every so-many products are one parent with all the others as its variants."""
BARE_EVERY, SMALL_EVERY = 20, 33


class Shelf:
    """Adds products: standalone ones, and parents with variants; a few have no picture or one
    that is too small, as in any shop."""

    def __init__(self) -> None:
        Category = get_model("catalogue", "Category")
        self.product_class = get_model("catalogue", "ProductClass").objects.get_or_create(
            name=CLASS, defaults={"requires_shipping": True, "track_stock": True}
        )[0]
        self.partner = get_model("partner", "Partner").objects.get_or_create(
            code=PARTNER, defaults={"name": CLASS}
        )[0]
        root = Category.objects.filter(name=CLASS, depth=1).first() or Category.add_root(name=CLASS)
        self.categories = [
            root.get_children().filter(name=f"{kind.title()}s").first()
            or Category.objects.get(pk=root.pk).add_child(name=f"{kind.title()}s")
            for kind in KINDS
        ]
        self.pictures = [
            _picture(f"crowd/{number}.jpg", colour) for number, colour in enumerate(COLOURS)
        ]
        self.small = _picture("crowd/small.jpg", "#888888", side=120)
        self.made = get_model("catalogue", "Product").objects.filter(upc__startswith="CRW").count()

    def add(self, count: int) -> None:
        """Put `count` more products on the shelf, variants among them."""
        Product = get_model("catalogue", "Product")
        rows: list[Any] = []
        parent: Any = None
        for number in range(self.made, self.made + count):
            place = number % (2 * FAMILY)
            kind = KINDS[number % len(KINDS)]
            product = Product(
                title=f"{kind.title()} {number}",
                slug=f"{kind}-{number}",
                upc=f"CRW-{number:06}",
                description="" if number % 7 == 0 else f"<p>A {kind} for the crowd.</p>",
                structure=Product.STANDALONE,
            )
            if place == FAMILY:
                product.structure, parent = Product.PARENT, product
            elif place > FAMILY and parent is not None:
                product.structure, product.parent = Product.CHILD, parent
            if product.structure != Product.CHILD:
                product.product_class = self.product_class
            rows.append(product)
        heads = [row for row in rows if row.parent is None]
        Product.objects.bulk_create(heads)
        children = [row for row in rows if row.parent is not None]
        for child in children:
            child.parent_id = child.parent.pk
        Product.objects.bulk_create(children)
        self._furnish(rows)
        self.made += count

    def _furnish(self, rows: list[Any]) -> None:
        ProductCategory = get_model("catalogue", "ProductCategory")
        ProductImage = get_model("catalogue", "ProductImage")
        StockRecord = get_model("partner", "StockRecord")
        ProductCategory.objects.bulk_create(
            ProductCategory(product=row, category=self.categories[row.pk % len(self.categories)])
            for row in rows
            if row.parent_id is None
        )
        ProductImage.objects.bulk_create(
            ProductImage(
                product=row,
                original=self.small
                if row.pk % SMALL_EVERY == 0
                else self.pictures[row.pk % len(self.pictures)],
                display_order=0,
            )
            for row in rows
            if row.pk % BARE_EVERY
        )
        StockRecord.objects.bulk_create(
            StockRecord(
                product=row,
                partner=self.partner,
                partner_sku=row.upc,
                price_currency="EUR",
                price=49,
                num_in_stock=3,
            )
            for row in rows
            if row.structure != row.PARENT
        )


def _picture(name: str, colour: str, side: int = 900) -> str:
    if not default_storage.exists(name):
        out = io.BytesIO()
        Image.new("RGB", (side * 4 // 5, side), colour).save(out, "JPEG")
        default_storage.save(name, ContentFile(out.getvalue()))
    return name
