"""What the health asks of the database, each in one query or as a part of another."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, Q, Subquery

from ..causes.shop import MAIL_FAILED, WEBHOOK_FAILED
from ..models import Counter, Occurrence, ProductLink, Ready, TryOn, allowance
from ..models.alert import EVERY_ACCOUNT
from ..models.numbers import number

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SHOPPERS = ("photo_refused", "photo_gone")
"""Failures that tell nothing of the shop or of Genlook: another photo is wanted."""
Status = TryOn.Status


def live(now: datetime) -> dict[str, Any]:
    """How many try-ons are at each stage, and since when the first waits for a worker
    (`oldest`) and for the watcher (`unasked`)."""
    generating = Q(status=Status.GENERATING)
    ready = Q(status=Status.QUEUED, not_before__lte=now)
    found: dict[str, Any] = (
        TryOn.objects.here()
        .live()
        .aggregate(
            queued=Count("pk", filter=Q(status=Status.QUEUED)),
            submitting=Count("pk", filter=Q(status=Status.SUBMITTING)),
            generating=Count("pk", filter=generating),
            oldest=Min("not_before", filter=ready),
            unasked=Min("next_poll_at", filter=generating & Q(next_poll_at__lte=now)),
        )
    )
    return found


def lately(now: datetime) -> dict[str, int]:
    """How the try-ons of the last hour ended, and how many of the last day were sent."""
    hour = Q(created_at__gt=now - HOUR)
    ended = hour & ~Q(status__in=[*TryOn.LIVE, Status.CANCELLED])
    found: dict[str, int] = (
        TryOn.objects.here()
        .filter(created_at__gt=now - DAY)
        .aggregate(
            ended=Count("pk", filter=ended),
            failed=Count("pk", filter=hour & Q(status=Status.FAILED) & ~Q(error_code__in=SHOPPERS)),
            sent=Count("pk", filter=Q(sent_at__isnull=False)),
        )
    )
    return found


def networkless(now: datetime) -> dict[str, Exists]:
    """Whether guests of today have no network, by the reasons why, the worst first."""
    return {
        f"networkless_{why}": Exists(Counter.objects.filter(name=name, used__gt=0))
        for name, why in allowance.networkless(now).items()
    }


def hidden() -> Subquery:
    """How many products reports have hidden."""
    return number(ProductLink.objects.filter(ready_code=Ready.BAD_REPORTS).exclude(enabled=True))


def unsent() -> dict[str, Subquery]:
    """Why and when the last e-mail and the last call of the webhook failed, while they do."""
    held = Occurrence.objects.filter(mark=EVERY_ACCOUNT, since__isnull=False).order_by()
    found = {}
    for name, cause in (("mail", MAIL_FAILED), ("webhook", WEBHOOK_FAILED)):
        row = held.filter(code=cause.code)
        found[f"{name}_why"] = Subquery(row.values("detail"))
        found[f"{name}_at"] = Subquery(row.values("last_at"))
    return found
