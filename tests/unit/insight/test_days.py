"""The shop's days without the database's tables of time zones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from genlook_oscar import zones
from genlook_oscar.insight.days import offsets

HOUR = 3600


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", [("2026-02-28 00:00", 0)]),
        ("Asia/Kolkata", [("2026-02-27 18:30", 5.5)]),
        (
            "Europe/Berlin",
            [("2026-02-27 23:00", 1), ("2026-03-29 01:00", 2), ("2026-10-25 01:00", 1)],
        ),
        # Half an hour, at half past three in the afternoon of Greenwich.
        (
            "Australia/Lord_Howe",
            [("2026-02-27 13:00", 11), ("2026-04-04 15:00", 10.5), ("2026-10-03 15:30", 11)],
        ),
    ],
)
def test_each_offset_of_a_period_with_its_beginning(
    zone: str, expected: list[tuple[str, float]]
) -> None:
    with timezone.override(zone):
        midnight = timezone.make_aware(timezone.datetime(2026, 2, 28))
    first, after = midnight.astimezone(ZoneInfo("UTC")), midnight + timedelta(days=300)
    found = [
        (f"{moment.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M}", seconds / HOUR)
        for moment, seconds in offsets(first, after, ZoneInfo(zone))
    ]
    assert found == expected


@pytest.mark.django_db
def test_the_admin_does_without_days_where_the_database_has_none(
    admin_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, column in (("tryon", "created_at"), ("record", "at")):
        address = f"/admin/genlook_oscar/{name}/"
        shown = admin_client.get(address).context["cl"].date_hierarchy
        assert shown == (column if zones.knows_zones() else None)
        monkeypatch.setattr("genlook_oscar.admin.base.knows_zones", lambda: False)
        answer = admin_client.get(address)
        assert answer.status_code == 200
        assert answer.context["cl"].date_hierarchy is None
        monkeypatch.undo()


@pytest.mark.django_db
def test_only_mysql_is_asked_for_its_zones(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(int(connection.vendor == "mysql")):
        zones.knows_zones()
    with timezone.override("UTC"), django_assert_num_queries(0):
        assert zones.knows_zones()
