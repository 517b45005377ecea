"""Sharing is switched off while shoppers share."""

from datetime import timedelta
from typing import Any

import pytest

from genlook_oscar import clock
from genlook_oscar.models import Configuration, Share, TryOn
from tests.processes import actors_each

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_no_link_outlives_the_moment_at_which_sharing_ends(
    configuration: Any, shopper: Any, product: Any
) -> None:
    made = [
        TryOn.objects.create(
            shopper=shopper,
            product=product,
            reuse_key=str(number),
            status=TryOn.Status.COMPLETED,
            result="results/aa/picture.jpg",
            deadline_at=clock.now(),
            expires_at=clock.now() + timedelta(days=1),
        )
        for number in range(10)
    ]
    for _ in range(3):
        Configuration.objects.update(sharing=True)
        wishes = [(str(row.pk),) for row in made]

        said = actors_each("share", [*wishes[:5], ("off",), *wishes[5:]])

        assert len(said) == 11
        assert not Share.objects.exists()
