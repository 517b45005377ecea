from django.db import models
from django.utils.translation import gettext_lazy as _

from .. import clock
from .product_link import ProductLink
from .tryon import TryOn


class Report(models.Model):
    """A shopper says that a picture is not right, and what is wrong with it.

    One for each try-on. It outlives the try-on without naming anybody, because it counts
    for the product: `link.reports` are the complaints about what the product's pictures
    became.
    """

    class Reason(models.TextChoices):
        WRONG_ITEM = "wrong_item", _("It is not this item")
        BODY = "body", _("My body looks wrong")
        FACE = "face", _("My face is changed")
        QUALITY = "quality", _("The picture is of poor quality")
        OFFENSIVE = "offensive", _("It is offensive")
        OTHER = "other", _("Something else")

    tryon = models.OneToOneField(
        TryOn,
        verbose_name=_("try-on"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="report",
    )
    link = models.ForeignKey(
        ProductLink,
        verbose_name=_("product link"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="reports",
    )
    reason = models.CharField(_("reason"), max_length=16, choices=Reason.choices)
    counts = models.BooleanField(_("counts"), default=False)
    """Whether it is one of those that may hide the product: see `engine.reports`."""
    created_at = models.DateTimeField(_("reported"), default=clock.now)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.get_reason_display())
