"""What the merchant, or a setting of hers, wants done with products at Genlook.

The wish stands in the product's link, so nothing is lost when a task is. One task at a
time carries out one wish and hands over the next: reading and sending pictures never fills
the queue before a shopper's try-on, however many products are waiting.
"""

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet

from .. import clock, shops
from ..conf import conf
from ..models import CatalogueRun, Copy, ProductLink
from ..models.copy import held_rows, through
from ..shops import MAIN
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
    """Have workers do `wanted` with these products in the account in charge; return how many.
    One query (a few in another account than the main one), and `start` is left to the caller. A
    deleted product can only be forgotten."""
    links = links.order_by()
    if wanted in (Wanted.REGISTER, Wanted.REFRESH):
        links = links.exclude(product=None)
    values = {"wanted": wanted, "wanted_at": clock.now()}
    if conf.account == MAIN:
        return links.update(**values)
    pks = list(links.values_list("pk", flat=True))
    if wanted != Wanted.FORGET:
        rows = [Copy(link_id=pk, shop=conf.account) for pk in pks]
        Copy.objects.bulk_create(rows, ignore_conflicts=True)
    return held_rows().filter(link__in=pks).update(**values)


def wish_everywhere(links: QuerySet[ProductLink], wanted: str) -> int:
    """The same in every account: what a merchant asks for; return how many products."""
    counts = []
    for shop in conf.accounts:
        with shops.of(shop):
            counts.append(wish(links, wanted))
    return max(counts)


def start_everywhere() -> None:
    """Begin with the oldest wish in every account."""
    for shop in conf.accounts:
        with shops.of(shop):
            start()


def start() -> None:
    """Begin with the oldest wish, unless a task is at it."""
    run = CatalogueRun.load(_run())
    now = clock.now()
    if run.touched_at and run.touched_at > now - LOST_AFTER:
        return
    pk = _next()
    mine = CatalogueRun.objects.filter(pk=run.pk, touched_at=run.touched_at, cursor=run.cursor)
    if pk and mine.update(cursor=str(pk), touched_at=now):
        enqueue("carry_out", pk)


def carry_out(pk: int | str) -> None:
    """The task: carry out the wish for the product link `pk`, then hand over the next. When
    requests are scarce the rest waits for the next sweep."""
    held = held_rows().filter(**{through("pk"): pk}).exclude(wanted="").first()
    if held is None or _carried_out(held, held if isinstance(held, ProductLink) else held.link):
        _go_on(pk)


def scarce() -> bool:
    """Whether shoppers may soon need what is left of this minute's requests: half of them."""
    limit = conf.requests_per_minute
    return bool(limit) and pacing.room(limit) < limit // 4


def _carried_out(held: ProductLink | Copy, link: ProductLink) -> bool:
    as_read = {"wanted": held.wanted, "wanted_at": held.wanted_at}
    mine = held_rows().filter(pk=held.pk, **as_read).order_by()
    if link.product is None and held.wanted != Wanted.FORGET:
        mine.update(wanted="", wanted_at=None)
        return True
    if scarce():
        return False
    try:
        anew = held.wanted == Wanted.REFRESH
        done = forget(link) if held.wanted == Wanted.FORGET else send(link, anew=anew)
    except Paused:
        return False
    if done is Sending.LATER:
        # Behind the others, so that one product cannot keep all of them waiting.
        mine.update(wanted_at=clock.now())
        return False
    mine.update(wanted="", wanted_at=None)
    return True


def _next() -> Any:
    waiting = held_rows().exclude(wanted="").order_by(F("wanted_at").asc(), "pk")
    return waiting.values_list(through("pk"), flat=True).first()


def _run() -> str:
    return f"{RUN}@{conf.account}" if conf.account else RUN


def _go_on(pk: int | str) -> None:
    following = _next()
    # Whose number does not stand there was taken for lost, and another goes on.
    mine = CatalogueRun.objects.filter(pk=_run(), cursor=str(pk))
    if following is None:
        mine.update(cursor="", touched_at=None)
    elif mine.update(cursor=str(following), touched_at=clock.now()):
        enqueue("carry_out", following)
