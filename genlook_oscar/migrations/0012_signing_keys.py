from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("genlook_oscar", "0011_outcomes")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="alive_key",
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
        migrations.AddField(
            model_name="account",
            name="called_key",
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
    ]
