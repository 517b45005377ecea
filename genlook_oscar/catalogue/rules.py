"""Which products can be tried on: the merchant's switches, rules and what readiness found.

What decides, the first that says anything:

1. the product's own switch, or its parent's; off beats on;
2. of its categories and all above them, the rule of the deepest one; off beats on where two
   are equally deep;
3. the rule of its product class;
4. otherwise it can be tried on.

A variant has the categories and the class of its parent. All of it fits into the query that
reads a product, or a page of them: see `facts`.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Left, Length
from oscar.core.loading import get_model

from ..models import BLOCKING, ProductLink, Ready, Rule

OVERRULED = (Ready.WRONG_KIND, Ready.BAD_REPORTS)
"""What the merchant may know better: a product that is switched on by itself is not kept
back by these."""
HARD = tuple(code for code in BLOCKING if code not in (*OVERRULED, Ready.NO_PICTURE))
"""What nobody can overrule. That there is no picture is seen afresh each time."""


def facts(product_id: Any, parent_id: Any = None) -> dict[str, Any]:
    """What must be known of a product, as expressions that fit into any query.

    For one product its primary key and its parent's, None where it has none; for a queryset
    of products `OuterRef("pk")` and `OuterRef("parent_id")`. Judge them with `refusal`.
    """
    links = ProductLink.objects.order_by()
    own = links.filter(product_id=product_id)
    above = links.none() if parent_id is None else links.filter(product_id=parent_id)
    return {
        "genlook_own_on": Subquery(own.values("enabled")[:1]),
        "genlook_parent_on": Subquery(above.values("enabled")[:1]),
        "genlook_category_on": _category_rule(product_id, parent_id),
        "genlook_class_on": _class_rule(product_id, parent_id),
        "genlook_ready": Subquery(own.values("ready_code")[:1]),
    }


def refusal(known: Mapping[str, Any]) -> str:
    """Why a product with these facts cannot be tried on: "product_off", "category_off",
    "not_ready", or "" when nothing stands against it."""
    switches = (known["genlook_own_on"], known["genlook_parent_on"])
    if False in switches:
        return "product_off"
    if True not in switches and not allowed_by_rules(known):
        return "category_off"
    ready = known["genlook_ready"]
    if ready in HARD or (ready in OVERRULED and True not in switches):
        return "not_ready"
    return ""


def allowed_by_rules(known: Mapping[str, Any]) -> bool:
    """Whether a product with these facts can be tried on when its own switch says nothing."""
    for rule in (known["genlook_category_on"], known["genlook_class_on"]):
        if rule is not None:
            return bool(rule)
    return True


def allowed() -> Q:
    """`allowed_by_rules` as a condition, for a queryset that has the two facts as aliases."""
    by_class = Q(genlook_class_on=True) | Q(genlook_class_on__isnull=True)
    return Q(genlook_category_on=True) | Q(by_class, genlook_category_on__isnull=True)


def deciding_rule(product: Any) -> Rule | None:
    """The rule that holds for a product, None when there is none. Two queries."""
    owner = product.parent_id if product.is_child else product.pk
    paths = _memberships().filter(product_id=owner).values_list("category__path", flat=True)
    heads = {path[:end] for path in paths for end in range(1, len(path) + 1)}
    above = Rule.objects.filter(category__path__in=heads)
    rule: Rule | None = above.order_by("-category__depth", "on").first()
    return rule or Rule.objects.filter(product_class__products__id=owner).first()


def open_variants(parent_id: Any) -> Any:
    """The public variants of a parent that are neither switched off nor known to be unfit,
    as a queryset for `Exists`."""
    links = ProductLink.objects.order_by().filter(product_id=OuterRef("pk"))
    unfit = Q(ready_code__in=HARD) | Q(ready_code__in=OVERRULED) & ~Q(enabled=True)
    variants = get_model("catalogue", "Product")._base_manager.filter(
        parent_id=parent_id, is_public=True
    )
    return variants.exclude(Exists(links.filter(Q(enabled=False) | unfit)))


def _owner(product_id: Any, parent_id: Any) -> Any:
    """Whose categories and class count, for a query inside of the one that asks for a rule."""
    own, parent = (
        OuterRef(key) if isinstance(key, OuterRef) else key for key in (product_id, parent_id)
    )
    if isinstance(parent, OuterRef):
        return Coalesce(parent, own)
    return own if parent is None else parent


def _memberships() -> Any:
    return get_model("catalogue", "ProductCategory")._default_manager.order_by()


def _category_rule(product_id: Any, parent_id: Any) -> Any:
    # Left and not LIKE: SQLite's LIKE ignores case, which a tree's path need not.
    head = Left("category__path", Length(OuterRef("category__path")))
    below = (
        _memberships()
        .filter(product_id=_owner(product_id, parent_id))
        .annotate(head=head)
        .filter(head=OuterRef("category__path"))
    )
    found = Rule.objects.filter(Exists(below), category__isnull=False)
    return Subquery(found.order_by("-category__depth", "on").values("on")[:1])


def _class_rule(product_id: Any, parent_id: Any) -> Any:
    products = get_model("catalogue", "Product")._base_manager.order_by()
    owner = products.filter(pk=_owner(product_id, parent_id)).values("product_class")[:1]
    rule = Rule.objects.order_by().filter(product_class_id=Subquery(owner))
    return Subquery(rule.values("on")[:1])
