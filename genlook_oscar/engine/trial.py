"""A test by staff: a product seen on a drawn person, by the way that shoppers' try-ons go. It
costs what theirs cost, inside the shop's budget, and is in none of their figures."""

import uuid
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from .. import clock
from ..catalogue.eligibility import Verdict, verdict
from ..catalogue.fingerprint import fingerprint
from ..models import Configuration, Photo, ProductLink, Shopper, TryOn
from ..models.mark import of_shop
from ..shopper.photos import take_in
from ..visitor import Visitor
from . import tryons

PERSON = Path(__file__).parent.parent / "static" / "genlook_oscar" / "person.jpg"
"""Drawn for this project: nobody's likeness."""
TESTER = uuid.uuid5(uuid.NAMESPACE_URL, "genlook_oscar/test-try-on")
"""The key of the shopper whom tests belong to. No session ever holds it, so nobody signs in as
them."""


@dataclass(frozen=True)
class Offer:
    """What a test of a product would be: `why_not` says what keeps it from beginning, empty when
    it can; a `free` one shows the picture that there is."""

    why_not: str
    free: bool


def offer(product: Any, user: Any) -> Offer:
    """Look what a test of an Oscar product by this user would cost. Writes nothing."""
    configuration = _configuration()
    answer = _verdict(product, user, configuration)
    free = _picture(product, configuration) is not None
    # A picture that exists is shown whatever has run out meanwhile.
    able = answer.shown or (free and answer.passing)
    return Offer("" if able else str(answer.explanation), free)


def begin(product: Any, user: Any) -> TryOn:
    """Begin a test, or return the one that shows this very picture. Raises `tryons.Refused`, and
    `PhotoRefused` where there is no room for the sample."""
    configuration = _configuration()
    tester = Shopper.objects.get_or_create(key=TESTER)[0]
    photo = take_in(tester, ContentFile(PERSON.read_bytes(), name="person.jpg"), configuration)
    who = Visitor(user)
    return tryons.request(tester, product, photo, who=who, trial=configuration).tryon


def latest(product: Any) -> TryOn | None:
    """The last test of a product, whatever became of it."""
    rows = TryOn.objects.of_shop().filter(is_test=True, product=product)
    return rows.order_by("-created_at").first()


def _configuration() -> Configuration:
    """The shop's, without what is meant for shoppers: a test is for before it is switched on.
    The budget holds, for customers too."""
    found = copy(Configuration.load())
    found.enabled = True
    found.audience = Configuration.Audience.EVERYONE
    found.experiment_percent = 0
    found.budget_spent = Configuration.WhenSpent.EXPLAIN
    budgets = found.budget_per_day, found.budget_per_month
    found.lift_limits()
    found.budget_per_day, found.budget_per_month = budgets
    return found


def _verdict(product: Any, user: Any, configuration: Configuration) -> Verdict:
    return verdict(product, configuration, who=Visitor(user), itself=True)


def _picture(product: Any, configuration: Configuration) -> TryOn | None:
    """The picture that the same test would give again."""
    now = clock.now()
    link = ProductLink.objects.filter(product=product).first()
    alive = Photo.objects.filter(shopper__key=TESTER, erased_at=None, expires_at__gt=now)
    photo = alive.filter(of_shop()).order_by("-created_at").first()
    if link is None or photo is None:
        return None
    key = tryons.reuse_key(photo, link, fingerprint(product), configuration)
    rows = TryOn.objects.of_shop().filter(is_test=True, hidden_at=None, reuse_key=key)
    made = rows.filter(status=TryOn.Status.COMPLETED, expires_at__gt=now).exclude(result="")
    return made.first()
