"""Shoppers, and what is kept of them: looked at, never edited."""

from typing import Any

from django.contrib import admin
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _

from .. import clock
from ..models import Configuration, Consent, Erasure, Photo, Shopper, TryOn, customers
from ..visitor import Visitor
from .base import PictureAdmin, ReadOnlyAdmin, name_of


@admin.register(Shopper)
class ShopperAdmin(ReadOnlyAdmin):
    list_display = ["name", "created_at", "external_user_id"]
    list_filter = [("user", admin.EmptyFieldListFilter), "created_at"]
    list_select_related = ["user"]
    search_fields = ["user__email", "external_user_id"]
    fields = ["name", "user", "counts", "external_user_id", "created_at", "merged_into"]

    @admin.display(description=_("shopper"), ordering="user__email")
    def name(self, obj: Shopper) -> str:
        return name_of(obj)

    @admin.display(description=_("counted as"))
    def counts(self, obj: Shopper) -> str:
        """How the next try-on would be."""
        who = Visitor(obj.user)
        if not who.is_customer:
            return str(TryOn.CountedAs.GUEST.label)
        new = customers.counts_with_network(Configuration.load(), who)
        return str((TryOn.CountedAs.NEW if new else TryOn.CountedAs.CUSTOMER).label)


class OfShopperAdmin(ReadOnlyAdmin):
    """Rows that belong to a shopper."""

    list_select_related = ["shopper__user"]
    search_fields = ["shopper__user__email", "shopper__external_user_id"]

    @admin.display(description=_("shopper"), ordering="shopper__user__email")
    def shopper_name(self, obj: Any) -> str:
        return name_of(obj.shopper)


@admin.register(Photo)
class PhotoAdmin(PictureAdmin, OfShopperAdmin):
    list_display = ["created_at", "shopper_name", "size", "at_genlook", "expires_at", "erased_at"]
    list_filter = ["created_at", ("erased_at", admin.EmptyFieldListFilter)]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "id",
                    "shopper",
                    "shopper_name",
                    "size",
                    "created_at",
                    "expires_at",
                    "erased_at",
                    "at_genlook",
                    "image_expires_at",
                    "error_code",
                ]
            },
        )
    ]

    def file_of(self, obj: Photo) -> FieldFile | None:
        gone = obj.erased_at or obj.expires_at <= clock.now() or not obj.file
        return None if gone else obj.file

    @admin.display(description=_("pixels"))
    def size(self, obj: Photo) -> str:
        return f"{obj.width} × {obj.height}"

    @admin.display(description=_("at Genlook"), boolean=True)
    def at_genlook(self, obj: Photo) -> bool:
        return bool(obj.usable_image_id(obj.image_crop))


@admin.register(Consent)
class ConsentAdmin(OfShopperAdmin):
    list_display = [
        "given_at",
        "shopper_name",
        "version",
        "language",
        "retention_days",
        "withdrawn_at",
    ]
    list_filter = ["given_at", ("withdrawn_at", admin.EmptyFieldListFilter), "language"]
    search_fields = [*OfShopperAdmin.search_fields, "version"]


@admin.register(Erasure)
class ErasureAdmin(ReadOnlyAdmin):
    list_display = ["external_user_id", "requested_at", "attempts", "erased_at", "done_at"]
    list_filter = ["requested_at", ("done_at", admin.EmptyFieldListFilter)]
    search_fields = ["external_user_id"]
    fields = ["external_user_id", "requested_at", "attempts", "not_before", "erased_at", "done_at"]
