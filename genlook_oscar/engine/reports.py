"""What shoppers say is wrong with their pictures, counted for each product."""

from datetime import datetime

from ..models import ProductLink, Report, TryOn
from ..transactions import atomic


def report(tryon: TryOn, reason: str) -> Report:
    """Note what is wrong with the picture of `tryon`, one of `Report.Reason`. Said again, it
    replaces what was said before: each try-on counts once."""
    values = {"reason": reason, "link": tryon.link}
    with atomic():
        return Report.objects.update_or_create(tryon=tryon, defaults=values)[0]


def bad_reports(link: ProductLink, since: datetime | None = None) -> int:
    """How many pictures of this product shoppers found wrong, all of them or those reported
    from `since` on. One query."""
    rows = Report.objects.filter(link=link)
    return (rows.filter(created_at__gte=since) if since else rows).count()
