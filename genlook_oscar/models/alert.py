"""What the merchant is told: which causes hold, and the alerts that are on their way."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..causes import CRITICAL, MAIL, WARNING, WEBHOOK, Cause
from ..conf import conf
from .mark import mark

EVERY_ACCOUNT = "*"
"""Stands for the mark where a cause is of the project and not of one account."""


SKEW = timedelta(hours=1)


def whose() -> str:
    """Whose the occurrences are that are noted now: the account's in charge, by its mark; where
    there are several shops, which may share an account, the shop's."""
    return f"@{conf.shop}" if conf.shop else mark()


class Occurrence(models.Model):
    """One cause of one account, or shop: since when it holds (None: it does not), and when the
    merchant was last told. `detail` says more, and nothing that is secret."""

    mark = models.CharField(max_length=16, blank=True, editable=False)
    code = models.CharField(max_length=64, editable=False)
    since = models.DateTimeField(null=True, editable=False)
    last_at = models.DateTimeField(null=True, editable=False)
    detail = models.CharField(max_length=200, blank=True, editable=False)
    told_at = models.DateTimeField(null=True, editable=False)
    told_severity = models.CharField(max_length=16, blank=True, editable=False)

    class Meta:
        verbose_name = _("occurrence")
        verbose_name_plural = _("occurrences")
        constraints = [
            models.UniqueConstraint(fields=["mark", "code"], name="genlook_occurrence_once")
        ]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def mine(cls) -> "models.QuerySet[Occurrence]":
        """Those of the account in charge now."""
        return cls.objects.filter(mark=whose())

    @classmethod
    def begin(cls, code: str, detail: str = "", *, of: str | None = None) -> None:
        """Note that a cause holds, of the account in charge or `of` another, see `whose`."""
        now, owner = clock.now(), whose() if of is None else of
        values: dict[str, Any] = {"last_at": now, "detail": detail[:200]}
        cls.objects.get_or_create(mark=owner, code=code, defaults={"since": now, **values})
        row = cls.objects.filter(mark=owner, code=code)
        row.filter(since=None).update(since=now)
        if detail:
            row.update(**values)

    @classmethod
    def end(cls, *codes: str, of: str | None = None) -> None:
        """Note that these causes hold no longer."""
        rows = cls.objects.filter(mark=whose() if of is None else of, code__in=codes)
        rows.exclude(since=None).update(since=None)

    @classmethod
    def end_others(cls, held: set[str]) -> None:
        """Note that of this account no cause holds any longer but these."""
        rows = cls.mine().exclude(since=None).exclude(code__in=held)
        rows.update(since=None)

    @classmethod
    def tell(cls, cause: Cause, severity: str = "", *, of: str | None = None) -> bool:
        """Whether the caller should tell the merchant, and nobody else will: it holds for long
        enough, and nobody has been told since it began, nor lately of the time before; or it has
        become critical. One conditional update, which many may try at once."""
        now, severity = clock.now(), severity or cause.severity
        known = Q(told_at__gte=F("since")) | Q(told_at__gt=now - cause.again)
        # A moment well in the future was noted by a clock that has been put right since; one a
        # little ahead by a process that was quicker.
        due = Q(told_at=None) | Q(told_at__gt=now + SKEW) | ~known
        if severity == CRITICAL:
            due |= Q(told_severity=WARNING)
        row = cls.objects.filter(
            due, mark=whose() if of is None else of, code=cause.code, since__lte=now - cause.after
        )
        return bool(row.update(told_at=now, told_severity=severity))


PAUSES = (5, 5, 15, 30, 60)
"""Minutes until an alert that could not leave is tried again. The first is longer than a try may
take, so that no other process tries meanwhile. Chosen here."""
GIVEN_UP_AFTER = timedelta(days=1)
KEPT = timedelta(days=30)


class Alert(models.Model):
    """One alert on its way: an e-mail `to` these addresses, or a call of the webhook. It stays
    until it has left; what left is kept for a while, as a record."""

    class Channel(models.TextChoices):
        MAIL = MAIL, _("e-mail")
        WEBHOOK = WEBHOOK, _("webhook")

    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    to = models.JSONField(_("to"), default=list)
    code = models.CharField(_("code"), max_length=64)
    severity = models.CharField(_("severity"), max_length=16)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    link = models.CharField(_("link"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("made"))
    not_before = models.DateTimeField(db_index=True, editable=False)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    left_at = models.DateTimeField(_("left"), null=True, editable=False)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")

    def __str__(self) -> str:
        return self.subject

    @classmethod
    def due(cls, now: datetime) -> "models.QuerySet[Alert]":
        """Those that should leave now, the oldest first."""
        return cls.objects.filter(left_at=None, not_before__lte=now).order_by("pk")

    def claim(self, now: datetime) -> bool:
        """Take it for one try, as nobody else can meanwhile. One conditional update."""
        pause = timedelta(minutes=PAUSES[min(self.attempts, len(PAUSES) - 1)])
        row = Alert.objects.filter(pk=self.pk, attempts=self.attempts, left_at=None)
        return bool(row.update(attempts=F("attempts") + 1, not_before=now + pause))

    def leave(self) -> None:
        """Note that it has left."""
        Alert.objects.filter(pk=self.pk).update(left_at=clock.now())

    @classmethod
    def end_old(cls, now: datetime) -> None:
        """Delete those that have left long ago, and those that nobody took for a day."""
        gone = Q(left_at__lt=now - KEPT) | Q(left_at=None, created_at__lt=now - GIVEN_UP_AFTER)
        cls.objects.filter(gone).delete()
