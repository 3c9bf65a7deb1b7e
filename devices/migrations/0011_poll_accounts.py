from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('devices', '0010_names_of_ports_repeat'),
    ]

    operations = [
        migrations.AddField(
            model_name='pollconfig',
            name='account_encrypted',
            field=models.TextField(blank=True, default='', editable=False),
        ),
    ]
