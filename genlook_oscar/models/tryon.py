import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from . import returns
from .daily import DayMark
from .mark import at_account, mark, of_shop, ours
from .moments import free, over
from .photo import Photo
from .product_link import ProductLink
from .shopper import Shopper
from .storage import private_storage


def result_path(tryon: "TryOn", filename: str) -> str:
    """A random name, so that nobody can guess or recognise it."""
    name = uuid.uuid4().hex
    return f"results/{name[:2]}/{name}.jpg"


class TryOnQuerySet(models.QuerySet["TryOn"]):
    def live(self) -> "TryOnQuerySet":
        """Those that are not final."""
        return self.filter(status__in=TryOn.LIVE)

    def followed(self) -> "TryOnQuerySet":
        """Those whose generation is asked about: running, or late but paid for."""
        return self.filter(
            Q(status=TryOn.Status.GENERATING)
            | Q(status=TryOn.Status.FAILED, late_until__gt=clock.now())
        ).exclude(generation_id="")

    def may_arrive(self, since: datetime) -> "TryOnQuerySet":
        """Those whose picture may still arrive at Genlook: live, followed, or uncertain and
        sent after `since`."""
        lost = Q(charge=TryOn.Charge.UNCERTAIN, generation_id="", sent_at__gt=since)
        late = Q(status=TryOn.Status.FAILED, late_until__gt=clock.now())
        return self.exclude(external_user_id="").filter(Q(status__in=TryOn.LIVE) | late | lost)

    def by_shoppers(self) -> "TryOnQuerySet":
        """Those that tell of shoppers."""
        return self.filter(is_test=False)

    def ours(self) -> "TryOnQuerySet":
        """Those sent to the account that is configured now, or nowhere yet."""
        return self.here().filter(ours())

    def here(self) -> "TryOnQuerySet":
        """Those of the shops whose account is in charge."""
        return self.filter(at_account())

    def of_shop(self) -> "TryOnQuerySet":
        """Those of the shop in charge."""
        return self.filter(of_shop())

    def move(self, pk: Any, source: str, target: str, **values: Any) -> bool:
        """Change the status of one row from `source` to `target`, with `values`.

        A row that becomes final gives up its lease and its place as the live try-on of this
        picture. Returns False when another has changed it first; the caller then stops.
        """
        if (source, target) not in TryOn.MOVES:
            raise ValueError(f"A try-on does not go from {source} to {target}.")
        if target not in TryOn.LIVE:
            values.update(live_key=None, claim="", claimed_until=None)
            if source in TryOn.LIVE:
                values.setdefault("finished_at", clock.now())
        if target == TryOn.Status.COMPLETED:
            values["counted"] = ""
        changed = bool(self.filter(pk=pk, status=source).update(status=target, **values))
        if changed and target in (TryOn.Status.FAILED, TryOn.Status.CANCELLED):
            returns.give_back(self.model.objects.all(), pk)
        if changed and source not in TryOn.LIVE and target != TryOn.Status.EXPIRED:
            # A picture after all: the figures of its day may stand already.
            DayMark.note(self.model.objects.values_list("created_at", flat=True).get(pk=pk))
        return changed

    def claim(self, pk: Any, seconds: float) -> str | None:
        """Take a queued row for submitting; return the claim's token or None.

        The attempt is counted here, before the work: a worker that dies counts too. Nothing
        is sent after its deadline: a task from a backup, or from a cluster that stood still,
        may come for a try-on that everybody has given up.
        """
        token = uuid.uuid4().hex
        now = clock.now()
        ready = self.filter(
            over("not_before", now), status=TryOn.Status.QUEUED, deadline_at__gt=now
        )
        taken = ready.filter(pk=pk).update(
            status=TryOn.Status.SUBMITTING,
            claim=token,
            claimed_until=now + timedelta(seconds=seconds),
            attempts=F("attempts") + 1,
        )
        return token if taken else None

    def claim_fetch(self, pk: Any, seconds: float) -> str | None:
        """Take a row whose picture is ready for fetching it; return the token or None."""
        token = uuid.uuid4().hex
        now = clock.now()
        taken = (
            self.followed()
            .filter(pk=pk)
            .exclude(result_url="")
            .filter(free("claimed_until", now))
            .update(
                claim=token,
                claimed_until=now + timedelta(seconds=seconds),
                fetches=F("fetches") + 1,
            )
        )
        return token if taken else None


class TryOn(models.Model):
    """One shopper's request to see one product on one photo: the truth of its whole life.

    `live_key` is unique while the row is live and NULL afterwards, which lets every database
    refuse a second live try-on of the same picture, without conditional constraints.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SUBMITTING = "submitting", _("being sent")
        GENERATING = "generating", _("being made")
        COMPLETED = "completed", _("completed")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")

    class Charge(models.TextChoices):
        NONE = "none", _("nothing")
        RESERVED = "reserved", _("reserved")
        SETTLED = "settled", _("one credit")
        RELEASED = "released", _("released")
        UNCERTAIN = "uncertain", _("uncertain")

    class CountedAs(models.TextChoices):
        GUEST = "guest", _("a guest, with their network")
        NEW = "new", _("a new customer, with their network")
        CUSTOMER = "customer", _("a customer")

    LIVE = (Status.QUEUED, Status.SUBMITTING, Status.GENERATING)
    MOVES = {
        (Status.QUEUED, Status.SUBMITTING),
        (Status.SUBMITTING, Status.QUEUED),
        (Status.SUBMITTING, Status.GENERATING),
        (Status.GENERATING, Status.COMPLETED),
        (Status.QUEUED, Status.FAILED),
        (Status.SUBMITTING, Status.FAILED),
        (Status.GENERATING, Status.FAILED),
        (Status.QUEUED, Status.CANCELLED),
        (Status.COMPLETED, Status.EXPIRED),
        # Its picture was lost here; it is fetched again.
        (Status.COMPLETED, Status.FAILED),
        # A picture that was paid for is delivered even after the deadline.
        (Status.FAILED, Status.COMPLETED),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="tryons")
    photo = models.ForeignKey(
        Photo, null=True, blank=True, on_delete=models.SET_NULL, related_name="tryons"
    )
    link = models.ForeignKey(
        ProductLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="tryons"
    )
    product = models.ForeignKey(
        "catalogue.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="genlook_tryons",
    )
    shop = models.PositiveIntegerField(default=0, editable=False)
    """The number of the shop that it was clicked in, see `shops`."""
    product_title = models.CharField(_("product's title"), max_length=255, blank=True)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.QUEUED, db_index=True
    )
    reuse_key = models.CharField(max_length=64, db_index=True)
    live_key = models.CharField(max_length=128, null=True, unique=True)
    idempotency_key = models.CharField(max_length=64, null=True)
    watermark = models.BooleanField(_("watermark"), null=True)
    keep_for_days = models.PositiveSmallIntegerField(_("kept for days"), null=True)
    retention_days = models.PositiveSmallIntegerField(default=7)

    created_at = models.DateTimeField(_("clicked"), default=clock.now, db_index=True)
    deadline_at = models.DateTimeField(_("deadline"))
    not_before = models.DateTimeField(default=clock.now)
    enqueued_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    accepted_at = models.DateTimeField(_("accepted by Genlook"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)

    generation_id = models.CharField(_("generation"), max_length=600, blank=True, db_index=True)
    inline = models.BooleanField(_("sent inline"), default=False)
    external_user_id = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=16, blank=True)
    """Mark of the account that it was sent to."""
    polls = models.PositiveIntegerField(_("times asked"), default=0)
    next_poll_at = models.DateTimeField(null=True)
    late_until = models.DateTimeField(null=True)
    result_url = models.TextField(blank=True)
    fetches = models.PositiveSmallIntegerField(default=0)

    result = models.FileField(
        upload_to=result_path, storage=private_storage, max_length=200, blank=True
    )
    original = models.CharField(max_length=16, blank=True)
    """The kind (MIME) of the file as Genlook sent it, which lies beside the result; empty
    where none does."""
    credentials = models.BooleanField(default=False)
    """Whether that file carries content credentials (C2PA) of its own."""
    language = models.CharField(max_length=16, blank=True)
    """The language in which she clicked: that of the words in the picture's pixels."""
    expires_at = models.DateTimeField(_("deleted on"), null=True)
    error_code = models.CharField(_("error"), max_length=64, blank=True)
    error_detail = models.TextField(_("what Genlook said"), blank=True)
    charge = models.CharField(
        _("credit"), max_length=16, choices=Charge.choices, default=Charge.NONE
    )
    counted = models.CharField(max_length=500, blank=True)
    """Names of the counters that it was counted in, until it has its picture."""
    counted_as = models.CharField(
        _("counted as"), max_length=16, choices=CountedAs.choices, blank=True
    )
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    """The name of the request of its click, by which the log tells of it."""
    hidden_at = models.DateTimeField(_("deleted by the shopper"), null=True)
    is_test = models.BooleanField(_("test by staff"), default=False)
    """On the sample person: paid like any other, and in no figure of shoppers."""

    objects = TryOnQuerySet.as_manager()

    class Meta:
        verbose_name = _("try-on")
        verbose_name_plural = _("try-ons")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["shopper", "-created_at"], name="genlook_tryon_history"),
            models.Index(fields=["status", "next_poll_at"], name="genlook_tryon_polls"),
            # A million settled rows are counted, and the few others found, without the rows.
            models.Index(fields=["charge", "finished_at"], name="genlook_tryon_charges"),
            models.Index(
                fields=["late_until"],
                condition=Q(late_until__isnull=False),
                name="genlook_tryon_late",
            ),
            # Rows outlive their pictures; the sweep looks only at those that still have one.
            models.Index(
                fields=["expires_at"], condition=~Q(result=""), name="genlook_tryon_pictures"
            ),
            models.Index(fields=["status"], condition=~Q(counted=""), name="genlook_tryon_counted"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["shopper", "idempotency_key"], name="genlook_one_tryon_per_click"
            )
        ]
        permissions = [
            ("view_pictures", "Can see shoppers' pictures"),
            ("view_figures", "Can see the figures in the shop's dashboard"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen but expiry and late delivery."""
        return self.status not in self.LIVE

    @property
    def may_still_come(self) -> bool:
        """Whether it failed and its generation is followed all the same."""
        return bool(
            self.status == self.Status.FAILED
            and self.is_ours
            and self.generation_id
            and self.late_until
            and self.late_until > clock.now()
        )

    @property
    def is_made(self) -> bool:
        """Whether Genlook has said that the picture is finished, and so has charged it."""
        return bool(self.result_url or self.fetches or self.charge == self.Charge.SETTLED)

    @property
    def is_ours(self) -> bool:
        """Whether it was sent to the account that is configured now, or nowhere yet."""
        return self.account in ("", mark())

    @property
    def public_status(self) -> str:
        """The status that a shopper is told: being sent counts as waiting."""
        return self.Status.QUEUED if self.status == self.Status.SUBMITTING else self.status

    def has_result(self, at: datetime | None = None) -> bool:
        """Whether a picture can be shown now."""
        moment = at or clock.now()
        return bool(
            self.status == self.Status.COMPLETED
            and self.result
            and self.expires_at
            and self.expires_at > moment
        )
