import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..conf import conf
from .mark import mark
from .moments import LONGEST_WATCH, free, past

NO_CREDITS = "no_credits"
LONGEST_PAUSE = timedelta(minutes=5)
"""No pause of the circuit lasts longer, and a balance read longer ago proves nothing."""


class Account(models.Model):
    """What is known of the Genlook account, and what its processes share: one row.

    Health (does the key work, credits, alarm), the watcher's lease, the workers' signs of
    life (see `engine.workers`), the requests of the last minute, which all processes on all
    hosts spend together, and what the books said when they were last compared with Genlook's
    balance (see `engine.books`).
    """

    mark = models.CharField(max_length=16, blank=True, editable=False)
    """Of which account the rest is known, see `mark()`."""
    credits = models.IntegerField(_("credits left"), null=True, editable=False)
    credits_at = models.DateTimeField(_("credits read"), null=True, editable=False)
    answered_at = models.DateTimeField(_("last good answer"), null=True, editable=False)
    alarm_code = models.CharField(_("alarm"), max_length=64, blank=True, editable=False)
    alarm_at = models.DateTimeField(_("alarm since"), null=True, editable=False)

    circuit_reason = models.CharField(max_length=32, blank=True, editable=False)
    circuit_since = models.DateTimeField(null=True, editable=False)
    circuit_until = models.DateTimeField(null=True, editable=False)
    circuit_last = models.CharField(max_length=32, blank=True, editable=False)
    circuit_about = models.JSONField(default=list, editable=False)
    circuit_streak = models.PositiveIntegerField(default=0, editable=False)

    watcher = models.CharField(max_length=32, blank=True, editable=False)
    watcher_until = models.DateTimeField(null=True, editable=False)
    watcher_asked_at = models.DateTimeField(null=True, editable=False)

    alive_at = models.DateTimeField(null=True, editable=False)
    called_at = models.DateTimeField(null=True, editable=False)
    stopped_since = models.DateTimeField(null=True, editable=False)
    alive_key = models.CharField(max_length=16, blank=True, editable=False)
    called_key = models.CharField(max_length=16, blank=True, editable=False)

    books_at = models.DateTimeField(null=True, editable=False)
    books_since = models.DateTimeField(null=True, editable=False)
    books_key = models.CharField(max_length=16, blank=True, editable=False)
    books_balance = models.IntegerField(default=0, editable=False)
    books_settled = models.IntegerField(default=0, editable=False)
    books_open = models.PositiveIntegerField(default=0, editable=False)
    books_slack = models.PositiveIntegerField(default=0, editable=False)
    books_even_since = models.DateTimeField(null=True, editable=False)
    books_even_drift = models.IntegerField(default=0, editable=False)
    drift = models.IntegerField(default=0, editable=False)

    storage_failed_at = models.DateTimeField(null=True, editable=False)

    swept_at = models.DateTimeField(null=True, editable=False)
    tidied_at = models.DateTimeField(null=True, editable=False)
    durations = models.JSONField(default=list, editable=False)
    pace = models.JSONField(default=list, editable=False)
    pace_version = models.BigIntegerField(default=0, editable=False)
    hold_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("Genlook account")
        verbose_name_plural = _("Genlook account")

    def __str__(self) -> str:
        return str(_("Genlook account"))

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = self.pk or self.number()
        super().save(*args, **kwargs)

    @classmethod
    def mine(cls) -> "models.QuerySet[Account]":
        """The row of the account in charge now, as a query: what is asked or changed with one
        statement. There may be none yet."""
        return cls.objects.filter(pk=cls.number())

    @classmethod
    def number(cls) -> int:
        """The primary key of the account in charge: 1, or 1 more than the site's that it is
        of."""
        return 1 + conf.account

    @classmethod
    def load(cls) -> "Account":
        """Return the one row, made at first use."""
        return cls.mine().get_or_create()[0]

    @property
    def is_mine(self) -> bool:
        """Whether what is known is known of the account that is configured now."""
        return self.mark in ("", mark())

    def lacks_credits(self, now: datetime) -> bool:
        """Whether it is certain that a try-on would be refused for want of a credit: Genlook has
        said so, and its balance, read again and again, has not shown one since; or that is 0."""
        if self.credits is not None and self.credits <= 0:
            return True
        known = [at for at in (self.circuit_since, self.credits_at) if at]
        fresh = any(timedelta(0) <= now - at < LONGEST_PAUSE for at in known)
        return self.circuit_reason == NO_CREDITS and fresh

    @classmethod
    def become(cls, mine: str) -> None:
        """Forget what was known of another account: nothing of it holds for this one. What runs
        here (the watcher, the sweep) and the books, which see for themselves, stay."""
        cls.mine().exclude(mark__in=["", mine]).update(
            credits=None,
            credits_at=None,
            alarm_code="",
            circuit_reason="",
            circuit_last="",
            circuit_about=[],
            circuit_streak=0,
            circuit_until=None,
            circuit_since=None,
            pace=[],
            pace_version=F("pace_version") + 1,
            hold_until=None,
        )
        cls.mine().exclude(mark=mine).update(mark=mine)

    @classmethod
    def take_watch(cls, seconds: float) -> str | None:
        """Take the watcher's lease for `seconds`; return its token, or None if it is held."""
        cls.load()
        token = uuid.uuid4().hex
        now = clock.now()
        taken = (
            cls.mine()
            .filter(free("watcher_until", now, LONGEST_WATCH))
            .update(watcher=token, watcher_until=now + timedelta(seconds=seconds))
        )
        return token if taken else None

    @classmethod
    def keep_watch(cls, token: str, seconds: float) -> bool:
        """Prolong the lease to `seconds` from now; False when it belongs to another."""
        until = clock.now() + timedelta(seconds=seconds)
        return bool(cls.mine().filter(watcher=token).update(watcher_until=until))

    @classmethod
    def end_watch(cls, token: str) -> None:
        """Give the lease back, if it is still ours."""
        cls.mine().filter(watcher=token).update(
            watcher="", watcher_until=None, watcher_asked_at=None
        )

    @classmethod
    def ask_for_watcher(cls, again_after: float) -> bool:
        """Whether the caller should enqueue a watcher: nobody watches, and nobody has asked
        for one in the last `again_after` seconds. There must be a row."""
        now = clock.now()
        unwatched = free("watcher_until", now, LONGEST_WATCH)
        unasked = past("watcher_asked_at", now - timedelta(seconds=again_after), now)
        return bool(cls.mine().filter(unwatched & unasked).update(watcher_asked_at=now))

    @classmethod
    def set_pace(cls, version: int, pace: list[float]) -> bool:
        """Store the requests of the last minute if nobody else has since `version`."""
        return bool(
            cls.mine()
            .filter(pace_version=version)
            .update(pace=pace, pace_version=F("pace_version") + 1)
        )

    @classmethod
    def hold(cls, seconds: float) -> None:
        """Let no request start for `seconds`; a longer hold stays."""
        until = clock.now() + timedelta(seconds=seconds)
        cls.mine().filter(Q(hold_until=None) | Q(hold_until__lt=until)).update(hold_until=until)

    @classmethod
    def raise_alarm(cls, code: str) -> bool:
        """Record that the merchant must act; True when this alarm is new."""
        cls.load()
        return bool(
            cls.mine().exclude(alarm_code=code).update(alarm_code=code, alarm_at=clock.now())
        )
