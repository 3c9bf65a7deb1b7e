from django.db import migrations

from inventory_site.core.search import TrigramIndex


class Migration(migrations.Migration):
    dependencies = [
        ("networkroutes", "0009_bulk_jobs"),
    ]

    operations = [
        TrigramIndex("darkfibrechannel", "dwdm_ucn"),
    ]
