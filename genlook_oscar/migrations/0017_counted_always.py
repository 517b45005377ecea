from datetime import datetime, time

from django.db import migrations
from django.db.models import Q
from django.utils.timezone import get_default_timezone


def catch_up(apps, schema_editor):
    """Budgets were not counted while they were empty: put right what stands lower than the rows."""
    Counter = apps.get_model("genlook_oscar", "Counter")
    TryOn = apps.get_model("genlook_oscar", "TryOn")
    alias = schema_editor.connection.alias
    spent = Q(charge__in=["reserved", "settled", "uncertain"])
    spent |= Q(status__in=["queued", "submitting", "generating"])
    for counter in Counter.objects.using(alias).filter(name__startswith="credit:"):
        date = counter.name.removeprefix("credit:")
        first = datetime.fromisoformat(date if len(date) > 7 else f"{date}-01").date()
        begun = datetime.combine(first, time.min, tzinfo=get_default_timezone())
        rows = TryOn.objects.using(alias).filter(spent, created_at__gte=begun)
        counter.used = max(counter.used, rows.filter(created_at__lt=counter.until).count())
        counter.save(update_fields=["used"])


class Migration(migrations.Migration):
    dependencies = [("genlook_oscar", "0016_keeping")]

    operations = [migrations.RunPython(catch_up, migrations.RunPython.noop, elidable=True)]
