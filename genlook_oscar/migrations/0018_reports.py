from django.db import migrations, models


def one_of_each(apps, schema_editor):
    """Of the reports that there are, one of each shopper counts for a product."""
    Report = apps.get_model("genlook_oscar", "Report")
    rows = Report.objects.using(schema_editor.connection.alias).exclude(link=None)
    first = {}
    for pk, link, shopper in rows.order_by("pk").values_list("pk", "link", "tryon__shopper"):
        first.setdefault((link, shopper), pk)
    for pk in first.values():
        rows.filter(pk=pk).update(counts=True)


class Migration(migrations.Migration):
    dependencies = [("genlook_oscar", "0017_counted_always")]

    operations = [
        migrations.AddField(
            "report", "counts", models.BooleanField(default=False, verbose_name="counts")
        ),
        migrations.AddField(
            "productlink", "hidden_told_at", models.DateTimeField(editable=False, null=True)
        ),
        migrations.RunPython(one_of_each, migrations.RunPython.noop, elidable=True),
    ]
