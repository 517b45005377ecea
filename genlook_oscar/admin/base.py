"""What the admin pages share: rows to look at, and pictures that are looked at on record."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Record, Shopper
from ..zones import knows_zones

PICTURES = "genlook_oscar.view_pictures"


class ListAdmin(admin.ModelAdmin):
    """Rows in a list, whose address anybody may have written: what Django's filters let through
    and no database takes is told as what they refuse."""

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        if any("\x00" in text for name, told in request.GET.lists() for text in (name, *told)):
            raise IncorrectLookupParameters
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters from error

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        # Django asks whether a field may be looked in, but not of the field "".
        return super().get_object(request, object_id, from_field or None)


class ReadOnlyAdmin(ListAdmin):
    """Rows that are looked at and never made, changed or deleted here, by nobody."""

    show_full_result_count = False

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        rows = super().get_changelist_instance(request)
        if rows.date_hierarchy and not knows_zones():
            rows.date_hierarchy = None
        return rows

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Who deletes a customer is asked here whether her rows may go as well.
        match = request.resolver_match
        elsewhere = match and not (match.url_name or "").startswith(self.opts.app_label)
        return bool(elsewhere) and super().has_delete_permission(request, obj)


class PictureAdmin(ReadOnlyAdmin):
    """Rows with a shopper's picture, shown to those with the permission, each look recorded."""

    def file_of(self, obj: Any) -> FieldFile | None:
        """The picture of a row, or None when there is none now."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.picture_view)
        return [path("<uuid:pk>/picture/", view, name=self._picture_name()), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = [*super().get_fieldsets(request, obj)]
        if request.user.has_perm(PICTURES):
            fieldsets.append((_("Picture"), {"fields": ["picture"]}))
        return fieldsets

    @admin.display(description=_("picture"))
    def picture(self, obj: Any) -> str:
        if self.file_of(obj) is None:
            return gettext("None, or deleted.")
        return format_html(
            '<a href="{}">{}</a>',
            reverse(f"admin:{self._picture_name()}", args=[obj.pk]),
            gettext("Show the picture. That you looked at it is recorded."),
        )

    def picture_view(self, request: HttpRequest, pk: Any) -> FileResponse:
        """The picture itself. Who looked and when stands in the row's history and among the
        records."""
        if not (self.has_view_permission(request) and request.user.has_perm(PICTURES)):
            raise PermissionDenied
        obj = get_object_or_404(self.get_queryset(request), pk=pk)
        answer = picture_answer(self.file_of(obj))
        self.log_change(request, obj, gettext("Looked at the picture."))
        Record.looked(request.user, obj)
        return answer

    def _picture_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_picture"


def picture_answer(file: FieldFile | None) -> FileResponse:
    """A private picture as a view of the admin sends it, which no browser keeps. Raises `Http404`
    where there is none, or none any more."""
    if file is None:
        raise Http404
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    return response


NONE = "–"
"""What stands where there is nothing to say."""


def short(moment: datetime | None, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """A moment in the shop's time zone, short enough for a column."""
    return date_format(localtime(moment), form) if moment else NONE


def name_of(shopper: Shopper) -> str:
    """How staff know a shopper: a customer by e-mail address, a guest by her number."""
    return (shopper.user.email if shopper.user else "") or str(shopper)
