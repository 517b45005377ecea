from django.apps import apps
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    *i18n_patterns(
        path("try-on/", include("genlook_oscar.urls")),
        path("admin/", admin.site.urls),
        path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls),
        path("", include(apps.get_app_config("oscar").urls[0])),
    ),
]
