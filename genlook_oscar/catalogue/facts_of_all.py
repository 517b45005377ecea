"""What decides on every product page of the shop, in a few plain queries.

`facts.of_product` has the same as expressions for a page or a list. For a whole catalogue a
database takes long for them (measured on PostgreSQL: 7 s for 20,000 products with 6,000 variants,
this 0.3 s). A test compares both.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from oscar.core.loading import get_model

from ..models import ProductLink, Rule
from . import rules

Link = tuple[bool | None, str]
"""A product's own switch, and its code of `Ready`."""
UNKNOWN: Link = (None, "")
CHUNK = 5_000


def read(products: QuerySet[Any] | None = None) -> Iterator[dict[str, Any]]:
    """The facts of each of these products (of all with None) that has a page: it is public and
    no variant."""
    Product = get_model("catalogue", "Product")
    pages = Product._base_manager.filter(is_public=True).exclude(structure=Product.CHILD)
    if products is not None:
        pages = pages.filter(pk__in=products.order_by().values("pk"))
    links = _links()
    images = get_model("catalogue", "ProductImage").objects.exclude(original="").order_by()
    pictured = set(images.values_list("product_id", flat=True).iterator(CHUNK))
    by_category = _by_category()
    by_class = dict(
        Rule.objects.filter(product_class__isnull=False).values_list("product_class_id", "on")
    )
    variants = _variants(links, pictured)
    rows = pages.order_by().values_list("pk", "product_class_id")
    for pk, product_class in rows.iterator(CHUNK):
        on, ready = links.get(pk, UNKNOWN)
        yield {
            "public": True,
            "parent_public": None,
            "genlook_own_on": on,
            "genlook_parent_on": None,
            "genlook_category_on": by_category.get(pk),
            "genlook_class_on": by_class.get(product_class),
            "genlook_ready": ready,
            "pictured": pk in pictured,
            "variants": pk in variants,
            "variant_on": "variant_on" in variants.get(pk, ()),
            "variant_open": "variant_open" in variants.get(pk, ()),
            "variant_on_own": "variant_on_own" in variants.get(pk, ()),
        }


def _links() -> dict[int, Link]:
    rows = ProductLink.objects.exclude(product=None).order_by()
    found = rows.values_list("product_id", "enabled", "ready_code")
    return {pk: (on, ready) for pk, on, ready in found.iterator(CHUNK)}


def _variants(links: dict[int, Link], pictured: set[int]) -> dict[int, set[str]]:
    """What holds of any public variant, by the parent."""
    rows = get_model("catalogue", "Product")._base_manager.order_by()
    rows = rows.filter(parent__isnull=False, is_public=True).values_list("parent_id", "pk")
    found: dict[int, set[str]] = defaultdict(set)
    for parent, pk in rows.iterator(CHUNK):
        on, ready = links.get(pk, UNKNOWN)
        held = found[parent]
        if on is not False:
            held.add("variant_on")
        unfit = ready in rules.HARD or (ready in rules.OVERRULED and not on)
        if on is not False and not unfit and pk in pictured:
            held.add("variant_open")
            if on:
                held.add("variant_on_own")
    return found


def _by_category() -> dict[int, bool]:
    """The rule of each product's deepest category that has one; off beats on."""
    found = Rule.objects.filter(category__isnull=False).order_by("-category__depth", "on")
    wanted = list(found.values_list("category__path", "on"))
    if not wanted:
        return {}
    decided: dict[int, tuple[int, bool]] = {}
    for pk, path in get_model("catalogue", "Category").objects.order_by().values_list("pk", "path"):
        for place, (head, on) in enumerate(wanted):
            if path.startswith(head):
                decided[pk] = (place, on)
                break
    members = get_model("catalogue", "ProductCategory")._default_manager.order_by()
    best: dict[int, tuple[int, bool]] = {}
    for product, category in members.values_list("product_id", "category_id").iterator(CHUNK):
        if (rule := decided.get(category)) and rule < best.get(product, (len(wanted), True)):
            best[product] = rule
    return {product: on for product, (_, on) in best.items()}
