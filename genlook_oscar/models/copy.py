from datetime import datetime
from typing import Any

from django.db import models

from ..conf import conf
from ..shops import MAIN
from .product_link import Held, ProductLink, Wanted


class Copy(Held, models.Model):
    """What one more account at Genlook holds of a product, and what is wanted of it there.

    What the main shop's account holds stands in the product's link; the names are the same.
    `shop` is the number of the account (see `conf.account`), `external_id` the name under which
    the product was sent: the link's may have changed.
    """

    link = models.ForeignKey(ProductLink, on_delete=models.CASCADE, related_name="copies")
    shop = models.PositiveIntegerField()
    external_id = models.CharField(max_length=128, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=16, blank=True)
    sent_at = models.DateTimeField(null=True)
    known_until = models.DateTimeField(null=True, db_index=True)
    lifetime_days = models.PositiveSmallIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    asked_until = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=64, blank=True)
    wanted = models.CharField(max_length=16, choices=Wanted.choices, default="", blank=True)
    wanted_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "shop"], name="genlook_one_copy_per_account")
        ]
        indexes = [
            models.Index(
                fields=["shop", "wanted_at"],
                condition=~models.Q(wanted=""),
                name="genlook_copy_wanted",
            ),
        ]

    def __str__(self) -> str:
        return str(self.link_id)

    def is_known(self, fingerprint: str, at: datetime | None = None) -> bool:
        """As in `Held`, under the name that the product has now."""
        return self.external_id == self.link.external_id and super().is_known(fingerprint, at)


def held_of(link: ProductLink) -> "ProductLink | Copy":
    """What the account in charge holds of the product: the link itself, as it was read, or a row
    of another account's, read now."""
    if conf.account == MAIN:
        return link
    held: Copy = Copy.objects.get_or_create(link_id=link.pk, shop=conf.account)[0]
    held.link = link
    return held


def held_rows() -> "models.QuerySet[Any]":
    """All that the account in charge holds: `ProductLink`s, or `Copy`s of another account's."""
    if conf.account == MAIN:
        return ProductLink.objects.all()
    return Copy.objects.filter(shop=conf.account)


def through(field: str) -> str:
    """The path from `held_rows` to a field of the link; "pk" is the link's."""
    if conf.account == MAIN:
        return field
    return "link_id" if field == "pk" else f"link__{field}"
