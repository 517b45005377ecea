from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from genlook_oscar.models import Account, Configuration
from tests.chat import Chat, chat


@pytest.fixture
def shop(configuration: Any, settings: Any) -> Configuration:
    """An open shop with a key, whose merchant is named."""
    settings.GENLOOK_API_KEY = "gk_tests"
    Account.load()
    Configuration.objects.update(alert_emails="ada@example.com")
    return Configuration.objects.get()


@pytest.fixture
def hook(settings: Any) -> Iterator[Chat]:
    with chat() as server:
        settings.GENLOOK_ALERT_WEBHOOK = server.url
        yield server
