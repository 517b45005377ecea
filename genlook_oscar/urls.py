"""Addresses of the storefront: `path("try-on/", include("genlook_oscar.urls"))`, or elsewhere.

To change what a view does, subclass it and put your own address before the include.
"""

from django.urls import path

from .storefront.health import HealthView
from .storefront.history import DeleteAllView
from .storefront.metrics import MetricsView
from .storefront.new import NewTryOnView
from .storefront.photos import PhotoImageView, PhotosView, PhotoView
from .storefront.result import MoreView, ReadyMailView, ReportView
from .storefront.room import RoomView
from .storefront.sharing import SharedImageView, SharedView, ShareView
from .storefront.tryons import (
    TryOnDownloadView,
    TryOnImageView,
    TryOnOriginalView,
    TryOnsView,
    TryOnView,
)

app_name = "genlook_oscar"

urlpatterns = [
    path("", TryOnsView.as_view(), name="tryons"),
    path("delete/", DeleteAllView.as_view(), name="delete_all"),
    path("health/", HealthView.as_view(), name="health"),
    path("metrics/", MetricsView.as_view(), name="metrics"),
    path("photos/", PhotosView.as_view(), name="photos"),
    path("photos/<uuid:pk>/", PhotoView.as_view(), name="photo"),
    path("photos/<uuid:pk>/image/", PhotoImageView.as_view(), name="photo_image"),
    path("new/<int:product_pk>/", NewTryOnView.as_view(), name="new"),
    path("room/<int:product_pk>/", RoomView.as_view(), name="room"),
    path("<uuid:pk>/", TryOnView.as_view(), name="tryon"),
    path("<uuid:pk>/image/", TryOnImageView.as_view(), name="tryon_image"),
    path("<uuid:pk>/download/", TryOnDownloadView.as_view(), name="tryon_download"),
    path("<uuid:pk>/original/", TryOnOriginalView.as_view(), name="tryon_original"),
    path("<uuid:pk>/more/", MoreView.as_view(), name="more"),
    path("<uuid:pk>/notify/", ReadyMailView.as_view(), name="notify"),
    path("<uuid:pk>/report/", ReportView.as_view(), name="report"),
    path("<uuid:pk>/share/", ShareView.as_view(), name="share"),
    path("shared/<str:token>/", SharedView.as_view(), name="shared"),
    path("shared/<str:token>/image/", SharedImageView.as_view(), name="shared_image"),
]
