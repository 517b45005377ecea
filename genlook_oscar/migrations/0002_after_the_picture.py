import django.db.models.deletion
import genlook_oscar.clock
import genlook_oscar.models.share
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('genlook_oscar', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='configuration',
            name='ready_mail',
            field=models.BooleanField(default=False, help_text='While a signed-in customer waits, they can ask for an e-mail with the way to their picture. It is sent only if they have not seen the picture by then.', verbose_name='offer an e-mail when the picture is ready'),
        ),
        migrations.AddField(
            model_name='configuration',
            name='sharing',
            field=models.BooleanField(default=False, help_text='A shopper can then make a link to a picture of theirs that others may open. It ends when they take it back and when the picture is deleted. Off ends all links at once.', verbose_name='shoppers may share their pictures'),
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('wrong_item', 'It is not this item'), ('body', 'My body looks wrong'), ('face', 'My face is changed'), ('quality', 'The picture is of poor quality'), ('offensive', 'It is offensive'), ('other', 'Something else')], max_length=16, verbose_name='reason')),
                ('created_at', models.DateTimeField(default=genlook_oscar.clock.now, verbose_name='reported')),
                ('link', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='genlook_oscar.productlink', verbose_name='product link')),
                ('tryon', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='report', to='genlook_oscar.tryon', verbose_name='try-on')),
            ],
            options={
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Share',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=genlook_oscar.models.share.new_token, editable=False, max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=genlook_oscar.clock.now, verbose_name='shared')),
                ('tryon', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='share', to='genlook_oscar.tryon', verbose_name='try-on')),
            ],
            options={
                'verbose_name': 'shared picture',
                'verbose_name_plural': 'shared pictures',
            },
        ),
        migrations.CreateModel(
            name='ReadyMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(blank=True, max_length=16, verbose_name='language')),
                ('asked_at', models.DateTimeField(default=genlook_oscar.clock.now, verbose_name='asked for')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='picture seen')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('tryon', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='ready_mail', to='genlook_oscar.tryon', verbose_name='try-on')),
            ],
            options={
                'verbose_name': 'e-mail about a ready picture',
                'verbose_name_plural': 'e-mails about ready pictures',
                'indexes': [models.Index(condition=models.Q(('seen_at', None), ('sent_at', None)), fields=['asked_at'], name='genlook_mails_open')],
            },
        ),
    ]
