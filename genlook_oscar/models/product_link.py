from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock


class ProductLink(models.Model):
    """What ties one Oscar product to one Genlook product."""

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
        default=True,
        help_text=_("Off: no button for this product."),
    )

    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField(_("last sent"), null=True, editable=False)
    known_until = models.DateTimeField(_("known to Genlook until"), null=True, editable=False)
    lifetime_days = models.PositiveSmallIntegerField(default=0, editable=False)
    last_used_at = models.DateTimeField(_("last tried on"), null=True, editable=False)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    error_code = models.CharField(_("last error"), max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("product link")
        verbose_name_plural = _("product links")
        ordering = ["external_id"]

    def __str__(self) -> str:
        return self.external_id

    def is_known(self, fingerprint: str, at: datetime | None = None) -> bool:
        """Whether Genlook should hold this very content, so that naming it is enough."""
        moment = at or clock.now()
        return bool(
            self.fingerprint
            and self.fingerprint == fingerprint
            and self.known_until
            and self.known_until > moment
        )
