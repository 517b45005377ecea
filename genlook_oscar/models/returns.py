"""What a try-on was counted for is given back when nothing came of it.

A failure that cost nothing gives back everything. One of which nobody knows whether it cost a
credit gives the shopper her try-on back, and the shop no credit. One that is still followed,
because it is paid for, gives back nothing yet.
"""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from ..transactions import atomic
from .allowance import CREDIT
from .counter import Counter

if TYPE_CHECKING:
    from .tryon import TryOn

BATCH = 500


def give_back(rows: "QuerySet[TryOn]", pk: Any) -> None:
    """Give back what the try-on `pk`, just ended, was counted for. Harmless when repeated."""
    row = rows.filter(pk=pk).exclude(counted="").first()
    if row is None or row.charge in (row.Charge.RESERVED, row.Charge.SETTLED):
        return
    names = row.counted.split()
    if row.charge == row.Charge.UNCERTAIN:
        names = [name for name in names if not name.startswith(CREDIT)]
    with atomic():
        # In one step, so that nothing is given back twice or never.
        if rows.filter(pk=pk, counted=row.counted).update(counted="") and names:
            Counter.objects.give_back(names)


def give_back_late(rows: "QuerySet[TryOn]") -> None:
    """Give back what was decided only after the end: the sweep does this."""
    ended = rows.exclude(counted="").filter(status__in=["failed", "cancelled"])
    decided = ended.filter(charge__in=["none", "released", "uncertain"])
    for pk in decided.values_list("pk", flat=True)[:BATCH]:
        give_back(rows, pk)
