from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from wagtail.admin import urls as wagtailadmin_urls

urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("cms-admin/", include(wagtailadmin_urls)),
    path("try-on/", include("genlook_oscar.urls")),
    path("", include(apps.get_app_config("oscar").urls[0])),
]
