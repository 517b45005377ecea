"""What can be done with many product links at once."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from ..catalogue.noticing import note_links
from ..engine import wishes
from ..models import ProductLink
from ..spreadsheet import csv_file

CHUNK = 1_000
MANAGE = "genlook_oscar.manage_catalogue"


class CatalogueActions:
    """Mixed into the admin of product links. Changes are recorded in each row's history; what
    concerns Genlook is written down as a wish and done by workers, one after the other."""

    message_user: Any

    @admin.action(description=_("Switch try-on on for these products"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, True, gettext("Switched on."))

    @admin.action(description=_("Switch try-on off for these products"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, False, gettext("Switched off."))

    @admin.action(description=_("Let the rules decide for these products"), permissions=["change"])
    def follow_rules(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._switch(request, queryset, None, gettext("Left to the rules."))

    @admin.action(description=_("Register at Genlook now"), permissions=["change"])
    def register_now(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._wish(request, queryset, ProductLink.Wanted.REGISTER, gettext("To be registered."))

    @admin.action(description=_("Send to Genlook again"), permissions=["change"])
    def refresh(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._wish(request, queryset, ProductLink.Wanted.REFRESH, gettext("To be sent again."))

    @admin.action(description=_("Have Genlook forget these products"), permissions=["change"])
    def forget(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._wish(request, queryset, ProductLink.Wanted.FORGET, gettext("To be forgotten."))

    @admin.action(description=_("Look at their readiness again"), permissions=["change"])
    def look_again(self, request: HttpRequest, queryset: QuerySet) -> None:
        count = note_links(_plain(queryset))
        words = ngettext(
            "%(count)d product will be looked at within minutes.",
            "%(count)d products will be looked at within minutes.",
            count,
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)

    @admin.action(description=_("Export as CSV"), permissions=["view"])
    def export_csv(self, request: HttpRequest, queryset: QuerySet) -> StreamingHttpResponse:
        return csv_file("try-on-products", csv_rows(queryset))

    def _switch(self, request: HttpRequest, queryset: QuerySet, on: bool | None, done: str) -> None:
        other = Q(enabled__isnull=on is not None)
        if on is not None:
            other |= Q(enabled=not on)
        pks = _record(request, _plain(queryset).filter(other), done)
        for start in range(0, len(pks), CHUNK):
            ProductLink.objects.filter(pk__in=pks[start : start + CHUNK]).update(enabled=on)
        count = len(pks)
        words = {
            True: ngettext("%d product switched on.", "%d products switched on.", count),
            False: ngettext("%d product switched off.", "%d products switched off.", count),
            None: ngettext(
                "%d product left to the rules.", "%d products left to the rules.", count
            ),
        }[on]
        self.message_user(request, words % count, messages.SUCCESS)

    def _wish(self, request: HttpRequest, queryset: QuerySet, wanted: str, done: str) -> None:
        rows = _plain(queryset)
        if wanted != ProductLink.Wanted.FORGET:
            rows = rows.exclude(product=None)
        pks = _record(request, rows, done)
        for start in range(0, len(pks), CHUNK):
            wishes.wish_everywhere(
                ProductLink.objects.filter(pk__in=pks[start : start + CHUNK]), wanted
            )
        wishes.start_everywhere()
        count = len(pks)
        words = ngettext(
            "%(count)d product is handed to the workers. They use only requests that shoppers "
            "do not need, so this may take a while; the column “Waiting” shows how far it is.",
            "%(count)d products are handed to the workers. They use only requests that shoppers "
            "do not need, so this may take a while; the column “Waiting” shows how far it is.",
            count,
        )
        self.message_user(request, words % {"count": count}, messages.SUCCESS)


def _plain(queryset: QuerySet) -> QuerySet:
    """The same rows without what the list needs for showing them."""
    return ProductLink.objects.filter(pk__in=queryset.order_by().values("pk")).order_by("pk")


def _record(request: HttpRequest, rows: QuerySet, done: str) -> list[Any]:
    """Write into the history of each row what is done to it; return their primary keys."""
    pks: list[Any] = []
    batch: list[ProductLink] = []
    for link in rows.only("pk", "external_id").iterator(CHUNK):
        batch.append(link)
        pks.append(link.pk)
        if len(batch) == CHUNK:
            LogEntry.objects.log_actions(str(request.user.pk), batch, CHANGE, done)
            batch = []
    if batch:
        LogEntry.objects.log_actions(str(request.user.pk), batch, CHANGE, done)
    return pks


def csv_rows(queryset: QuerySet) -> Iterator[list[Any]]:
    """A row for each product link, after that of the headings."""
    yield [
        gettext("Product"),
        gettext("SKU"),
        "externalId",
        gettext("Can be tried on"),
        gettext("Readiness"),
        gettext("Bad reports"),
        gettext("Last sent"),
        gettext("Known until"),
        gettext("Last tried on"),
        gettext("Last error"),
    ]
    for link in queryset.select_related("product__parent").iterator(CHUNK):
        moments = (link.sent_at, link.known_until, link.last_used_at)
        yield [
            link.product.get_title() if link.product else "",
            link.sku,
            link.external_id,
            str(link.get_enabled_display()),
            str(link.get_ready_code_display()),
            link.bad_reports,
            *(localtime(at).isoformat(" ", "minutes") if at else "" for at in moments),
            link.error_code,
        ]
