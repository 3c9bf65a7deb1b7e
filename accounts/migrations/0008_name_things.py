"""Names as people write them; the state of the models only, no SQL."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_security_keys'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apikey',
            options={'ordering': ['-created_at', 'pk'], 'verbose_name': 'API key'},
        ),
        migrations.AlterModelOptions(
            name='signinchallenge',
            options={'ordering': ['-created_at', 'pk'], 'verbose_name': 'sign-in challenge'},
        ),
        migrations.AlterModelOptions(
            name='twofactorcode',
            options={'ordering': ['-sent_at', 'pk'], 'verbose_name': 'two-factor code'},
        ),
        migrations.AlterModelOptions(
            name='usagetally',
            options={'ordering': ['-day', 'endpoint', 'status'], 'verbose_name_plural': 'usage tallies'},
        ),
    ]
