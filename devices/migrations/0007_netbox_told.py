
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0006_netbox_clusters'),
    ]

    operations = [
        migrations.AddField(
            model_name='netboxcacheentry',
            name='told',
            field=models.JSONField(blank=True, default=dict),
        ),
    ]
