"""Ports of one name are told apart by their index: the new keys, built while samples go on coming.

PostgreSQL builds them without a lock on writes. One that a killed run left is built anew: on
PostgreSQL it may hold nothing.
"""

from django.db import migrations, models
from django.db.models.functions import Coalesce

KEYS = (
    ("interfacehour", "hour", "devices_ifhour_port_once"),
    ("interfacesample", "recorded_at", "devices_ifsample_port_once"),
    ("opticalhour", "hour", "devices_opticalhour_port_once"),
    ("opticalsample", "recorded_at", "devices_optical_port_once"),
)


class AddKey(migrations.AddConstraint):
    """Adds a unique key; on PostgreSQL beside the table's work."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        name = schema_editor.quote_name(self.constraint.name)
        if schema_editor.connection.vendor != "postgresql":
            schema_editor.execute(f"DROP INDEX IF EXISTS {name}", params=None)
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        statement = str(self.constraint.create_sql(model, schema_editor))
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", params=None)
        aside = statement.replace("CREATE UNIQUE INDEX", "CREATE UNIQUE INDEX CONCURRENTLY", 1)
        schema_editor.execute(aside, params=None)


def key(moment, name):
    columns = ("device_ip", "interface_name", moment, Coalesce("interface_index", -1))
    return models.UniqueConstraint(*columns, name=name)


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds no index aside within a transaction

    dependencies = [("devices", "0008_credential_use_names")]

    operations = [
        AddKey(model_name=model, constraint=key(moment, name)) for model, moment, name in KEYS
    ]
