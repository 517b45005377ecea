"""Figures of days that are over, so that a page of them need not count a million try-ons.

They follow from the try-ons and can be counted again at any time (see `insight.rollup`).
None of them names a shopper.
"""

from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils.timezone import get_default_timezone, localtime


def shop_day(moment: datetime) -> date:
    """The day that the shop's clock (`TIME_ZONE`) shows at a moment."""
    return localtime(moment, get_default_timezone()).date()


class Counts(models.Model):
    """Try-ons by outcome, the credits they cost, and how long their pictures took.

    `seconds` is a list of pairs: tenths of a second, rounded as `insight.tally` does, and how
    many pictures took so long. `shoppers` had at least one picture.
    """

    completed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)
    uncertain = models.PositiveIntegerField(default=0)
    shoppers = models.PositiveIntegerField(default=0)
    seconds = models.JSONField(default=list)

    class Meta:
        abstract = True
        app_label = "genlook_oscar"


class ShopDay(Counts):
    """One day of the whole shop. It is there only once nothing of the day is open any more.

    `zone` is the time zone whose day it is; `is_final` says that it was counted after the
    last moment at which a paid picture may still come.
    """

    day = models.DateField(unique=True)
    zone = models.CharField(max_length=64)
    is_final = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.day.isoformat()


class ProductDay(Counts):
    """One day of one product, under the title that it had then."""

    day = models.DateField()
    product: Any = models.ForeignKey(
        "catalogue.Product",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    title = models.CharField(max_length=255, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [
            # The most tried products of a year are found without looking at the rows.
            models.Index(
                fields=["day", "product", "completed", "failed", "cancelled"],
                name="genlook_days_of_products",
            ),
            models.Index(fields=["product", "day"], name="genlook_days_of_product"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.title}"


class DayMark(models.Model):
    """Says that a day has to be counted again. Only ever added and deleted, never changed, so
    that no deletion of a try-on waits for another."""

    day = models.DateField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.day.isoformat()

    @staticmethod
    def note(*moments: datetime) -> None:
        """Have the days of these moments counted again; in the same transaction as what
        has changed them."""
        days = {shop_day(moment) for moment in moments}
        DayMark.objects.bulk_create([DayMark(day=day) for day in sorted(days)])
