"""What happens here when the shop does something else: signs a shopper in, deletes her.

None of these lets an exception out or talks to Genlook: the shop never suffers because
of us.
"""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_delete, pre_delete
from django.dispatch import receiver
from oscar.apps.basket.signals import basket_addition
from oscar.apps.checkout.signals import post_checkout
from oscar.apps.order.signals import order_placed

from .contained import contained
from .engine import books, erasing
from .insight import attribution, experiment
from .models import DayMark, Photo, Shopper, TryOn
from .shopper import files, identity
from .transactions import atomic
from .visitor import guest_key


# Django's signal, because Oscar's own is not sent when a new customer registers.
@receiver(user_logged_in, dispatch_uid="genlook_oscar.bring_guest_along")
@contained(None)
def bring_guest_along(request: Any, user: Any, **kwargs: Any) -> None:
    """What she collected as a guest becomes the customer's."""
    identity.bring_along(request, user)


@receiver(pre_delete, sender=Shopper, dispatch_uid="genlook_oscar.ask_for_erasure")
@contained(None)
def ask_for_erasure(instance: Shopper, **kwargs: Any) -> None:
    """Genlook has to erase a deleted shopper, which deleting her user brings about too."""
    # A failure in the database is undone up to here, so that the deletion itself can go on.
    with atomic():
        erasing.forget(instance)
        if instance.user_id:
            experiment.forget(instance.user)


@receiver(post_delete, sender=Photo, dispatch_uid="genlook_oscar.delete_photo_file")
@receiver(post_delete, sender=TryOn, dispatch_uid="genlook_oscar.delete_result_file")
@contained(None)
def delete_file(instance: Photo | TryOn, **kwargs: Any) -> None:
    """Django leaves files behind when rows are deleted."""
    name = instance.file.name if isinstance(instance, Photo) else instance.result.name
    if name:
        transaction.on_commit(lambda: files.delete(name), robust=True)


@receiver(post_delete, sender=TryOn, dispatch_uid="genlook_oscar.keep_books")
@contained(None)
def keep_books(instance: TryOn, **kwargs: Any) -> None:
    """What Genlook charged stays charged when our row is gone."""
    books.note_deleted(instance)


@receiver(post_delete, sender=TryOn, dispatch_uid="genlook_oscar.count_day_again")
@contained(None)
def count_day_again(instance: TryOn, **kwargs: Any) -> None:
    """The figures of its day are another's now."""
    with atomic():
        DayMark.note(instance.created_at)


@receiver(basket_addition, dispatch_uid="genlook_oscar.note_basket")
@contained(None)
def note_basket(request: Any, product: Any, **kwargs: Any) -> None:
    """She may have put into her basket what she has seen on herself."""
    attribution.note_basket(request, product)


@receiver(order_placed, dispatch_uid="genlook_oscar.note_order")
@contained(None)
def note_order(order: Any, user: Any = None, **kwargs: Any) -> None:
    """What of an order was tried on before, as far as the order itself tells whose it is."""
    attribution.note_order(order, attribution.who_ordered(order, user))


@receiver(post_checkout, dispatch_uid="genlook_oscar.note_checkout")
@contained(None)
def note_checkout(order: Any, request: Any, **kwargs: Any) -> None:
    """The same for a guest, whom only her session knows."""
    experiment.note_order(request)
    if guest_key(request) is not None:
        attribution.note_order(order, identity.shopper_filter(request))
