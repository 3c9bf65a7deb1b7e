"""The client software of audit entries; null, so that no table is written anew."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_name_things'),
    ]

    operations = [
        migrations.AddField(
            model_name='auditentry',
            name='user_agent',
            field=models.CharField(blank=True, max_length=400, null=True, verbose_name='client software'),
        ),
    ]
