"""The experiment: a share of shoppers sees no button, so that what the button brings can be
told from what its users would have bought anyway.

Who is in the control group follows from a key alone, so nothing has to be looked up, and a
larger share keeps everybody in the control group who was in it before.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.http import HttpRequest

from .. import clock
from ..contained import contained, undone
from ..models import Configuration, Counter, ExperimentVisitor, Spent, allowance
from ..transactions import in_turn
from ..visitor import Visitor, of_request

SESSION_KEY = "genlook_visitor"
PARTS = 10_000
"""The share is exact to a hundredth of a percent."""
KEPT_AFTER = timedelta(days=30)
"""How long the visitors of an experiment that is over are kept, from the last one that was
counted. Chosen here: a percentage that was changed by mistake can be changed back."""
NEW_PER_DAY = 1_000
"""Visitors that an experiment takes in from one network in a day; whoever comes after them is in
neither group and sees the button. Chosen here: more than most shops have, and each costs a session
and a row, which a script would otherwise make with each request."""
ROBOTS = re.compile(r"bot|crawl|spider|slurp|preview|monitor|curl|wget|python|headless", re.I)
"""In the name of a program that is nobody's browser. Whoever has no name is none either."""


def in_control(key: str, percent: float) -> bool:
    """Whether the visitor with this key is among the `percent` (0 to 100) without a button.
    Nobody is where the key is empty."""
    if not key or percent <= 0:
        return False
    digest = hashlib.sha256(f"genlook_oscar.experiment:{key}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % PARTS < percent * PARTS / 100


def sees_no_button(who: Visitor, configuration: Configuration) -> bool:
    """Whether a visitor is in the control group of the experiment that runs. Staff never are."""
    percent = configuration.experiment_percent
    if not percent or who.is_staff:
        return False
    if who.request is not None:
        return in_control(visitor_key(who.request, make=True), percent)
    return who.is_customer and in_control(customer_key(who.user), percent)


def customer_key(user: Any) -> str:
    """The key of a customer."""
    return f"customer:{user.pk}"


def visitor_key(request: HttpRequest | None, *, make: bool = False) -> str:
    """The key of whoever is looking, empty when she has none: the session's if it has one, so
    that signing in changes nothing for her on the way, else the customer's.

    With `make`, a guest's session gets one, which only a running experiment should ask for.
    Programs that are no browser get none: each of their requests would be a visitor. One that
    says it is a browser and keeps no cookie is counted by its network.
    """
    session = getattr(request, "session", None)
    if request is None or session is None:
        return ""
    key = session.get(SESSION_KEY)
    if isinstance(key, str) and key:
        return key
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return customer_key(user)
    if not make or not is_browser(request) or not _has_room(request):
        return ""
    session[SESSION_KEY] = secrets.token_urlsafe(16)
    return str(session[SESSION_KEY])


@contained(False)
def _has_room(request: HttpRequest) -> bool:
    """Whether one more visitor of this network is taken in today, who is then counted."""
    try:
        with undone():
            allowed = allowance.visitors(of_request(request), NEW_PER_DAY, clock.now())
            in_turn(lambda: Counter.objects.take(allowed))
    except Spent:
        return False
    return True


def is_browser(request: HttpRequest) -> bool:
    """Whether the program that asks calls itself a browser."""
    name = request.headers.get("User-Agent", "")
    return bool(name) and not ROBOTS.search(name)


def forget_old(configuration: Configuration, now: datetime) -> None:
    """Delete the visitors of experiments that are over and that nobody has gone back to."""
    over = ExperimentVisitor.objects.exclude(percent=configuration.experiment_percent)
    last = over.order_by().values("percent").annotate(last=Max("seen_at"))
    old = list(last.filter(last__lt=now - KEPT_AFTER).values_list("percent", flat=True))
    over.filter(percent__in=old).delete()
