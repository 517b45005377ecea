"""What shoppers say is wrong with their pictures, counted for each product.

Reports may hide a product from everybody, so one person must not be many: of one shopper, and
of one network, one report on a product counts in thirty days. All are kept and shown.
"""

from datetime import datetime
from typing import Any

from .. import clock
from ..catalogue.readiness import note_reports_set_aside
from ..models import Counter, ProductLink, Report, Spent, TryOn, allowance
from ..transactions import atomic
from ..visitor import Visitor


def report(tryon: TryOn, reason: str, who: Visitor | None = None) -> Report:
    """Note what is wrong with the picture of `tryon`, one of `Report.Reason`. Said again, it
    replaces what was said before. `who` is the visitor who says it, where there is a request."""
    values: dict[str, Any] = {"reason": reason, "link": tryon.link}
    with atomic():
        if not Report.objects.filter(tryon=tryon).exists() and _counts(tryon, who or Visitor()):
            values["counts"] = True
        return Report.objects.update_or_create(tryon=tryon, defaults=values)[0]


def set_aside(link: ProductLink) -> None:
    """Let none of the reports on a product count any more, and offer it again at once."""
    with atomic():
        Report.objects.filter(link=link).update(counts=False)
        note_reports_set_aside(link)


def _counts(tryon: TryOn, who: Visitor) -> bool:
    """Whether neither this shopper nor her network has reported the product lately."""
    if tryon.link_id is None:
        return False
    try:
        with atomic():
            Counter.objects.take(
                allowance.reports(tryon.link_id, tryon.shopper_id, who, clock.now())
            )
    except Spent:
        return False
    return True


def bad_reports(link: ProductLink, since: datetime | None = None) -> int:
    """How many pictures of this product shoppers found wrong, all of them or those reported
    from `since` on. One query."""
    rows = Report.objects.filter(link=link)
    return (rows.filter(created_at__gte=since) if since else rows).count()
