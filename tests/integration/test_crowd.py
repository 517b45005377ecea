"""The large catalogue that measurements are made with."""

import pytest
from django.core.management import call_command
from oscar.core.loading import get_model

from genlook_oscar.models import ProductLink
from sandbox.demo.crowd import Shelf

pytestmark = [pytest.mark.django_db, pytest.mark.anydb]


def test_it_has_what_shops_have() -> None:
    shelf = Shelf()
    for _ in range(2):
        shelf.add(40)
    Product = get_model("catalogue", "Product")
    assert Product.objects.count() == 80
    assert Product.objects.filter(structure="child", parent__structure="parent").count() == 32
    with pytest.raises(SystemExit):
        call_command("genlook_catalogue", "check", "--no-progress")
    found = set(ProductLink.objects.values_list("ready_code", flat=True))
    assert found >= {"ready", "no_description", "no_picture", "small_picture"}
