"""Who changed what and who looked at which picture: looked at, never edited."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ..models import Configuration, Record, Words
from .base import ReadOnlyAdmin


@admin.register(Record)
class RecordAdmin(ReadOnlyAdmin):
    list_display = ["at", "name", "action", "of_what", "before", "after"]
    list_filter = ["action", "at"]
    list_display_links = None
    search_fields = ["name", "subject", "field", "before", "after"]
    date_hierarchy = "at"

    @admin.display(description=_("of what"), ordering="field")
    def of_what(self, obj: Record) -> str:
        """The setting as the form names it, or the row whose picture it was."""
        if not obj.field:
            return obj.subject
        fields = (*Configuration._meta.concrete_fields, *Words._meta.concrete_fields)
        known = {field.name: field.verbose_name for field in fields}
        name = str(known.get(obj.field, obj.field))
        return name if obj.subject == str(Configuration()) else f"{name} ({obj.subject})"
