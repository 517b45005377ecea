from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GenlookCmsConfig(AppConfig):
    name = "genlook_oscar.cms"
    label = "genlook_oscar_cms"
    verbose_name = _("Try-on on pages")
