"""What the button brings: visitors who saw it beside those who were kept from seeing it.

Every visitor counts who came to the page of a product that can be tried on, whether she tried
it on or not: only so are the groups alike but for the button.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from .. import clock, logs
from ..contained import undone
from ..models import Configuration, ExperimentVisitor
from ..shopper.experiment import customer_key, in_control, visitor_key
from ..transactions import atomic
from .shares import Difference, Share

logger = logs.logger(__name__)

SESSION_KEY = "genlook_counted"
"""The percentage with which this session's visitor is counted already."""


@dataclass(frozen=True)
class Experiment:
    """Visitors with and without the button, and those of them who ordered, since `since`."""

    percent: int
    since: datetime | None
    shown: Share
    control: Share

    @property
    def lift(self) -> Difference:
        """How much larger the share of orders is where the button was shown."""
        return Difference(self.shown, self.control)


def note_visit(request: HttpRequest, configuration: Configuration) -> None:
    """Count whoever is looking at a product that can be tried on; one query for each visitor,
    none while no experiment runs. Raises nothing."""
    percent = configuration.experiment_percent
    session = getattr(request, "session", None)
    user = getattr(request, "user", None)
    if not percent or session is None or session.get(SESSION_KEY) == percent:
        return
    if user is not None and user.is_authenticated and user.is_staff:
        return
    key = visitor_key(request, make=True)
    if not key:
        return
    try:
        with atomic():
            row = ExperimentVisitor(
                key=hashed(key), percent=percent, control=in_control(key, percent)
            )
            ExperimentVisitor.objects.bulk_create([row], ignore_conflicts=True)
        session[SESSION_KEY] = percent
    except Exception:
        logger.exception("A visitor was not counted for the experiment.")


def note_order(request: HttpRequest) -> None:
    """Whoever is asking has ordered; only the first order counts."""
    key = visitor_key(request)
    if not key:
        return
    with undone():
        ExperimentVisitor.objects.filter(key=hashed(key), ordered_at=None).update(
            ordered_at=clock.now()
        )


def forget(user: Any) -> None:
    """Delete what is counted of a customer."""
    key = hashed(customer_key(user))
    ExperimentVisitor.objects.filter(key=key).delete()


def experiment(configuration: Configuration) -> Experiment | None:
    """The experiment that runs, None while there is none. One query."""
    percent = configuration.experiment_percent
    if not percent:
        return None
    rows = (
        ExperimentVisitor.objects.filter(percent=percent)
        .values("control")
        .annotate(whole=Count("pk"), part=Count("ordered_at"), since=Min("seen_at"))
        .order_by()
    )
    groups = {row["control"]: Share(row["part"], row["whole"]) for row in rows}
    since = min((row["since"] for row in rows), default=None)
    nobody = Share(0, 0)
    return Experiment(percent, since, groups.get(False, nobody), groups.get(True, nobody))


def hashed(key: str) -> str:
    """What stands for a visitor's key."""
    return salted_hmac("genlook_oscar.experiment", key, algorithm="sha256").hexdigest()
