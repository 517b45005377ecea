from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("genlook_oscar", "0018_reports")]

    operations = [
        migrations.AlterField(
            model_name="tryon",
            name="generation_id",
            field=models.CharField(
                blank=True, db_index=True, max_length=600, verbose_name="generation"
            ),
        ),
    ]
