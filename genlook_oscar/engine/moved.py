"""Try-ons that are being made in an account that is configured no more.

This shop's key cannot ask for them. Their credits are uncertain then, and the shopper may click
again at once. Who goes back to the former key within a day gets their pictures all the same.
"""

from datetime import timedelta

from .. import clock
from ..models import TryOn
from ..models.mark import mark, ours
from .outcomes import fail
from .timing import LATE

UNASKED = timedelta(seconds=30)
"""Where processes are started again one by one, those with the former key still ask for a while.
Nobody does where a question is overdue for this long. Chosen here."""
BATCH = 500


def end() -> None:
    """End those that nobody asks for any more."""
    unasked = TryOn.objects.here().filter(
        status=TryOn.Status.GENERATING,
        result_url="",
        next_poll_at__lte=clock.now() - UNASKED,
    )
    for tryon in unasked.exclude(ours())[:BATCH]:
        give_up(tryon)


def give_up(tryon: TryOn) -> bool:
    """End this one if it is being made elsewhere; False when it is not. Nothing is ended where no
    key is set."""
    if tryon.is_ours or not mark():
        return False
    now = clock.now()
    return fail(
        tryon.pk,
        TryOn.Status.GENERATING,
        "account_changed",
        among=TryOn.objects.filter(result_url=""),
        charge=TryOn.Charge.UNCERTAIN,
        late_until=now + LATE,
        next_poll_at=now,
    )
