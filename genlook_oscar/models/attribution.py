from typing import Any

from django.db import models

from .. import clock
from .shopper import Shopper
from .tryon import TryOn


class Attribution(models.Model):
    """A product that a shopper put into her basket, or ordered, after she had seen it on
    herself; see `insight.attribution`. It goes with the shopper and with the try-on.

    `tried` is the product of the try-on, which may be another variant of what was bought, and
    `tried_on` the day of its click.
    """

    class Kind(models.TextChoices):
        BASKET = "basket"
        ORDER = "order"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    shopper = models.ForeignKey(Shopper, on_delete=models.CASCADE, related_name="attributions")
    tryon = models.ForeignKey(TryOn, on_delete=models.CASCADE, related_name="attributions")
    tried: Any = models.ForeignKey(
        "catalogue.Product", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    tried_on = models.DateField()
    basket: Any = models.ForeignKey(
        "basket.Basket", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    line: Any = models.OneToOneField(
        "order.Line", null=True, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["tried_on", "kind"], name="genlook_attributions"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tryon", "basket"], name="genlook_one_attribution_per_basket"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tryon_id}"
