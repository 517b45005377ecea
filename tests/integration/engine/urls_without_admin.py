"""A project that has neither Django's admin nor Wagtail's."""

from django.apps import apps
from django.urls import include, path

urlpatterns = [
    path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
