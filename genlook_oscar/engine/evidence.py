"""What an uncertain try-on has cost: proved where Genlook's documented answers prove it, else
settled by a person.

Genlook lists no generations, so a lost id cannot be looked up. Two things that it does tell
speak about a request whose answer was lost. Each use of a product refreshes its `lastUsedAt`:
where that is older than the request, with room for two clocks that differ, the product was not
used by it. And a generation takes a credit: where the balance fell by exactly what the books
settled, with nothing under way, no other one was taken. Either alone leaves a doubt (when a use
is written down, who else tops the account up). Where both say so, and only after a generation
would long have ended, nothing was carried out, and the books say that. Nothing is ever sent
again by itself.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from .. import clock, logs, shops
from ..api import GenlookError
from ..conf import conf
from ..models import Account, Record, TryOn
from ..models.mark import mark
from .account import ask
from .pacing import Kind, Paused
from .queue import enqueue, ensure_watcher
from .timing import LATE

logger = logs.logger(__name__)

CLOCKS = timedelta(minutes=2)
"""How far this host's clock and Genlook's may differ. Chosen here; hosts keep to a second."""
AT_A_TIME = 5
PROOF = "The product's last use is older, and the balance fell by what the books know."


class NotSettled(Exception):
    """A try-on that cannot be settled so; `str()` says why, to the operator."""


def hand_over(account: Account) -> None:
    """Have workers look at the uncertain try-ons of which the balance says that none of them
    was carried out; each is looked at once."""
    for pk in _by_the_balance(account).values_list("pk", flat=True)[:AT_A_TIME]:
        enqueue("look_for_evidence", str(pk))


def look(pk: str) -> None:
    """The task: ask when the product was last used, and release the credit where that proves
    that the try-on `pk` was not carried out."""
    shop = TryOn.objects.filter(pk=pk).values_list("shop", flat=True).first()
    if shop is None:
        return
    with shops.of(shop):
        _look(pk)


def _look(pk: str) -> None:
    tryon = _by_the_balance(Account.load()).select_related("link").filter(pk=pk).first()
    if tryon is None or tryon.link is None or tryon.sent_at is None:
        return
    external_id = tryon.link.external_id
    try:
        product = ask(
            Kind.SPARE,
            lambda client: client.product(external_id),
            about=f"product/{external_id}",
        )
    except Paused:
        return
    except GenlookError as error:
        logger.info("No evidence of an uncertain try-on: %s", error.code)
        product = None
    mine = TryOn.objects.filter(pk=tryon.pk, charge=TryOn.Charge.UNCERTAIN, generation_id="")
    used = product.last_used_at if product and product.external_id == external_id else None
    if used is not None and used < tryon.sent_at - CLOCKS:
        mine.update(charge=TryOn.Charge.NONE, error_code="unavailable", error_detail=PROOF)
        return
    # Looked at, without a proof: it stays uncertain.
    mine.update(polls=1)


def _by_the_balance(account: Account) -> QuerySet[TryOn]:
    """Uncertain try-ons that no credit was taken for, by the books: sent after one reading of
    the balance, a generation would have ended before the last one, nothing was under way at
    either, and in between nothing was taken but what was settled."""
    if account.books_even_since is None or account.books_at is None or account.books_open:
        return TryOn.objects.none()
    ended = account.books_at - timedelta(seconds=conf.deadline_seconds)
    return (
        TryOn.objects.ours()
        .filter(
            status=TryOn.Status.FAILED,
            charge=TryOn.Charge.UNCERTAIN,
            error_code="uncertain",
            generation_id="",
            polls=0,
            sent_at__gt=max(account.books_even_since, clock.now() - LATE),
            sent_at__lt=ended,
        )
        .order_by("sent_at")
    )


def settle(tryon: TryOn, by: str, *, charged: bool | None = None, generation: str = "") -> TryOn:
    """Decide what an uncertain try-on has cost, by a person's word: `charged` or not, or that
    it is this `generation`, which is then followed. `by` is who says so, for the record.

    Returns the row as it is now. Raises `NotSettled`.
    """
    if tryon.charge != TryOn.Charge.UNCERTAIN or tryon.status != TryOn.Status.FAILED:
        raise NotSettled(f"The try-on {tryon.pk} is not uncertain, but {_words(tryon)}.")
    if generation and TryOn.objects.filter(generation_id=generation).exclude(pk=tryon.pk).exists():
        raise NotSettled(f"The generation {generation} belongs to another try-on.")
    now = clock.now()
    before = _words(tryon)
    with shops.of(tryon.shop):
        account = mark()
    detail = f"Settled by {by}."
    values: dict[str, Any]
    if generation:
        values = {
            "generation_id": generation,
            "account": account,
            "charge": TryOn.Charge.RESERVED,
            "error_code": "too_slow",
            "accepted_at": tryon.accepted_at or tryon.sent_at,
            **_followed(now),
        }
    else:
        values = {"charge": TryOn.Charge.SETTLED if charged else TryOn.Charge.NONE}
    rows = TryOn.objects.filter(pk=tryon.pk, charge=TryOn.Charge.UNCERTAIN)
    if not rows.update(error_detail=detail, **values):
        raise NotSettled(f"The try-on {tryon.pk} has changed in this moment. Look again.")
    tryon.refresh_from_db()
    Record.settled(by, f"{tryon._meta.verbose_name} {tryon.pk}", before, _words(tryon))
    if generation:
        with shops.of(tryon.shop):
            ensure_watcher()
    return tryon


def _followed(now: datetime) -> dict[str, Any]:
    return {"late_until": now + LATE, "next_poll_at": now, "polls": 0, "result_url": ""}


def _words(tryon: TryOn) -> str:
    named = f", {tryon.generation_id}" if tryon.generation_id else ""
    return f"{tryon.get_charge_display()}{named}"
