from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock
from .mark import mark


class Ready(models.TextChoices):
    """Whether a product can be sent, as it was last looked at: a stable code, and what the
    merchant reads. The gravest first; `BLOCKING` ones leave nothing to send, the others only
    make worse pictures."""

    UNCHECKED = "", _("Not looked at yet")
    NO_PICTURE = "no_picture", _("No picture")
    UNREADABLE_PICTURE = "unreadable_picture", _("No picture can be read")
    REFUSED = "refused", _("Genlook refused its data or its pictures")
    SMALL_PICTURE = "small_picture", _("The picture is too small")
    NO_TITLE = "no_title", _("No title")
    WRONG_KIND = "wrong_kind", _("A kind of item that Genlook does not do")
    BAD_REPORTS = "bad_reports", _("Too many shoppers reported bad pictures")
    NO_DESCRIPTION = "no_description", _("Ready, but without a description")
    SHARED_PICTURE = "shared_picture", _("Ready, but with the pictures of its parent only")
    READY = "ready", _("Ready")


BLOCKING = (
    Ready.NO_PICTURE,
    Ready.UNREADABLE_PICTURE,
    Ready.REFUSED,
    Ready.SMALL_PICTURE,
    Ready.NO_TITLE,
    Ready.WRONG_KIND,
    Ready.BAD_REPORTS,
)
WARNINGS = (Ready.NO_DESCRIPTION, Ready.SHARED_PICTURE)


class Wanted(models.TextChoices):
    """What a worker shall do at Genlook when a request can be spared."""

    NOTHING = "", _("nothing")
    REGISTER = "register", _("register")
    REFRESH = "refresh", _("send again")
    FORGET = "forget", _("forget")


class Held:
    """What an account at Genlook holds of a product, as far as this shop knows."""

    account: Any
    fingerprint: Any
    known_until: Any

    def is_known(self, fingerprint: str, at: datetime | None = None) -> bool:
        """Whether Genlook should hold this very content, so that naming it is enough."""
        moment = at or clock.now()
        return bool(
            self.is_ours
            and self.fingerprint
            and self.fingerprint == fingerprint
            and self.known_until
            and self.known_until > moment
        )

    @property
    def is_ours(self) -> bool:
        """Whether what was last sent went to the account that is configured now."""
        return self.account in ("", mark())


class ProductLink(Held, models.Model):
    """What ties one Oscar product to one Genlook product, and what the main shop's account holds
    of it; for what other accounts hold see `Copy`."""

    Wanted = Wanted

    product = models.OneToOneField(
        "catalogue.Product",
        verbose_name=_("product"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="genlook_link",
    )
    sku = models.CharField(_("SKU"), max_length=255, blank=True)
    external_id = models.CharField(
        _("Genlook externalId"),
        max_length=128,
        unique=True,
        help_text=_("The product's name at Genlook. Made from the SKU; stays once given."),
    )
    enabled = models.BooleanField(
        _("can be tried on"),
        null=True,
        blank=True,
        default=None,
        choices=[(None, _("As the rules say")), (True, _("On")), (False, _("Off"))],
        help_text=_("On and off beat the rules for its category and product class."),
    )
    pictures = models.JSONField(
        _("pictures to send"),
        default=list,
        blank=True,
        editable=False,
        help_text=_(
            "Primary keys of its pictures in their order; empty: all as the shop has them."
        ),
    )

    ready_code = models.CharField(
        _("readiness"),
        max_length=32,
        choices=Ready.choices,
        default="",
        blank=True,
        db_index=True,
        editable=False,
    )
    ready_reasons = models.JSONField(default=list, blank=True, editable=False)
    checked_at = models.DateTimeField(_("looked at"), null=True, db_index=True, editable=False)
    checked_content = models.CharField(max_length=64, blank=True, editable=False)
    hidden_told_at = models.DateTimeField(null=True, editable=False)
    """When the merchant was told that reports hide it."""
    bad_reports = models.PositiveIntegerField(_("bad reports"), default=0, editable=False)

    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    account = models.CharField(max_length=16, blank=True, editable=False)
    """Mark of the account that holds what was last sent."""
    sent_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    known_until = models.DateTimeField(_("known to Genlook until"), null=True, editable=False)
    lifetime_days = models.PositiveSmallIntegerField(default=0, editable=False)
    last_used_at = models.DateTimeField(_("last tried on"), null=True, editable=False)
    asked_until = models.DateTimeField(null=True, editable=False)
    """Until then nobody else's visit has it registered, unless that is done."""
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(_("last error"), max_length=64, blank=True, editable=False)
    wanted = models.CharField(
        _("waiting for a worker"),
        max_length=16,
        choices=Wanted.choices,
        default="",
        blank=True,
        editable=False,
    )
    wanted_at = models.DateTimeField(null=True, editable=False)
    listed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("product link")
        verbose_name_plural = _("product links")
        ordering = ["external_id"]
        indexes = [
            # Of a hundred thousand products a handful waits.
            models.Index(
                fields=["wanted_at"], condition=~models.Q(wanted=""), name="genlook_link_wanted"
            ),
            models.Index(fields=["known_until"], name="genlook_link_known"),
        ]
        permissions = [("manage_catalogue", "Can manage the catalogue at Genlook")]

    def __str__(self) -> str:
        return self.external_id
