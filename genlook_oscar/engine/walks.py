"""Walks through the whole catalogue, for the command line: in bounded memory, going on where
they were cut off, inside the rate budget and after shoppers' own requests."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.db import reset_queries
from django.db.models import QuerySet

from .. import clock, shops
from ..api import Client, ProductPage
from ..catalogue.links import make_links
from ..catalogue.payload import VALID_FOR_DAYS
from ..catalogue.readiness import Kinds, look
from ..conf import conf
from ..models import CatalogueRun, Configuration, ProductLink
from ..models.copy import held_of, held_rows, through
from ..models.mark import ours
from . import wishes
from .account import ask
from .catalogue import look_at, offered, without_link
from .pacing import Kind, Paused
from .products import Sending, forget, note_forgotten, send

CHUNK = 500
NOTED_EVERY = 25
"""Products between two notes of how far the walk is: as many are done twice, at most."""
PAGE = 200
"""Products on a page of Genlook's list; the most it gives (documented)."""
LONGEST_WAIT = 5.0
"""Seconds that a walk sleeps at a time. Chosen here."""
GIVEN_UP_AFTER = 5
"""So many products in a row that could not be sent mean that Genlook cannot be reached."""

Result = TypeVar("Result")
Tell = Callable[[int, int], None]
"""Is told how many are done, and of how many."""


class GaveUp(Exception):
    """Genlook cannot be reached; what was done stays done, and the walk can be gone on with."""


@dataclass(frozen=True)
class Difference:
    """What Genlook has otherwise than the shop: a `kind` of `KINDS`, and the product's name."""

    kind: str
    external_id: str


KINDS = ("stranger", "deleted", "outdated", "missing")


def begin(name: str, total: int, *, restart: bool = False) -> CatalogueRun:
    """The walk `name`: the one that was cut off, or a new one."""
    run = CatalogueRun.load(f"{name}@{conf.account}" if conf.account else name)
    if restart or run.started_at is None or run.finished_at is not None:
        run.note(cursor="", done=0, counts={}, started_at=clock.now(), finished_at=None)
    run.note(total=max(total, run.done), touched_at=clock.now())
    return run


def check(run: CatalogueRun, tell: Tell, *, anew: bool = False) -> Counter[str]:
    """Look at the readiness of every product, files included where something has changed;
    with `anew`, of all. Returns how many there are of each code."""
    while products := list(without_link().order_by("pk")[:CHUNK]):
        make_links(products)
        reset_queries()
    # Readiness is the project's, and goes by the main shop's settings.
    with shops.of(shops.MAIN):
        configuration = Configuration.load()
    kinds = Kinds(configuration.unfit_kinds)

    def step(link: ProductLink) -> str:
        found = look(link, configuration, kinds, anew=True) if anew else None
        if found is None:
            look_at(link, configuration, kinds)
        return link.ready_code

    return _walk(run, with_product(), step, tell)


def register(run: CatalogueRun, tell: Tell) -> Counter[str]:
    """Send every product that can be tried on and that Genlook does not know as it is now.
    Returns how many there are of each `Sending`. Raises `GaveUp`."""
    return _walk(run, offered(with_product()), _patient(send), tell)


def forget_all(run: CatalogueRun, links: QuerySet[ProductLink], tell: Tell) -> Counter[str]:
    """Have Genlook forget these products. Returns how many of each `Sending`; raises
    `GaveUp`."""
    return _walk(run, links, _patient(forget), tell)


def with_product() -> QuerySet[ProductLink]:
    """The links of all products that the shop has."""
    return ProductLink.objects.exclude(product=None)


def known_of_deleted() -> QuerySet[ProductLink]:
    """The links whose product is gone here and perhaps not at Genlook."""
    gone = held_rows().filter(ours(), **{through("product"): None}).exclude(fingerprint="")
    return ProductLink.objects.filter(pk__in=gone.values(through("pk")))


def ever_sent() -> QuerySet[ProductLink]:
    """The links of all products that were ever sent to the account in charge."""
    sent = held_rows().exclude(sent_at=None)
    return ProductLink.objects.filter(pk__in=sent.values(through("pk")))


def compare(run: CatalogueRun, tell: Tell) -> Iterator[Difference]:
    """Go through Genlook's list by its cursor and yield what differs from the shop.

    Products that Genlook learned of with a try-on need not be listed (not documented), so
    only registered ones can be missing. Those of other shops on the account, told by their
    prefix, are passed over. Raises what `ask` raises but `Paused`.
    """
    while True:
        page = _page(run.cursor)
        names = [product.external_id for product in page.items]
        yield from _page_differences(names)
        named = held_rows().filter(**{through("external_id__in"): names})
        named.update(listed_at=clock.now())
        run.note(cursor=page.next_cursor or "", done=run.done + len(names), touched_at=clock.now())
        tell(run.done, 0)
        reset_queries()
        if page.next_cursor is None:
            break
    now = clock.now()
    held = held_rows().filter(ours(), known_until__gt=now, lifetime_days=VALID_FOR_DAYS)
    unlisted = held.exclude(fingerprint="").exclude(listed_at__gte=run.started_at)
    for name in unlisted.values_list(through("external_id"), flat=True).iterator(CHUNK):
        yield Difference("missing", name)
    run.note(finished_at=now)


def mend(difference: Difference) -> None:
    """Have the shop's rows say what is so, and workers send or delete what should be. What
    the shop knows nothing of is left alone: it may be another's."""
    links = ProductLink.objects.filter(external_id=difference.external_id)
    if difference.kind == "missing":
        for link in links:
            note_forgotten(link)
    elif difference.kind == "deleted":
        wishes.wish(links, ProductLink.Wanted.FORGET)
    elif difference.kind == "outdated":
        wishes.wish(links, ProductLink.Wanted.REGISTER)


def _page(cursor: str) -> ProductPage:
    def call(client: Client) -> ProductPage:
        return client.list_products(limit=PAGE, cursor=cursor or None)

    return _waiting(lambda: ask(Kind.SPARE, call, about="products"))


def _page_differences(names: list[str]) -> Iterator[Difference]:
    links = {link.external_id: link for link in ProductLink.objects.filter(external_id__in=names)}
    for name in names:
        link = links.get(name)
        if link is None:
            if name.startswith(conf.external_id_prefix):
                yield Difference("stranger", name)
        elif link.product_id is None:
            yield Difference("deleted", name)
        elif link.checked_content and held_of(link).fingerprint not in ("", link.checked_content):
            yield Difference("outdated", name)


def _walk(
    run: CatalogueRun,
    links: QuerySet[ProductLink],
    step: Callable[[ProductLink], str],
    tell: Tell,
) -> Counter[str]:
    """Take each link by its primary key, from where the walk was cut off."""
    counts = Counter(run.counts)
    rows = links.select_related("product__parent").order_by("pk")
    while chunk := list(rows.filter(pk__gt=int(run.cursor or 0))[:CHUNK]):
        for start in range(0, len(chunk), NOTED_EVERY):
            part = chunk[start : start + NOTED_EVERY]
            for number, link in enumerate(part, start=1):
                counts[step(link)] += 1
                tell(run.done + number, run.total)
            run.note(
                cursor=str(part[-1].pk),
                done=run.done + len(part),
                counts=counts,
                touched_at=clock.now(),
            )
        reset_queries()
    run.note(finished_at=clock.now())
    return counts


def _patient(act: Callable[[ProductLink], Sending]) -> Callable[[ProductLink], str]:
    """Do `act` with a link as soon as a request can be spared; what it ended with."""
    failed_in_a_row = 0

    def step(link: ProductLink) -> str:
        nonlocal failed_in_a_row
        while wishes.scarce():
            clock.sleep(LONGEST_WAIT)
        done = _waiting(lambda: act(link))
        failed_in_a_row = failed_in_a_row + 1 if done is Sending.LATER else 0
        if failed_in_a_row >= GIVEN_UP_AFTER:
            raise GaveUp(link.error_code)
        return done.value

    return step


def _waiting(call: Callable[[], Result]) -> Result:
    while True:
        try:
            return call()
        except Paused as pause:
            clock.sleep(min(pause.seconds, LONGEST_WAIT))
