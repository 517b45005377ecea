"""The click: one short transaction that ends in a try-on, or in a reason why not."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import get_language, ngettext

from .. import clock, logs
from ..catalogue.eligibility import Reason, Verdict, spent_verdict, verdict
from ..catalogue.fingerprint import fingerprint
from ..catalogue.links import link_for, link_read_with
from ..conf import conf
from ..models import Account, Configuration, Photo, ProductLink, Shopper, Spent, TryOn
from ..models.mark import of_shop, ours
from ..shopper import consent, erasure, identity
from ..signals import tryon_accepted
from ..transactions import atomic, in_turn
from ..visitor import Visitor
from . import circuit, counting, erasing, keeping, moved, progress, timing, workers
from .messages import shopper_message
from .queue import enqueue

logger = logs.logger(__name__)


LIMITS = (Reason.LIMIT_REACHED, Reason.NETWORK_LIMIT)


class Refused(Exception):
    """A click that becomes no try-on. `status` is the HTTP status to answer with,
    `retry_after` the seconds after which the same click may succeed, if that is known;
    `words` say it better than the code alone."""

    def __init__(
        self, code: str, status: int = 403, retry_after: float | None = None, words: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry_after = retry_after
        self.words = words

    @property
    def message(self) -> str:
        """The sentence for the shopper, in the language active now."""
        return self.words or shopper_message(self.code)


@dataclass(frozen=True)
class Accepted:
    """The try-on of a click; `reused` when its picture exists already and costs nothing.
    `account` is the account as read for a new one, for `progress.of`."""

    tryon: TryOn
    reused: bool
    account: Account | None = None


def request(
    shopper: Shopper,
    product: Any,
    photo: Photo,
    *,
    idempotency_key: str | None = None,
    who: Visitor | None = None,
    trial: Configuration | None = None,
) -> Accepted:
    """Ask for `product` to be seen on `photo`. `who` is the visitor who clicks, where there
    is a request; else the shopper alone is known. A test by staff goes by the configuration
    `trial`: it asks nobody's agreement and is counted for the shop's credits alone.

    The same click again (same `idempotency_key`), and the same picture while it is being
    made, or while it is late and still followed, give the same try-on; a picture that exists
    already is given again at no cost. Raises `Refused`.
    """
    who = who or Visitor(shopper.user, shopper.key)
    answer = verdict(product, trial, who=who, itself=True)
    configuration = answer.configuration
    if not (answer.shown or answer.passing):
        known = ("off", "not_configured", "sign_in_first", "staff_only")
        raise Refused(answer.reason if answer.reason in known else "not_for_this_product")
    now = clock.now()
    if photo.shopper_id != shopper.pk or photo.erased_at or photo.expires_at <= now:
        raise Refused("photo_not_found", 404)
    if trial is None and not consent.is_given(shopper, configuration):
        # Nobody is asked for more than leads somewhere.
        if answer.reason == Reason.NO_CREDITS:
            raise Refused("no_credits", 503)
        raise Refused("consent_needed", 400)
    link = link_read_with(product) or link_for(product)
    key = reuse_key(photo, link, fingerprint(product), configuration)
    live_key = f"{shopper.pk}:{key}"
    existing = _existing(shopper, key, live_key, idempotency_key)
    if existing:
        return existing
    if answer.reason in (*LIMITS, Reason.BUDGET_SPENT):
        raise _spent(answer)
    account = progress.account_at(now)
    if workers.tend(account):
        raise Refused(workers.REASON, 503, workers.CALL_AGAIN.total_seconds())
    closed = circuit.check(account)
    if closed:
        raise Refused(closed.reason, 503, closed.seconds)
    if answer.reason == Reason.NO_CREDITS:
        raise Refused("no_credits", 503)

    allowances = [one for one in answer.allowances if one.is_credit or trial is None]

    def begin() -> TryOn:
        # A login in this very moment must not leave the try-on behind with the guest.
        owner = identity.lock(shopper)
        counted = counting.take(owner, allowances, configuration, who)
        return TryOn.objects.create(
            shopper=owner,
            shop=conf.shop,
            photo=photo,
            link=link,
            product=product,
            product_title=product.get_title()[:255],
            reuse_key=key,
            live_key=f"{owner.pk}:{key}",
            idempotency_key=idempotency_key or None,
            watermark=configuration.watermark_flag,
            keep_for_days=configuration.keep_for_days_flag,
            retention_days=configuration.retention_days,
            created_at=now,
            not_before=now,
            enqueued_at=now,
            deadline_at=now + timedelta(seconds=conf.deadline_seconds),
            counted=counted,
            counted_as="" if trial else _counted_as(who, answer),
            is_test=trial is not None,
            request_id=logs.request_id(),
            language=get_language() or "",
        )

    try:
        tryon = in_turn(begin)
    except Spent as spent:
        # Another request of hers may have begun this very picture while this one waited.
        existing = _existing(shopper, key, live_key, idempotency_key)
        if existing is None:
            raise _refused(spent, configuration, who, account) from None
        return existing
    except IntegrityError:
        # Another request of hers made it in the same moment.
        existing = _existing(shopper, key, live_key, idempotency_key)
        if existing is None:
            raise
        return existing
    logs.note(tryon_id=tryon.pk)
    logger.info("A try-on was accepted.")
    enqueue("submit", str(tryon.pk))
    transaction.on_commit(lambda: tryon_accepted.send_robust(sender=TryOn, tryon=tryon))
    return Accepted(tryon, reused=False, account=account)


def _counted_as(who: Visitor, answer: Verdict) -> str:
    if not who.is_customer:
        return TryOn.CountedAs.GUEST
    shares = any(one.is_network for one in answer.allowances)
    return TryOn.CountedAs.NEW if shares else TryOn.CountedAs.CUSTOMER


def _refused(spent: Spent, configuration: Configuration, who: Visitor, account: Account) -> Refused:
    if spent.allowance is not None:
        return _spent(spent_verdict(spent.allowance, configuration, who))
    seconds = max(round(timing.usual(account).middle), 1)
    words = ngettext(
        "Your other try-ons are still being made. Try again in about %(count)d second.",
        "Your other try-ons are still being made. Try again in about %(count)d seconds.",
        seconds,
    )
    return Refused("too_many_at_once", 429, seconds, words % {"count": seconds})


def _spent(answer: Verdict) -> Refused:
    status = 429 if answer.reason in LIMITS else 503
    seconds = (answer.until - clock.now()).total_seconds() if answer.until else None
    return Refused(answer.reason, status, seconds, answer.words)


def reuse_key(photo: Photo, link: ProductLink, content: str, configuration: Configuration) -> str:
    """What decides a picture: photo, product's content, and how Genlook is asked. Two
    try-ons with one key would give the same picture for two credits."""
    # Two shops never have one hash, nor one picture, in common: see `models.photo`.
    parts = (
        photo.sha256,
        link.external_id,
        content,
        configuration.watermark,
        configuration.crop,
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def _existing(
    shopper: Shopper, key: str, live_key: str, idempotency_key: str | None
) -> Accepted | None:
    finished = Q(
        reuse_key=key,
        status=TryOn.Status.COMPLETED,
        expires_at__gt=clock.now(),
    ) & ~Q(result="")
    # Late, and paid for if it comes: a second one would be a second credit for one picture.
    late = Q(reuse_key=key, status=TryOn.Status.FAILED, late_until__gt=clock.now())
    followed = late & ours() & of_shop() & ~Q(generation_id="")
    same = finished | Q(live_key=live_key) | followed
    if idempotency_key:
        same |= Q(idempotency_key=idempotency_key)
    hers = TryOn.objects.filter(shopper=shopper, hidden_at=None)
    found = list(hers.filter(same).order_by("-created_at")[:20])
    # What nobody can ask for with this key does not keep her from a new one.
    found = [row for row in found if not (row.live_key == live_key and moved.give_up(row))]
    if not found:
        return None
    clicked = [row for row in found if idempotency_key and row.idempotency_key == idempotency_key]
    live = [row for row in found if row.live_key == live_key]
    pictures = [row for row in found if row.status == TryOn.Status.COMPLETED]
    tryon = (clicked or live or pictures or found)[0]
    if tryon.status == TryOn.Status.COMPLETED and keeping.lost(tryon):
        return _existing(shopper, key, live_key, idempotency_key)
    return Accepted(tryon, reused=not clicked and tryon.status == TryOn.Status.COMPLETED)


def cancel_or_delete(tryon: TryOn) -> None:
    """Take a try-on away at the shopper's wish: a waiting one is cancelled, a picture is
    erased here now and at Genlook by a task; one that is being made is dropped on arrival."""
    # In one step: what is hidden cannot be deleted again, so Genlook must have been asked.
    with atomic():
        TryOn.objects.move(tryon.pk, TryOn.Status.QUEUED, TryOn.Status.CANCELLED)
        # Its keys are free again: the same click later is a new wish.
        TryOn.objects.filter(pk=tryon.pk, hidden_at=None).update(
            hidden_at=clock.now(), live_key=None, idempotency_key=None
        )
        erasure.erase_result(tryon)
        tryon.refresh_from_db()
        erasing.ask_for(tryon.external_user_id, [tryon.account])
