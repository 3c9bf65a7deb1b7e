
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0007_netbox_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='credentialuse',
            name='job_name',
            field=models.CharField(blank=True, default='', max_length=255),
        ),
        migrations.AddField(
            model_name='credentialuse',
            name='workflow_name',
            field=models.CharField(blank=True, default='', max_length=255),
        ),
    ]
