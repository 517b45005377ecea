"""A product at Genlook: registered before the first click where there is time for it."""

import uuid
from contextlib import suppress
from datetime import timedelta
from enum import Enum
from typing import Any

from django.db.models import Case, DateTimeField, F, QuerySet, Value, When

from .. import clock, logs
from ..api import (
    ConfigurationProblem,
    GenlookError,
    ProductUnknown,
    RateLimited,
    Rejected,
    Unavailable,
)
from ..catalogue.fingerprint import fingerprint
from ..catalogue.links import link_for, note_sku
from ..catalogue.payload import VALID_FOR_DAYS, ProductUnfit, upsert
from ..catalogue.readiness import note_refused, note_taken, note_unfit
from ..conf import conf
from ..models import Counter, ProductLink, Spent, allowance
from ..models.copy import held_of, held_rows, through
from ..models.mark import mark
from ..models.moments import ahead, free, longest_lease
from ..transactions import in_turn
from .account import ask
from .pacing import Kind, Paused
from .queue import enqueue

logger = logs.logger(__name__)

INLINE_DAYS = 15
"""Genlook keeps a product sent with a try-on for 15 days from its last use (documented)."""
MARGIN = timedelta(hours=1)
PASSING_CODES = frozenset({"PRODUCT_IMAGE_FETCH_FAILED"})
"""Refusals that say nothing about the product as it is: its pictures were not reached once."""
RENEWED_BEFORE = timedelta(days=1)
"""A registration with less of its life left than this is sent anew where there is time."""
ASK_AGAIN = timedelta(minutes=5)
"""A registration that nothing has come of is asked for again after this time. Chosen here."""
AHEAD_PER_MINUTE = 20
"""Registrations that visits alone may ask for, all together: a fifth of the requests that the
account has (documented: 100 a minute). Chosen here."""


def enqueue_registration(product: Any) -> None:
    """Register the product from a worker if Genlook does not know this very content.

    Whoever looks at a room may be a script, so this is asked for once per product until it is
    done or `ASK_AGAIN` is over, and for so many products a minute. What is left out here the
    click makes good, which then sends the product itself.
    """
    link = link_for(product)
    note_sku(link)
    held = held_of(link)
    if held.is_known(fingerprint(product)):
        return
    now = clock.now()
    if ahead(held.asked_until, now, longest_lease()):
        return

    def ask_for() -> bool:
        unasked = held_rows().filter(free("asked_until", now), pk=held.pk)
        if not unasked.update(asked_until=now + ASK_AGAIN):
            return False
        Counter.objects.take([allowance.registrations(AHEAD_PER_MINUTE, now)])
        return True

    with suppress(Spent):
        if in_turn(ask_for):
            enqueue("register_product", link.pk)


def register(pk: int | str) -> None:
    """The task behind `enqueue_registration`. What fails here is made good by the click,
    which then sends the product itself."""
    link = ProductLink.objects.filter(pk=pk).exclude(product=None).first()
    if link is None:
        return
    try:
        send(link)
    except Paused:
        logger.info("No request is left for registering a product now; the click sends it.")


class Sending(Enum):
    """What came of sending a product, or of having it forgotten."""

    DONE = "done"
    NOTHING_TO_DO = "nothing_to_do"
    REFUSED = "refused"
    """Trying again is of no use before somebody has mended something."""
    LATER = "later"
    """Another process is at it, or Genlook cannot be reached."""


def send(link: ProductLink, *, anew: bool = False) -> Sending:
    """Send a product out of requests that nobody else needs, unless Genlook knows this very
    content for a while yet; with `anew`, whatever it knows. Raises `Paused`."""
    content = fingerprint(link.product)
    held = held_of(link)
    if not anew and held.is_known(content, at=clock.now() + RENEWED_BEFORE):
        return Sending.NOTHING_TO_DO
    claim = uuid.uuid4().hex
    now = clock.now()
    lease = timedelta(seconds=conf.connect_timeout + conf.read_timeout + 30)
    unclaimed = held_rows().filter(free("claimed_until", now), pk=held.pk)
    if not unclaimed.update(claim=claim, claimed_until=now + lease):
        return Sending.LATER
    try:
        payload = upsert(link)
        ask(
            Kind.SPARE,
            lambda client: client.upsert_product(payload),
            about=f"product/{link.external_id}",
        )
    except (ProductUnfit, GenlookError) as error:
        note_error(link, error.code, refused=isinstance(error, Rejected))
        return _after(error)
    else:
        note_sent(link, content, VALID_FOR_DAYS)
        return Sending.DONE
    finally:
        held_rows().filter(pk=held.pk, claim=claim).update(claim="", claimed_until=None)


def forget(link: ProductLink) -> Sending:
    """Have Genlook delete its copy of a product, whether or not it has one. Pictures made
    with it stay. Raises `Paused`."""
    external_id = link.external_id
    if not held_of(link).is_ours:
        # Another account's copy cannot be deleted with this key.
        return Sending.NOTHING_TO_DO
    try:
        ask(
            Kind.SPARE,
            lambda client: client.delete_product(external_id),
            about=f"product/{external_id}",
        )
    except ProductUnknown:
        note_forgotten(link)
        return Sending.NOTHING_TO_DO
    except GenlookError as error:
        note_error(link, error.code)
        return _after(error)
    note_forgotten(link)
    return Sending.DONE


def _after(error: ProductUnfit | GenlookError) -> Sending:
    # What concerns the account, and not this product, is over at some time.
    passing = (Unavailable, RateLimited, ConfigurationProblem)
    return Sending.LATER if isinstance(error, passing) else Sending.REFUSED


def note_sent(link: ProductLink, content: str, lifetime_days: int) -> None:
    """Note that Genlook now holds `content` for `lifetime_days` from its last use."""
    now = clock.now()
    held = held_of(link)
    # A copy names what it is a copy of; the link has its name already.
    name = {} if held is link else {"external_id": link.external_id}
    _same(link).update(
        **name,
        fingerprint=content,
        account=mark(),
        sent_at=now,
        lifetime_days=lifetime_days,
        known_until=now + timedelta(days=lifetime_days) - MARGIN,
        error_code="",
        asked_until=None,
    )
    note_taken(link)


def note_used(link: ProductLink) -> None:
    """Note a try-on: it renews the product's life at Genlook (documented)."""
    now = clock.now()
    lifetime = timedelta(days=held_of(link).lifetime_days or INLINE_DAYS)
    until = Value(now + lifetime - MARGIN, output_field=DateTimeField())
    known = Case(When(fingerprint="", then=F("known_until")), default=until)
    _same(link).update(last_used_at=now, known_until=known)


def note_forgotten(link: ProductLink) -> None:
    """Note that Genlook does not know the product."""
    _same(link).update(fingerprint="", known_until=None)
    link.refresh_from_db()


def note_error(link: ProductLink, code: str, *, refused: bool = False) -> None:
    """Keep the last error for the merchant. A product that Genlook has `refused` as it is has
    no button until it is looked at again: each click would end in the same way."""
    held_rows().filter(**{through("pk"): link.pk}).update(error_code=code[:64])
    note_unfit(link, code)
    if refused and code not in PASSING_CODES:
        note_refused(link)


def _same(link: ProductLink) -> QuerySet[Any]:
    """The row of what the account holds, unless the merchant has given the product another name
    meanwhile."""
    named = {through("pk"): link.pk, through("external_id"): link.external_id}
    return held_rows().filter(**named)
