"""Erasing what a shopper gave us: here at once, at Genlook by rows that the engine works off.

A row is changed first and its file deleted after the commit. The file's name stays in the
row until the file is gone, so that a deletion which failed is due again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Least

from .. import clock
from ..models import Attribution, Erasure, Photo, Share, Shopper, TryOn
from ..transactions import atomic
from . import files


def erase_photo(photo: Photo, *, due_at: datetime | None = None, at_genlook: bool = True) -> bool:
    """Erase the photo here: its file, its hash, its name at Genlook. Safe to repeat.

    With `due_at`, only if its days are over at that moment: she may have given the same
    picture again meanwhile. With `at_genlook`, Genlook is asked to erase what it holds
    under the name that the photo was sent with. Returns whether this call erased it.
    """
    now = clock.now()
    rows = Photo.objects.filter(pk=photo.pk, erased_at=None)
    if due_at is not None:
        rows = rows.filter(expires_at__lte=due_at)
    with atomic():
        erased = rows.update(
            sha256=None,
            image_id="",
            image_expires_at=None,
            # An upload under way finds that it has lost its claim.
            claim="",
            claimed_until=None,
            erased_at=now,
            expires_at=Least(F("expires_at"), Value(now)),
        )
        if erased and at_genlook:
            ask_genlook(_sent_photos(Photo.objects.filter(pk=photo.pk)))
        _delete_file_of(Photo.objects.filter(pk=photo.pk).exclude(erased_at=None), "file")
    return bool(erased)


def erase_result(tryon: TryOn, *, due_at: datetime | None = None) -> bool:
    """Erase the picture of a try-on here, and the link to it that she gave out, which makes
    a completed one `expired`. Safe to repeat. With `due_at`, only if its days are over at
    that moment or she deleted it. Returns whether this call made it expire."""
    now = clock.now()
    rows = TryOn.objects.all()
    if due_at is not None:
        rows = rows.filter(Q(expires_at__lte=due_at) | Q(hidden_at__isnull=False))
    with atomic():
        expired = rows.move(
            tryon.pk,
            TryOn.Status.COMPLETED,
            TryOn.Status.EXPIRED,
            expires_at=Least(F("expires_at"), Value(now)),
            result_url="",
        )
        gone = TryOn.objects.filter(pk=tryon.pk).exclude(status=TryOn.Status.COMPLETED)
        Share.objects.filter(tryon__in=gone).delete()
        _delete_file_of(gone, "result")
    return expired


def erase_shopper(shopper: Shopper, due: datetime | None = None) -> list[Erasure]:
    """Erase all pictures of a shopper here, take her consents back, and ask Genlook to erase
    what it holds under any of her names. Safe to repeat.

    Returns the rows that the engine has to work off, at once or when they are `due`. Try-ons
    under way find their photo gone, or are dropped when their picture arrives.
    """
    now = clock.now()
    with atomic():
        everyone = [shopper.pk, *shopper.merged.values_list("pk", flat=True)]
        asked = ask_genlook(names_sent(shopper), due=due)
        for photo in Photo.objects.filter(shopper__in=everyone).exclude(file=""):
            erase_photo(photo, at_genlook=False)
        tryons = TryOn.objects.filter(shopper__in=everyone)
        # Their keys are free again: a later click is a new wish.
        tryons.filter(hidden_at=None).update(hidden_at=now, live_key=None, idempotency_key=None)
        for tryon in tryons.exclude(result=""):
            erase_result(tryon)
        Attribution.objects.filter(shopper__in=everyone).delete()
        shopper.consents.filter(withdrawn_at=None).update(withdrawn_at=now)
    return asked


def ask_genlook(
    sent: Iterable[tuple[str, str]],
    repeat_until: datetime | None = None,
    due: datetime | None = None,
) -> list[Erasure]:
    """Write down what Genlook must erase: all it holds under these names, each in the account of
    this mark, at once or when it is `due`. Returns the open rows, one for each; empty names are
    left out. With `repeat_until`, it is repeated until then whatever our rows say."""
    rows = []
    now = clock.now()
    for name, account in sorted({(name, account) for name, account in sent if name}):
        asked = {"external_user_id": name, "account": account}
        row = Erasure.objects.filter(**asked, done_at=None).first()
        if row is None:
            row = Erasure.objects.create(**asked, repeat_until=repeat_until, not_before=due or now)
        else:
            # At once, not when its turn comes; one under way now has another after it.
            open_row = Erasure.objects.filter(pk=row.pk)
            again = open_row.exclude(erased_at=None)
            (open_row if due is None else again).update(not_before=due or now)
            again.update(erased_at=None, requested_at=now)
            if repeat_until:
                open_row.update(repeat_until=repeat_until)
        rows.append(row)
    return rows


def names_sent(shopper: Shopper) -> set[tuple[str, str]]:
    """Return those of her names that anything was ever sent under, or may have been, each with
    the mark of the account that it was sent to."""
    everyone = [shopper.pk, *shopper.merged.values_list("pk", flat=True)]
    tryons = TryOn.objects.filter(shopper__in=everyone).exclude(external_user_id="").order_by()
    return {
        *_sent_photos(Photo.objects.filter(shopper__in=everyone).exclude(external_user_id="")),
        *tryons.values_list("external_user_id", "account").distinct(),
    }


def _sent_photos(photos: "QuerySet[Photo]") -> Iterator[tuple[str, str]]:
    for name, accounts in photos.order_by().values_list("external_user_id", "accounts"):
        for account in accounts.split() or [""]:
            yield name, account


def due_photos(now: datetime) -> QuerySet[Photo]:
    """Photos whose days are over, or whose file should be gone and is not."""
    return Photo.objects.filter(expires_at__lte=now).exclude(file="").order_by("expires_at")


def due_results(now: datetime) -> QuerySet[TryOn]:
    """Try-ons whose picture's days are over, or whose picture she deleted, and still lies
    in storage."""
    due = Q(expires_at__lte=now) | Q(hidden_at__isnull=False)
    return TryOn.objects.filter(due).exclude(result="").order_by("expires_at")


def _delete_file_of(row: "QuerySet[Photo] | QuerySet[TryOn]", field: str) -> None:
    """Delete the file of one row after the commit, if the row is then still to lose it."""

    def delete() -> None:
        name = row.values_list(field, flat=True).first()
        if name and files.delete(name):
            row.filter(**{field: name}).update(**{field: ""})

    transaction.on_commit(delete, robust=True)
