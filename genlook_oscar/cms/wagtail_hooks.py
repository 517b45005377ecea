from wagtail import hooks

from .choosers import ProductChooserViewSet, product_chooser


@hooks.register("register_admin_viewset")
def register_product_chooser() -> ProductChooserViewSet:
    return product_chooser
