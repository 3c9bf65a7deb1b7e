"""The name of a port alone is no key any more.

On the way back, of ports that share a name and a moment the one that was stored first stays.
"""

from django.db import migrations
from django.db.models import Exists, OuterRef

KEYS = (
    ("interfacehour", "hour", "devices_ifhour_once"),
    ("interfacesample", "recorded_at", "devices_ifsample_once"),
    ("opticalhour", "hour", "devices_opticalhour_once"),
    ("opticalsample", "recorded_at", "devices_optical_once"),
)


def keep_first_of_a_name(apps, schema_editor):
    for name, moment, _ in KEYS:
        rows = apps.get_model("devices", name).objects.using(schema_editor.connection.alias)
        same = {one: OuterRef(one) for one in ("device_ip", "interface_name", moment)}
        rows.filter(Exists(rows.filter(**same, pk__lt=OuterRef("pk")))).delete()


class Migration(migrations.Migration):
    dependencies = [("devices", "0009_port_keys")]

    operations = [
        *(migrations.RemoveConstraint(model_name=model, name=name) for model, _, name in KEYS),
        migrations.RunPython(migrations.RunPython.noop, keep_first_of_a_name),
    ]
