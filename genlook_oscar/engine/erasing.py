"""Erasing at Genlook what a shopper wants gone, and keeping the proof."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from .. import clock, logs, shops
from ..api import GenlookError
from ..conf import conf
from ..models import Counter, Erasure, Photo, Shopper, Spent, TryOn, allowance
from ..models.mark import last_sent_here, mark, ours
from ..models.moments import over
from ..shopper import erasure as local
from ..shops import MAIN
from ..transactions import atomic
from .account import ask
from .pacing import Kind, Paused
from .queue import enqueue
from .timing import LATE, backoff

logger = logs.logger(__name__)

WAIT_SECONDS = 15.0
LONGEST_WAIT_SECONDS = 3600.0
PER_HOUR = 5
"""Times that one shopper may have everything erased at Genlook in an hour. Chosen here: more than
anybody means, and each costs a request."""


def due(now: datetime) -> QuerySet[Erasure]:
    """Erasures that may be tried now. Those due in another account wait for its key."""
    longest = timedelta(seconds=LONGEST_WAIT_SECONDS)
    return Erasure.objects.filter(over("not_before", now, longest), in_charge(), done_at=None)


def in_charge() -> Q:
    """The condition that an erasure is the account's in charge. Those from before accounts were
    told apart are the main one's."""
    return ours() if conf.account == MAIN else Q(account=mark())


def ask_for(external_user_id: str, accounts: Iterable[str]) -> None:
    """Have everything erased that Genlook holds under this opaque name in the accounts of these
    marks, by tasks. Nothing happens for an empty name: nothing was sent under it."""
    for erasure in local.ask_genlook((external_user_id, account) for account in accounts):
        enqueue("erase", erasure.pk)


def erase_everything(shopper: Shopper) -> None:
    """Erase all pictures of a shopper at their wish: here now, at Genlook by tasks. What waits
    is cancelled; what is being made is dropped on arrival. Safe to repeat; whoever repeats it
    more than `PER_HOUR` times waits until the hour is over for what Genlook has to do."""
    with atomic():
        allowed = allowance.erasures(shopper.pk, PER_HOUR, clock.now())
        later = None
        try:
            Counter.objects.take([allowed])
        except Spent:
            later = allowed.until
        waiting = TryOn.objects.filter(shopper=shopper, status=TryOn.Status.QUEUED)
        for pk in waiting.values_list("pk", flat=True):
            TryOn.objects.move(pk, TryOn.Status.QUEUED, TryOn.Status.CANCELLED)
        for erasure in local.erase_shopper(shopper, due=later):
            if later is None:
                enqueue("erase", erasure.pk)


def forget(shopper: Shopper) -> None:
    """Erase what a shopper leaves who is about to be deleted, her account perhaps: at Genlook
    by tasks, at once. Her rows go with her, and with them the knowledge of what is still being
    made: so that is erased again and again for as long as it would be followed."""
    everyone = [shopper.pk, *shopper.merged.values_list("pk", flat=True)]
    now = clock.now()
    with atomic():
        coming = TryOn.objects.filter(shopper__in=everyone).may_arrive(now - LATE)
        until = now + LATE if coming.exists() else None
        for erasure in local.ask_genlook(local.names_sent(shopper), until):
            enqueue("erase", erasure.pk)


def arrived(external_user_id: str) -> None:
    """Erase at once what has just arrived at Genlook for somebody who wanted it gone."""
    waiting = Erasure.objects.filter(external_user_id=external_user_id, done_at=None)
    for pk in waiting.values_list("pk", flat=True):
        Erasure.objects.filter(pk=pk).update(not_before=clock.now())
        enqueue("erase", pk)


def erase(pk: str | int) -> None:
    """Erase at Genlook everything of one opaque name; a task.

    Genlook erases by shopper only, not by picture (documented), so the shopper's other
    photos are sent again when they are next needed. What is being made is waited for: it
    is paid, and its picture would be erased with the rest. What is late, or may have been
    begun although its answer was lost, is not waited for: the erasure is repeated, ever more
    seldom, until nothing can arrive any more, and when it has arrived. Repeating does no harm
    (documented as idempotent); a failure is tried again by the sweep, for ever.
    """
    account = Erasure.objects.filter(pk=pk).values_list("account", flat=True).first()
    for shop in conf.accounts:
        with shops.of(shop):
            if account == mark() or (shop == MAIN and account == ""):
                _erase(pk)
                return


def _erase(pk: str | int) -> None:
    now = clock.now()
    erasure = due(now).filter(pk=pk).first()
    if erasure is None:
        return
    # Counted and put off first: a process that dies here must not stop the next one.
    again = now + timedelta(seconds=_wait(erasure.attempts))
    Erasure.objects.filter(pk=pk).update(attempts=F("attempts") + 1, not_before=again)
    name = erasure.external_user_id
    if TryOn.objects.here().live().filter(external_user_id=name).exists():
        Erasure.objects.filter(pk=pk).update(not_before=now + timedelta(seconds=WAIT_SECONDS))
        return
    try:
        ask(Kind.SPARE, lambda client: client.erase_customer(name), about=f"customer/{name}")
    except (Paused, GenlookError) as error:
        logger.warning("An erasure at Genlook is put off: %s", error)
        return
    photos = Photo.objects.filter(last_sent_here(), external_user_id=name)
    photos.update(image_id="", image_expires_at=None)
    now = clock.now()
    Erasure.objects.filter(pk=pk, erased_at=None).update(erased_at=now)
    if not _may_arrive(erasure, now):
        # Unless it was asked for anew meanwhile.
        Erasure.objects.filter(pk=pk, not_before=again).update(done_at=now)


def _may_arrive(erasure: Erasure, now: datetime) -> bool:
    if erasure.repeat_until and erasure.repeat_until > now:
        return True
    rows = TryOn.objects.filter(external_user_id=erasure.external_user_id)
    if erasure.account:
        rows = rows.filter(account__in=["", erasure.account])
    return rows.may_arrive(now - LATE).exists()


def _wait(attempts: int) -> float:
    return backoff(attempts, WAIT_SECONDS, LONGEST_WAIT_SECONDS)
