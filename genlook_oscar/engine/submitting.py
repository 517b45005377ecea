"""Sending a try-on to Genlook: in a worker, under a second, at most once."""

import random
from datetime import datetime, timedelta
from typing import Any

from .. import clock, logs, shops
from ..api import (
    Client,
    Forbidden,
    Generation,
    GenlookError,
    ImageUnknown,
    InlineProduct,
    NotFound,
    Output,
    PersonById,
    ProductReference,
    ProductUnknown,
    Rejected,
    TryOnRequest,
    Unavailable,
    UnreadableAnswer,
    WrongAddress,
)
from ..catalogue.fingerprint import fingerprint
from ..catalogue.payload import ProductUnfit, inline_product
from ..conf import conf
from ..models import Account, Configuration, ProductLink, TryOn
from ..models.copy import held_of
from ..models.mark import mark
from . import account, photos, products, timing
from .outcomes import detail_of, fail, failure_code
from .pacing import Kind, Paused
from .photos import PhotoGone
from .queue import ensure_watcher

logger = logs.logger(__name__)

ROUNDS = 4
"""Reference, forgotten product, forgotten photo, and once more: each may happen once."""
FIRST_BACKOFF = 1.0
LONGEST_BACKOFF = 20.0


class _Over(Exception):
    """The row has its next state, or belongs to another; nothing is left to do here."""


class _Unwanted(Exception):
    """The shopper has deleted the try-on before it was sent."""


def lease_seconds() -> float:
    """How long a submitting claim lasts: two requests at their slowest, and a margin."""
    return 2 * (conf.connect_timeout + conf.read_timeout) + 20


@logs.of_tryon
def submit(pk: str) -> None:
    """Take the queued try-on `pk` to Genlook; the task of a click.

    Does nothing when another process has it. Every way out leaves the row in its next
    state: generating, failed, or queued with a time to try again.
    """
    claim = TryOn.objects.claim(pk, lease_seconds())
    if claim is None:
        return
    tryon = TryOn.objects.select_related("photo__shopper", "link", "shopper").get(pk=pk)
    logs.note(request_id=tryon.request_id)
    with shops.of(tryon.shop):
        _taken(tryon, claim)


def _taken(tryon: TryOn, claim: str) -> None:
    pk = str(tryon.pk)
    try:
        _send(tryon, claim)
    except _Over:
        return
    except _Unwanted:
        _again(tryon, claim, 0, "")
        TryOn.objects.move(pk, TryOn.Status.QUEUED, TryOn.Status.CANCELLED)
    except Paused as pause:
        # Waiting for its turn is no attempt.
        _again(tryon, claim, pause.seconds, "busy", attempts=tryon.attempts - 1)
    except PhotoGone:
        fail(pk, TryOn.Status.SUBMITTING, "photo_gone", claim=claim)
    except ProductUnfit as error:
        if tryon.link:
            products.note_error(tryon.link, error.code)
        fail(pk, TryOn.Status.SUBMITTING, "product_refused", claim=claim, error_detail=str(error))
    except GenlookError as error:
        _refused(tryon, claim, error)


def _send(tryon: TryOn, claim: str) -> None:
    if tryon.hidden_at:
        raise _Unwanted
    if tryon.photo is None or tryon.photo.erased_at:
        raise PhotoGone
    if tryon.link is None or tryon.link.product is None:
        fail(tryon.pk, TryOn.Status.SUBMITTING, "product_gone", claim=claim)
        raise _Over
    configuration = Configuration.load()
    content = fingerprint(tryon.link.product)
    for _ in range(ROUNDS):
        stored = tryon.photo.usable_image_id(configuration.crop)
        image_id = stored or photos.image_id(tryon.photo, configuration)
        product = _product(tryon.link, content)
        tryon.inline = isinstance(product, InlineProduct)
        sent_at = clock.now()
        try:
            generation = _post(tryon, claim, product, image_id)
        except ProductUnknown:
            products.note_forgotten(tryon.link)
        except (Forbidden, ImageUnknown, NotFound, Rejected) as error:
            # Which code an expired photo gets is not documented, so whatever is refused with
            # a photo sent earlier is asked once more with the photo sent anew.
            about_product = failure_code(error, inline=tryon.inline) == "product_refused"
            if stored and (isinstance(error, Forbidden) or not about_product):
                photos.forget_image(tryon.photo, image_id)
            elif isinstance(error, Forbidden | NotFound) and not tryon.inline:
                products.note_forgotten(tryon.link)
            else:
                left = _nowhere(error) if isinstance(error, NotFound) else error
                account.judge(left, _about(tryon))
                raise left from None
        else:
            _accepted(tryon, claim, generation, product, content, sent_at)
            return
    raise Rejected("Genlook keeps forgetting the photo or the product.", code="FORGETFUL")


def _product(link: ProductLink, content: str) -> ProductReference | InlineProduct:
    if held_of(link).is_known(content):
        return ProductReference(external_id=link.external_id)
    return inline_product(link)


def _post(
    tryon: TryOn, claim: str, product: ProductReference | InlineProduct, image_id: str
) -> Generation:
    user_id = tryon.shopper.external_user_id
    request = TryOnRequest(
        product=product,
        person=PersonById(image_id=image_id),
        external_user_id=user_id,
        output=Output(watermark=tryon.watermark, keep_for_days=tryon.keep_for_days),
    )
    mine = TryOn.objects.filter(pk=tryon.pk, claim=claim, status=TryOn.Status.SUBMITTING)

    def post(client: Client) -> Generation:
        # From here on the request may have been carried out, whatever becomes of this process.
        wanted = mine.filter(hidden_at=None)
        if not wanted.update(sent_at=clock.now(), external_user_id=user_id, account=mark()):
            raise _Unwanted if mine.exists() else _Over
        return client.create_try_on(request)

    try:
        return _own(account.ask(Kind.SUBMIT, post, about=_about(tryon)), tryon)
    except GenlookError as error:
        if not error.carried_out:
            mine.update(sent_at=None)
        raise


def _own(generation: Generation, tryon: TryOn) -> Generation:
    """Raise UnreadableAnswer for a generation that has been another shopper's: its picture is
    for that person's eyes only, and what became of this request nobody knows."""
    same = TryOn.objects.ours().filter(generation_id=generation.generation_id)
    if same.exclude(shopper=tryon.shopper_id).exists():
        raise UnreadableAnswer(
            "Genlook named the generation of another try-on.",
            code="ANSWER_REPEATED",
            carried_out=True,
        )
    return generation


def _nowhere(error: NotFound) -> WrongAddress:
    """The error of a try-on that Genlook does not find although nothing is left in it that it
    might not know: it was not Genlook's try-on that was asked."""
    return WrongAddress(error.message, code=error.code, status=error.status)


def _about(tryon: TryOn) -> str:
    return f"try-on/{tryon.link.external_id if tryon.link else ''}"


def _accepted(
    tryon: TryOn,
    claim: str,
    generation: Generation,
    product: ProductReference | InlineProduct,
    content: str,
    sent_at: datetime,
) -> None:
    now = clock.now()
    known = Account.load()
    inline = isinstance(product, InlineProduct)
    taken = {
        "generation_id": generation.generation_id,
        "accepted_at": now,
        "next_poll_at": now + timedelta(seconds=timing.usual(known).first),
        "charge": TryOn.Charge.RESERVED,
        "inline": inline,
    }
    moved = TryOn.objects.filter(claim=claim).move(
        tryon.pk,
        TryOn.Status.SUBMITTING,
        TryOn.Status.GENERATING,
        claim="",
        claimed_until=None,
        error_code="",
        error_detail="",
        **taken,
    )
    if not moved:
        # We were so slow that the try-on was given up as uncertain. Now it is certain.
        TryOn.objects.filter(pk=tryon.pk, status=TryOn.Status.FAILED, generation_id="").update(
            **taken | {"late_until": now + timing.LATE, "next_poll_at": now}
        )
    account.accepted(known, sent_at)
    if tryon.link:
        if inline:
            products.note_sent(tryon.link, content, products.INLINE_DAYS)
            tryon.link.refresh_from_db()
        products.note_used(tryon.link)
    ensure_watcher()


def _refused(tryon: TryOn, claim: str, error: GenlookError) -> None:
    code = failure_code(error, inline=tryon.inline)
    values: dict[str, Any] = {"error_detail": detail_of(error)}
    sent = TryOn.objects.filter(pk=tryon.pk, claim=claim).exclude(sent_at=None).exists()
    if isinstance(error, Unavailable) and error.carried_out and sent:
        fail(
            tryon.pk,
            TryOn.Status.SUBMITTING,
            "uncertain",
            claim=claim,
            charge=TryOn.Charge.UNCERTAIN,
            **values,
        )
    elif code in ("busy", "unavailable"):
        wait = timing.backoff(tryon.attempts - 1, FIRST_BACKOFF, LONGEST_BACKOFF)
        wait *= random.uniform(0.75, 1.25)
        _again(tryon, claim, max(wait, error.retry_after or 0), code, **values)
    else:
        if tryon.link and code == "product_refused":
            products.note_error(tryon.link, error.code, refused=isinstance(error, Rejected))
        fail(tryon.pk, TryOn.Status.SUBMITTING, code, claim=claim, **values)


def _again(tryon: TryOn, claim: str, seconds: float, code: str, **values: Any) -> None:
    """Queue the row again; the watcher hands it over when its time has come."""
    TryOn.objects.filter(claim=claim).move(
        tryon.pk,
        TryOn.Status.SUBMITTING,
        TryOn.Status.QUEUED,
        claim="",
        claimed_until=None,
        sent_at=None,
        enqueued_at=None,
        not_before=clock.now() + timedelta(seconds=seconds),
        error_code=code,
        **values,
    )
    ensure_watcher()
