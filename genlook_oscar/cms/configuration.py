"""The merchant's settings in Wagtail's admin: the form and the rules of Django's admin."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import construct_change_message
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList, Panel
from wagtail.admin.views.generic import EditView
from wagtail.admin.widgets.button import Button

from .. import shops
from ..conf import conf
from ..merchant import FIELDSETS, ConfigurationForm
from ..merchant_words import WordsFormSet
from ..models import Configuration, Record
from ..shop_addresses import shop_name
from .access import CONFIGURE, Guarded


def _address(shop: int) -> str:
    """The address of a shop's settings; of the only one's without its number."""
    address = reverse("genlook_configuration")
    return f"{address}?shop={shop}" if len(conf.shops) > 1 else address


class Form(ConfigurationForm, WagtailAdminModelForm):
    """The form that Django's admin has, in Wagtail's clothes, with the words in each language."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = self.data if self.is_bound else None
        self.words = WordsFormSet(data, instance=self.instance)

    def is_valid(self) -> bool:
        # Both, so that all that is wrong is told at once.
        return all([super().is_valid(), self.words.is_valid()])


class WordsPanel(Panel):
    """The words in each language, one below the other."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "genlook_oscar/cms/words_panel.html"


def panels() -> ObjectList:
    """The fields in the groups of Django's admin."""
    groups = []
    for title, options in FIELDSETS:
        fields = [FieldPanel(name) for name in _flat(options["fields"]) if _is_field(name)]
        if fields:
            words = str(options.get("description", ""))
            groups.append(MultiFieldPanel(fields, heading=title or _("Try-on"), help_text=words))
    words = WordsPanel(heading=_("Words in each language"))
    return ObjectList([*groups, words], base_form_class=Form)


def _flat(names: Any) -> list[str]:
    """Names that stand alone or in one line with others."""
    return [one for name in names for one in ([name] if isinstance(name, str) else name)]


def _is_field(name: str) -> bool:
    """Whether it is edited; Django's admin may show more between the fields."""
    field = next((one for one in Configuration._meta.get_fields() if one.name == name), None)
    return bool(getattr(field, "editable", False))


class ConfigurationView(Guarded, EditView):
    """One page for the one row. A change stands in both admins' histories."""

    permission = CONFIGURE
    permission_required = None
    model = Configuration
    header_icon = "cog"
    page_title = _("Virtual try-on")
    success_message = _("The configuration was saved.")
    error_message = _("The configuration was not saved: something must be mended first.")

    @cached_property
    def panel(self) -> Any:
        return panels().bind_to_model(Configuration)

    def get_panel(self) -> Any:
        return self.panel

    def get_object(self, queryset: Any = None) -> Configuration:
        # Before anybody has saved, the form shows the defaults.
        return Configuration.load()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        asked = request.GET.get("shop")
        known = (shop for shop in conf.shops if str(shop) == asked)
        with shops.of(next(known, shops.current())):
            return super().dispatch(request, *args, **kwargs)

    def get_edit_url(self) -> str:
        return _address(conf.shop)

    def get_page_subtitle(self) -> str:
        return shop_name() if len(conf.shops) > 1 else ""

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        """The way to the settings of the other shops."""
        found = []
        for number in conf.shops:
            if number != conf.shop:
                with shops.of(number):
                    found.append(Button(shop_name(), url=_address(number), icon_name="site"))
        return found

    def get_success_url(self) -> str:
        return self.get_edit_url()

    def get_success_buttons(self) -> list[Any]:
        return []

    def form_valid(self, form: Any) -> HttpResponse:
        before = Configuration.load()
        answer: HttpResponse = super().form_valid(form)
        form.words.instance = self.object
        form.words.save_on_record(self.request.user)
        Record.changed(self.request.user, self.object, before)
        LogEntry.objects.log_actions(
            self.request.user.pk,
            [self.object],
            CHANGE,
            construct_change_message(form, [form.words], False),
        )
        if self.object.enabled and not conf.api_key:
            messages.warning(
                self.request,
                gettext(
                    "Virtual try-on is on, but shoppers see no button until GENLOOK_API_KEY is "
                    "set in the project's settings."
                ),
            )
        return answer
