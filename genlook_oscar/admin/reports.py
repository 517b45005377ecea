"""What shoppers found wrong with their pictures: read, never edited."""

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ..models import Report
from .base import NONE, ReadOnlyAdmin


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "reason", "product", "picture", "counts"]
    list_filter = ["reason", "counts", "created_at"]
    list_select_related = ["tryon", "link__product__parent"]
    search_fields = ["link__external_id", "link__product__title", "tryon__product_title"]
    search_help_text = _("externalId, product's title")
    fields = ["created_at", "reason", "product", "picture", "counts"]

    @admin.display(description=_("product"))
    def product(self, obj: Report) -> str:
        if obj.tryon:
            return obj.tryon.product_title
        product: Any = obj.link.product if obj.link else None
        return product.get_title() if product else str(obj.link or NONE)

    @admin.display(description=_("try-on"))
    def picture(self, obj: Report) -> str:
        if obj.tryon is None:
            return NONE
        url = reverse("admin:genlook_oscar_tryon_change", args=[obj.tryon.pk])
        return format_html('<a href="{}">{}</a>', url, obj.tryon.get_status_display())
