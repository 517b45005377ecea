"""The books: the credits that our rows know of, compared with Genlook's balance.

A credit is reserved when Genlook accepts a try-on, settled when its picture is here,
released when the generation fails, and uncertain when nobody can tell. Each time the
balance is read it should have fallen by what was settled since the last time. What it fell
beyond that is the drift: uncertain try-ons that were carried out, other users of the
account, or a mistake on either side.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils.crypto import salted_hmac

from .. import clock, logs, shops
from ..conf import conf
from ..models import Account, TryOn

logger = logs.logger(__name__)

Charge = TryOn.Charge
Status = TryOn.Status
DECIDED = (Charge.SETTLED, Charge.RELEASED, Charge.UNCERTAIN)


@dataclass(frozen=True)
class Ledger:
    """Credits by what our rows say of them. `reserved` are under way now."""

    reserved: int
    settled: int
    released: int
    uncertain: int


def ledger(since: datetime | None = None) -> Ledger:
    """The credits of all rows, or those decided since a moment; what is reserved is not
    decided, so it counts in either. Answered from an index, without looking at rows."""
    rows = TryOn.objects.here().filter(charge__in=DECIDED).order_by()
    if since is not None:
        rows = rows.filter(finished_at__gte=since)
    counted = rows.values("charge").annotate(count=Count("*")).values_list("charge", "count")
    found: dict[str, int] = dict(counted)
    return Ledger(
        reserved=TryOn.objects.here().filter(charge=Charge.RESERVED).count(),
        **{charge.value: found.get(charge, 0) for charge in DECIDED},
    )


def uncertain(since: datetime | None) -> tuple[int, int]:
    """How many credits are uncertain, and how many of them became so since a moment, which are
    all where it is None. One query."""
    lately = Q(finished_at__gte=since) if since else Q()
    found = (
        TryOn.objects.here()
        .filter(charge=Charge.UNCERTAIN)
        .aggregate(every=Count("pk"), lately=Count("pk", filter=lately))
    )
    return found["every"], found["lately"]


def reconcile(credits: int) -> None:
    """Compare the books with a balance that Genlook has just told.

    Genlook charges a finished generation and we settle it when its picture is here, so a
    reading may be off by what is under way at its moment. That much is no drift: it is kept
    beside it as the slack, and is gone at the first reading with nothing under way.

    A balance that fell by less than was settled, beyond the slack, was topped up (or
    refunded), by an amount that nobody tells us. Then, and when the account is another, a
    new line begins: drift 0 from here on.
    """
    account = Account.load()
    now = clock.now()
    # In this order: what is settled in between is counted here or there, never nowhere.
    settled = TryOn.objects.here().filter(charge=Charge.SETTLED).count()
    under_way = _under_way(now).count()
    values: dict[str, Any] = {
        "books_at": now,
        "books_key": _key(),
        "books_balance": credits,
        "books_settled": settled,
        "books_open": under_way,
    }
    new_line = {"books_since": now, "books_slack": under_way, "drift": 0}
    if account.books_at is None or account.books_key != values["books_key"]:
        values |= new_line
    else:
        moved = (account.books_balance - credits) - (settled - account.books_settled)
        if moved < -(under_way + account.books_open):
            logger.info("About %d credits came in; the drift was %d.", -moved, account.drift)
            values |= new_line
        else:
            values["drift"] = account.drift + moved
            if not under_way:
                # What was under way when the line began has ended, and was charged before.
                values |= {"drift": max(values["drift"], 0), "books_slack": 0}
    if "books_since" in values or not under_way:
        values |= _even(account, values, now if not under_way else None)
    # Another reading, or a row deleted meanwhile, makes this one void; the next comes soon.
    Account.mine().filter(books_at=account.books_at, books_settled=account.books_settled).update(
        **values
    )


def _even(account: Account, values: dict[str, Any], quiet_at: datetime | None) -> dict[str, Any]:
    """Since which reading with nothing under way every such reading has had the same drift:
    between the two, no credit was taken but those that were settled."""
    same = account.books_even_drift == values["drift"] and "books_since" not in values
    if same and account.books_even_since:
        return {}
    return {"books_even_since": quiet_at, "books_even_drift": values["drift"]}


def unexplained(account: Account) -> int:
    """The drift beyond what may be under way and beyond every uncertain try-on of this line:
    credits that went to somebody, or something, that this shop's rows know nothing of."""
    certain = account.drift - account.books_open - account.books_slack
    if certain <= 0 or account.books_since is None:
        return 0
    return max(certain - uncertain(account.books_since)[1], 0)


def give_up_late() -> None:
    """Book as uncertain what is reserved and no longer followed: no answer came for a day,
    or the shopper had everything erased. The sweep does this."""
    ended = Q(late_until=None) | Q(late_until__lte=clock.now())
    TryOn.objects.filter(ended, charge=Charge.RESERVED, status=Status.FAILED).update(
        charge=Charge.UNCERTAIN
    )


def note_deleted(tryon: TryOn) -> None:
    """Keep the books right when a row is deleted: what it settled, or is about to, was or
    will be charged all the same."""
    if tryon.charge not in (Charge.SETTLED, Charge.RESERVED):
        return
    with shops.of(tryon.shop):
        row = Account.mine()
    # After the commit: a long deletion must not keep the account's row from the workers.
    transaction.on_commit(
        lambda: row.update(books_settled=F("books_settled") - 1),
        robust=True,
    )


def _under_way(now: datetime) -> QuerySet[TryOn]:
    """Credits of which Genlook's balance and our rows may not think alike at this moment:
    those being made, those sent whose answer is awaited, and those decided while the
    balance was on its way here."""
    on_its_way = timedelta(seconds=conf.connect_timeout + conf.read_timeout + 10)
    return TryOn.objects.here().filter(
        Q(charge=Charge.RESERVED)
        | Q(status=Status.GENERATING)
        | Q(status=Status.SUBMITTING, sent_at__isnull=False)
        | Q(charge__in=[Charge.SETTLED, Charge.RELEASED], finished_at__gt=now - on_its_way)
    )


def _key() -> str:
    """Tells one account from another without telling the key."""
    account = f"{conf.base_url}\n{conf.api_key}"
    # SHA-1 as it was when the first keys were stored; another one would begin new books.
    return salted_hmac("genlook_oscar.books", account, algorithm="sha1").hexdigest()[:16]
