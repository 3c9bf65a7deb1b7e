"""Names as people write them; the state of the models only, no SQL."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0003_sample_columns_and_traffic_hours'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='enterpriseauthconfig',
            options={'ordering': ['-priority', 'name'], 'verbose_name': 'authentication server'},
        ),
        migrations.AlterModelOptions(
            name='enterpriseauthuser',
            options={'ordering': ['name'], 'verbose_name': 'service account'},
        ),
        migrations.AlterModelOptions(
            name='mibprofile',
            options={'ordering': ['name'], 'verbose_name': 'MIB profile'},
        ),
        migrations.AlterModelOptions(
            name='netboxcacheentry',
            options={'ordering': ['device_name', 'pk'], 'verbose_name': 'NetBox cache entry', 'verbose_name_plural': 'NetBox cache entries'},
        ),
        migrations.AlterModelOptions(
            name='oidgroup',
            options={'ordering': ['pk'], 'verbose_name': 'OID group'},
        ),
        migrations.AlterModelOptions(
            name='oidmapping',
            options={'ordering': ['pk'], 'verbose_name': 'OID mapping'},
        ),
        migrations.AlterModelOptions(
            name='pollconfig',
            options={'ordering': ['name'], 'verbose_name': 'poll'},
        ),
        migrations.AlterModelOptions(
            name='polldata',
            options={'verbose_name_plural': 'poll data'},
        ),
        migrations.AlterModelOptions(
            name='pollexecution',
            options={'ordering': ['-pk'], 'verbose_name': 'poll run'},
        ),
        migrations.AlterModelOptions(
            name='sshhostkey',
            options={'verbose_name': 'SSH host key'},
        ),
    ]
