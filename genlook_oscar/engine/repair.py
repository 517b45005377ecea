"""Putting live rows right: those of dead processes, and those whose time is over."""

from datetime import timedelta

from django.db.models import Q

from .. import clock
from ..models import TryOn
from ..models.moments import over
from ..models.tryon import TryOnQuerySet
from .outcomes import fail
from .timing import LATE

MAX_ATTEMPTS = 8
"""Submissions of one try-on, counted before the work: a photo or product that kills its
worker each time must not do so for ever."""
BATCH = 500
GRACE = timedelta(seconds=10)
"""What is being sent at its deadline may come to its end this long; then whoever has it counts
as dead. Should they be slow and have it accepted, it is followed as a late one."""


def repair_leases(rows: TryOnQuerySet | None = None, most: int = BATCH) -> None:
    """Take back what a dead process was submitting, `most` of `rows`. Where nothing was sent it
    is queued again; where something may have been, the books say `uncertain`."""
    now = clock.now()
    dead = _oldest(rows).filter(
        over("claimed_until", now) | Q(deadline_at__lte=now - GRACE),
        status=TryOn.Status.SUBMITTING,
    )
    for tryon in dead[:most]:
        # The process may only be slow, and send it in this very moment: then it is not as read.
        as_read = TryOn.objects.filter(claim=tryon.claim, sent_at=tryon.sent_at)
        if tryon.sent_at:
            fail(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                "uncertain",
                among=as_read,
                charge=TryOn.Charge.UNCERTAIN,
                error_detail="The worker died after sending and before the answer.",
            )
        elif tryon.attempts >= MAX_ATTEMPTS:
            fail(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                "internal",
                among=as_read,
                error_detail=f"Workers died {tryon.attempts} times before sending.",
            )
        else:
            as_read.move(
                tryon.pk,
                TryOn.Status.SUBMITTING,
                TryOn.Status.QUEUED,
                claim="",
                claimed_until=None,
                enqueued_at=None,
            )


def end_overdue(rows: TryOnQuerySet | None = None, most: int = BATCH) -> None:
    """Give every try-on its end by its deadline, `most` of `rows` at each stage. One that is
    being made stays followed, because it is paid for. What she deleted while it was being sent
    ends at once."""
    now = clock.now()
    unwanted = _oldest(rows).filter(status=TryOn.Status.QUEUED).exclude(hidden_at=None)
    for pk in unwanted.values_list("pk", flat=True)[:most]:
        TryOn.objects.move(pk, TryOn.Status.QUEUED, TryOn.Status.CANCELLED)
    overdue = _oldest(rows).filter(deadline_at__lte=now)
    for tryon in overdue.filter(status=TryOn.Status.QUEUED)[:most]:
        # Where an attempt came to nothing, the row says why; else no worker has had it.
        fail(tryon.pk, TryOn.Status.QUEUED, tryon.error_code or "not_begun")
    for tryon in overdue.filter(status=TryOn.Status.GENERATING)[:most]:
        # What is made is paid, and the books and the words say so.
        charge = TryOn.Charge.SETTLED if tryon.is_made else tryon.charge
        fail(
            tryon.pk,
            TryOn.Status.GENERATING,
            "result_lost" if tryon.is_made else "too_slow",
            charge=charge,
            late_until=now + LATE,
            next_poll_at=now + timedelta(seconds=10),
        )


def _oldest(rows: TryOnQuerySet | None) -> TryOnQuerySet:
    return (TryOn.objects.all() if rows is None else rows).order_by("created_at")
