from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls
from wagtail.views import serve as wagtail_serve

urlpatterns = [
    # Oscar's own front page only leads to its catalogue.
    path("", wagtail_serve, {"path": ""}, name="home"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("cms-admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("try-on/", include("genlook_oscar.urls")),
    path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls),
    # A demo has no web server in front of it, so the shop hands out product pictures itself.
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include(apps.get_app_config("oscar").urls[0])),
    path("", include(wagtail_urls)),
]
