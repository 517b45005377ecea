"""Keeps the search index, and with it Oscar's listings, in step with the catalogue."""

from functools import partial
from typing import Any

from django.db import models, transaction
from haystack.signals import RealtimeSignalProcessor
from oscar.core.loading import get_model


class ProductSignalProcessor(RealtimeSignalProcessor):
    """Indexes a product after it, its categories or its stock were saved or deleted.

    Haystack's own processor sees the product only; the dashboard saves the categories after
    it, so a new product would be missing from its category's page. A basket or a rating
    must not fail because of the index, hence nothing happens before the commit.
    """

    def handle_save(self, sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
        product_id = self._product_id(sender, instance)
        if product_id and not kwargs.get("raw"):
            transaction.on_commit(partial(self._index, product_id), robust=True)

    def handle_delete(self, sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
        if issubclass(sender, get_model("catalogue", "Product")):
            super().handle_delete(sender, instance, **kwargs)
        else:
            self.handle_save(sender, instance)

    @staticmethod
    def _product_id(sender: type[models.Model], instance: Any) -> int | None:
        if issubclass(sender, get_model("catalogue", "Product")):
            return int(instance.parent_id or instance.pk)
        related = (get_model("catalogue", "ProductCategory"), get_model("partner", "StockRecord"))
        return int(instance.product_id) if issubclass(sender, related) else None

    def _index(self, product_id: int) -> None:
        Product = get_model("catalogue", "Product")
        product = Product.objects.browsable().filter(pk=product_id).first()
        if product:
            super().handle_save(Product, product)
        elif hidden := Product.objects.filter(pk=product_id, parent=None).first():
            super().handle_delete(Product, hidden)
