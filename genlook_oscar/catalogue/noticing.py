"""Changes of the catalogue are noticed where they happen: the product is looked at again.

The receivers do nothing while the shop saves: one row's mark is written when the shop has
committed. None lets an exception out, none talks to Genlook: what follows is the work of the
sweep, and a change that no signal tells of, or that was lost between the two, is found by the
daily comparison (see `engine.catalogue`).
"""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.signals import m2m_changed, post_delete, post_save
from oscar.core.loading import get_model

from ..contained import contained
from ..models import ProductLink, Ready, Report
from ..transactions import atomic
from .rules import HARD

MENDABLE = (Ready.NO_PICTURE, *HARD)


def note_changed(*product_ids: Any) -> None:
    """Have these products looked at again, and their variants, which show what is theirs.

    What was wrong may be mended, so it keeps nobody from trying on meanwhile; whatever else
    was found stays until somebody has looked.
    """
    family = Q(product_id__in=product_ids) | Q(product__parent_id__in=product_ids)
    hopeful = Case(When(ready_code__in=MENDABLE, then=Value("")), default=F("ready_code"))
    ProductLink.objects.filter(family).order_by().update(ready_code=hopeful, checked_at=None)


def note_links(links: QuerySet[ProductLink]) -> int:
    """Have the products of these links looked at again, their files included; return how
    many."""
    return links.order_by().update(checked_at=None, checked_content="")


def connect() -> None:
    """Listen to Oscar's models; called once, when they are loaded."""
    Product = get_model("catalogue", "Product")
    pairs = [
        (post_save, Product, "pk"),
        (post_save, get_model("catalogue", "ProductImage"), "product_id"),
        (post_delete, get_model("catalogue", "ProductImage"), "product_id"),
        (post_save, get_model("catalogue", "ProductCategory"), "product_id"),
        (post_delete, get_model("catalogue", "ProductCategory"), "product_id"),
    ]
    for signal, sender, name in pairs:
        signal.connect(
            _Receiver(name),
            sender=sender,
            weak=False,
            dispatch_uid=f"genlook_oscar.{sender.__name__}.{id(signal)}",
        )
    m2m_changed.connect(
        _categories_changed,
        sender=Product.categories.through,
        dispatch_uid="genlook_oscar.categories",
    )
    post_save.connect(_reported, sender=Report, dispatch_uid="genlook_oscar.reported")


class _Receiver:
    """Notes the product that `name` of the row points to."""

    def __init__(self, name: str) -> None:
        self.name = name

    @contained(None)
    def __call__(self, instance: Any, raw: bool = False, **kwargs: Any) -> None:
        # A fixture may be loaded before our tables are there.
        if not raw:
            _note_later(getattr(instance, self.name), using=kwargs.get("using"))


@contained(None)
def _categories_changed(instance: Any, action: str, reverse: bool, **kwargs: Any) -> None:
    if action.startswith("post_"):
        changed = (kwargs.get("pk_set") or ()) if reverse else (instance.pk,)
        _note_later(*changed, using=kwargs.get("using"))


@contained(None)
def _reported(instance: Report, created: bool, raw: bool = False, **kwargs: Any) -> None:
    if created and not raw and instance.link_id is not None:
        with atomic():
            ProductLink.objects.filter(pk=instance.link_id).update(checked_at=None)


def _note_later(*product_ids: Any, using: str | None) -> None:
    # A shop counts the queries of its own transactions, and needs them to go on.
    change = partial(contained(None)(note_changed), *product_ids)
    transaction.on_commit(change, using=using)
