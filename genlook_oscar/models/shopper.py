import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock


def new_external_user_id() -> str:
    """An opaque name for a shopper at Genlook: random, so it tells nothing of her."""
    return f"shopper-{uuid.uuid4().hex}"


class Shopper(models.Model):
    """A customer or a guest. A guest is known by `key`, kept in her session."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("customer"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="genlook_shopper",
    )
    external_user_id = models.CharField(
        _("name at Genlook"), max_length=64, unique=True, default=new_external_user_id
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="merged"
    )
    created_at = models.DateTimeField(_("first seen"), default=clock.now)

    class Meta:
        verbose_name = _("shopper")
        verbose_name_plural = _("shoppers")

    def __str__(self) -> str:
        if self.user_id:
            return str(_("customer %(id)s")) % {"id": self.user_id}
        return str(_("guest %(id)s")) % {"id": str(self.key)[:8]}

    def external_user_ids(self) -> list[str]:
        """Every name under which Genlook may hold her pictures: her own, and those of the
        guests she was before she signed in."""
        return [
            self.external_user_id,
            *self.merged.values_list("external_user_id", flat=True),
        ]


class Consent(models.Model):
    """A receipt: which wording a shopper agreed to, when, and what it promised."""

    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(_("wording"), max_length=12)
    text = models.TextField(_("text as shown"))
    language = models.CharField(_("language"), max_length=16)
    retention_days = models.PositiveSmallIntegerField(_("days promised"))
    given_at = models.DateTimeField(_("given"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return f"{self.version} ({self.given_at:%Y-%m-%d})"


class Erasure(models.Model):
    """What must be erased at Genlook, and the proof that it was.

    It names no person: the opaque id outlives the shopper's row.
    """

    external_user_id = models.CharField(_("name at Genlook"), max_length=64, db_index=True)
    account = models.CharField(max_length=16, blank=True, editable=False)
    """Mark of the account that must erase it."""
    requested_at = models.DateTimeField(_("asked for"), default=clock.now)
    not_before = models.DateTimeField(default=clock.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    erased_at = models.DateTimeField(_("first done"), null=True, blank=True)
    repeat_until = models.DateTimeField(null=True, blank=True)
    """Something may arrive until then of which no row of ours tells any more."""
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["-requested_at"]
        indexes = [
            # The proofs stay for ever; the sweep looks only at what is still to be done.
            models.Index(
                fields=["not_before"],
                condition=models.Q(done_at=None),
                name="genlook_erasures_open",
            )
        ]

    def __str__(self) -> str:
        return self.external_user_id
