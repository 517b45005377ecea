from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from oscar.core.application import OscarDashboardConfig

from .permissions import MANAGERS, WHO


class GenlookDashboardConfig(OscarDashboardConfig):
    """Mounted by the project, before Oscar's own addresses:

    path("dashboard/try-on/", apps.get_app_config("genlook_oscar_dashboard").urls)
    """

    default = True
    name = "genlook_oscar.dashboard"
    label = "genlook_oscar_dashboard"
    namespace = "genlook_oscar_dashboard"
    verbose_name = _("Try-on dashboard")

    # For every view: Oscar leaves a view public that no permission is found for.
    default_permissions = WHO
    permissions_map = {
        "genlook-product": MANAGERS,
        "genlook-product-picture": MANAGERS,
    }

    def ready(self) -> None:
        from .product import PictureView, ProductView
        from .views import FiguresCsvView, FiguresView, ProductsCsvView

        # A project that wants others sets them in a subclass of this.
        self.figures_view = FiguresView
        self.figures_csv_view = FiguresCsvView
        self.products_csv_view = ProductsCsvView
        self.product_view = ProductView
        self.product_picture_view = PictureView

    def get_urls(self) -> list[Any]:
        # Oscar's navigation tells views apart by these names alone, over all its apps.
        urls = [
            path("", self.figures_view.as_view(), name="genlook-figures"),
            path("figures.csv", self.figures_csv_view.as_view(), name="genlook-figures-csv"),
            path("products.csv", self.products_csv_view.as_view(), name="genlook-products-csv"),
            path("products/<int:pk>/", self.product_view.as_view(), name="genlook-product"),
            path(
                "products/<int:pk>/pictures/<int:number>/",
                self.product_picture_view.as_view(),
                name="genlook-product-picture",
            ),
        ]
        return list(self.post_process_urls(urls))
