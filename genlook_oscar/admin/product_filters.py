"""By what the list of product links can be narrowed."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_model

from .. import clock
from ..engine.catalogue import offered
from ..models import Ready
from ..models.mark import ours

UNCHECKED = "unchecked"
CATEGORIES = 200


class KnownFilter(admin.SimpleListFilter):
    """Whether Genlook should hold the product now."""

    title = _("known to Genlook")
    parameter_name = "known"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("now", gettext("Now")),
            ("lapsed", gettext("No longer")),
            ("never", gettext("Never sent")),
            ("waiting", gettext("Waiting for a worker")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = clock.now()
        held = Q(known_until__gt=now) & ~Q(fingerprint="") & ours()
        return {
            "now": queryset.filter(held),
            "lapsed": queryset.exclude(sent_at=None).exclude(held),
            "never": queryset.filter(sent_at=None),
            "waiting": queryset.exclude(wanted=""),
        }.get(self.value() or "", queryset)


class ReadyFilter(admin.SimpleListFilter):
    """What readiness found; of several reasons, the gravest."""

    title = _("readiness")
    parameter_name = "ready"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code.value or UNCHECKED, str(code.label)) for code in reversed(Ready)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        code = self.value()
        if code is None:
            return queryset
        return queryset.filter(ready_code="" if code == UNCHECKED else code)


class OfferedFilter(admin.SimpleListFilter):
    """Whether shoppers find a button, as far as it depends on the product."""

    title = _("button")
    parameter_name = "offered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", gettext("Shown")), ("no", gettext("Not shown"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("yes", "no"):
            return queryset
        if self.value() == "yes":
            return offered(queryset)
        shown = offered(queryset.model.objects.order_by()).values("pk")
        return queryset.exclude(pk__in=shown)


class CategoryFilter(admin.SimpleListFilter):
    """Products of a category and of all below it, variants with their parents."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = get_model("catalogue", "Category").objects.filter(depth__lte=2).order_by("path")
        return [
            (str(pk), f"{'— ' * (depth - 1)}{name}")
            for pk, depth, name in rows.values_list("pk", "depth", "name")[:CATEGORIES]
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value() or ""
        if not value.isdigit():
            return queryset
        path = get_model("catalogue", "Category").objects.filter(pk=value).values_list("path")
        head = next((row[0] for row in path), None)
        if head is None:
            return queryset.none()
        inside = get_model("catalogue", "ProductCategory").objects.filter(
            Q(product_id=OuterRef("product_id")) | Q(product_id=OuterRef("product__parent_id")),
            category__path__startswith=head,
        )
        return queryset.filter(Exists(inside))
