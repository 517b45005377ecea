from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

OSCAR = apps.get_app_config("oscar").urls[0]

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include(OSCAR)),
]

if settings.WITH:
    urlpatterns = [
        path("try-on/", include("genlook_oscar.urls")),
        path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls),
        *urlpatterns,
    ]
