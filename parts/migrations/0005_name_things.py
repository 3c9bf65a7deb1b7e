"""Names as people write them; the state of the models only, no SQL."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('parts', '0004_stock_search'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='reorgplan',
            options={'ordering': ['-created_at', '-pk'], 'verbose_name': 'reorganisation plan'},
        ),
    ]
