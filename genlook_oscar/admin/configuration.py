"""The merchant's settings: one form, one row."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from .. import shops
from ..conf import conf
from ..engine.health import health
from ..engine.queue import enqueue
from ..engine.report import lines
from ..merchant import FIELDSETS, ConfigurationForm
from ..merchant_words import TEXTS, BaseWordsFormSet, WordsForm
from ..models import Configuration, Record, Words
from ..shop_addresses import shop_name
from . import checklist, why
from . import shops as several

MANAGE = "genlook_oscar.manage_catalogue"


class WordsInline(admin.StackedInline):
    """The words in each language, for whoever may see or change the configuration."""

    model = Words
    form = WordsForm
    formset = BaseWordsFormSet
    fields = ("language", *TEXTS)
    can_delete = False
    template = "admin/genlook_oscar/configuration/words.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.view_configuration")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_configuration")

    has_add_permission = has_change_permission


@admin.register(Configuration)
class ConfigurationAdmin(admin.ModelAdmin):
    form = ConfigurationForm
    radio_fields = {
        "audience": admin.VERTICAL,
        "watermark": admin.VERTICAL,
        "keep_for_days": admin.VERTICAL,
    }
    fieldsets = FIELDSETS
    inlines = [WordsInline]

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(self.check_view)
        why = self.admin_site.admin_view(self.why_view)
        name = "genlook_oscar_configuration"
        return [
            path("check/", check, name=f"{name}_check"),
            path("why/", why, name=f"{name}_why"),
            *super().get_urls(),
        ]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Configuration | None:
        # Before anybody has saved, the form shows the defaults.
        shop = several.number_of(object_id)
        if shop is None:
            return None
        with shops.of(shop):
            return Configuration.load()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if len(conf.shops) == 1:
            return HttpResponseRedirect(self._form_url())
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Virtual try-on"),
            "genlook_shops": several.every(),
        }
        return TemplateResponse(request, "admin/genlook_oscar/configuration/shops.html", context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> TemplateResponse | HttpResponse:
        with shops.of(several.number_of(object_id) or shops.MAIN):
            return self._change_view(request, object_id, form_url, extra_context)

    def _change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> TemplateResponse | HttpResponse:
        now = health()
        context = {
            "title": gettext("Virtual try-on"),
            "subtitle": shop_name() if len(conf.shops) > 1 else None,
            "genlook_check_url": self._url("check", Configuration.number()),
            "genlook_panel": lines(now),
            "genlook_checklist": checklist.steps(now, Configuration.load()),
            "show_save_and_continue": False,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def save_model(self, request: HttpRequest, obj: Configuration, form: Any, change: bool) -> None:
        before = Configuration.load()
        super().save_model(request, obj, form, change)
        Record.changed(request.user, obj, before)
        if obj.enabled and not conf.api_key:
            messages.warning(
                request,
                gettext(
                    "Virtual try-on is on, but shoppers see no button until GENLOOK_API_KEY is "
                    "set in the project's settings."
                ),
            )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save_on_record(request.user)

    def response_change(self, request: HttpRequest, obj: Configuration) -> HttpResponse:
        self.message_user(request, gettext("The configuration was saved."), messages.SUCCESS)
        return HttpResponseRedirect(self._form_url())

    @method_decorator(require_POST)
    def check_view(self, request: HttpRequest) -> HttpResponse:
        """Have a worker read the credits, which shows whether the key works."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        shop = several.number_of(request.GET.get("of", "")) or shops.MAIN
        with shops.of(shop):
            self._check(request)
            return HttpResponseRedirect(self._form_url())

    def _check(self, request: HttpRequest) -> None:
        if conf.api_key:
            enqueue("check_account")
            words = gettext(
                "A worker is asking Genlook. Load this page again in a few seconds: the time "
                "at “Account” tells whether it has answered."
            )
            self.message_user(request, words)
        else:
            self.message_user(
                request, gettext("Set an API key first; there is nothing to check."), messages.ERROR
            )

    def why_view(self, request: HttpRequest) -> TemplateResponse:
        """Tell whether there is a button for a product and a customer, and why not."""
        if not (self.has_view_permission(request) or request.user.has_perm(MANAGE)):
            raise PermissionDenied
        form = why.WhyForm(request.GET or None)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Why is there no button?"),
            "form": form,
            "answer": why.answer(form) if form.is_valid() else None,
        }
        return TemplateResponse(request, "admin/genlook_oscar/configuration/why.html", context)

    def _form_url(self) -> str:
        return reverse("admin:genlook_oscar_configuration_change", args=[Configuration.number()])

    def _url(self, name: str, number: int) -> str:
        """The address of a page of the account with this number; plain for the first one's."""
        url = reverse(f"admin:genlook_oscar_configuration_{name}")
        return url if number == 1 else f"{url}?of={number}"
