"""Whether the database can tell the time of day in the shop's time zone."""

from django.conf import settings
from django.db import connections
from django.utils.timezone import get_current_timezone_name


def knows_zones(using: str = "default") -> bool:
    """Whether the database converts from UTC to the time zone in use now. MySQL and MariaDB do
    only when their tables of time zones are loaded, and give NULL otherwise, which Django
    takes for an error. One query there, none elsewhere."""
    connection = connections[using]
    zone = get_current_timezone_name()
    if connection.vendor != "mysql" or not settings.USE_TZ or connection.timezone_name == zone:
        return True
    with connection.cursor() as cursor:
        # Just any moment.
        cursor.execute("SELECT CONVERT_TZ('2026-01-01', %s, %s)", [connection.timezone_name, zone])
        return cursor.fetchone()[0] is not None
