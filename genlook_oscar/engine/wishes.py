"""What the merchant, or a setting of hers, wants done with products at Genlook.

The wish stands in the product's link, so nothing is lost when a task is. One task at a
time carries out one wish and hands over the next: reading and sending pictures never fills
the queue before a shopper's try-on, however many products are waiting.
"""

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet

from .. import clock
from ..conf import conf
from ..models import CatalogueRun, ProductLink
from . import pacing
from .pacing import Paused
from .products import Sending, forget, send
from .queue import enqueue

RUN = "wishes"
LOST_AFTER = timedelta(seconds=45)
"""A task that has not come by then is taken for lost, and another is begun. Chosen here;
where it was only late, one of the two stops by itself."""
Wanted = ProductLink.Wanted


def wish(links: QuerySet[ProductLink], wanted: str) -> int:
    """Have workers do `wanted` with these products; return how many. One query, and `start`
    is left to the caller. A deleted product can only be forgotten."""
    if wanted in (Wanted.REGISTER, Wanted.REFRESH):
        links = links.exclude(product=None)
    return links.order_by().update(wanted=wanted, wanted_at=clock.now())


def start() -> None:
    """Begin with the oldest wish, unless a task is at it."""
    run = CatalogueRun.load(RUN)
    now = clock.now()
    if run.touched_at and run.touched_at > now - LOST_AFTER:
        return
    pk = _next()
    mine = CatalogueRun.objects.filter(pk=RUN, touched_at=run.touched_at, cursor=run.cursor)
    if pk and mine.update(cursor=str(pk), touched_at=now):
        enqueue("carry_out", pk)


def carry_out(pk: int | str) -> None:
    """The task: carry out the wish for the product link `pk`, then hand over the next. When
    requests are scarce the rest waits for the next sweep."""
    link = ProductLink.objects.filter(pk=pk).exclude(wanted="").first()
    if link is None or _carried_out(link):
        _go_on(pk)


def scarce() -> bool:
    """Whether shoppers may soon need what is left of this minute's requests: half of them."""
    limit = conf.requests_per_minute
    return bool(limit) and pacing.room(limit) < limit // 4


def _carried_out(link: ProductLink) -> bool:
    mine = ProductLink.objects.filter(
        pk=link.pk, wanted=link.wanted, wanted_at=link.wanted_at
    ).order_by()
    if link.product is None and link.wanted != Wanted.FORGET:
        mine.update(wanted="", wanted_at=None)
        return True
    if scarce():
        return False
    try:
        done = forget(link) if link.wanted == Wanted.FORGET else _send(link)
    except Paused:
        return False
    if done is Sending.LATER:
        # Behind the others, so that one product cannot keep all of them waiting.
        mine.update(wanted_at=clock.now())
        return False
    mine.update(wanted="", wanted_at=None)
    return True


def _send(link: ProductLink) -> Sending:
    return send(link, anew=link.wanted == Wanted.REFRESH)


def _next() -> Any:
    waiting = ProductLink.objects.exclude(wanted="").order_by(F("wanted_at").asc(), "pk")
    return waiting.values_list("pk", flat=True).first()


def _go_on(pk: int | str) -> None:
    following = _next()
    # Whose number does not stand there was taken for lost, and another goes on.
    mine = CatalogueRun.objects.filter(pk=RUN, cursor=str(pk))
    if following is None:
        mine.update(cursor="", touched_at=None)
    elif mine.update(cursor=str(following), touched_at=clock.now()):
        enqueue("carry_out", following)
