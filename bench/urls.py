"""The tests' shop, with the documented flow's own two addresses beside ours."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import include, path

urlpatterns: list[Any] = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]

if not settings.WITHOUT:
    from . import documented

    urlpatterns = [
        path("documented/", documented.click_view),
        path("documented/<uuid:pk>/", documented.status_view),
        path("try-on/", include("genlook_oscar.urls")),
        path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls),
        *urlpatterns,
    ]
