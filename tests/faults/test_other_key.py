"""Workers that were given another SECRET_KEY than the web server: seen, and named."""

import pytest

from genlook_oscar.engine.health import health
from tests.conftest import wait_until
from tests.processes import cluster

pytestmark = [pytest.mark.postgres, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_workers_with_another_key_are_told_apart_from_dead_ones(emulator, configuration, click):
    click()
    with cluster(DJANGO_SETTINGS_MODULE="tests.settings_other_key"):
        wait_until(lambda: health().same_key is False, what="a sign of the workers")
        assert health().findings[0].code == "secret_key"
    with cluster():
        wait_until(lambda: health().same_key, what="workers with the same key")
