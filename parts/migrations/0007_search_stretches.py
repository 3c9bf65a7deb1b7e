"""One index for all texts and stretches of ranks on PostgreSQL: the first rows are found by it."""

from django.db import migrations

FIELDS = ("code", "tags", "type", "description", "manufacturer", "sellers", "documents")
PAIRS = f"parts_row_pairs({', '.join(FIELDS)})"
STRETCH = "(ARRAY[rank >> 14])"


def _texts(*fields):
    return ", ".join(f"{field} gin_trgm_ops" for field in fields)


def _index(name, expressions):
    return (
        f"CREATE INDEX parts_partsearchrow_{name} ON parts_partsearchrow USING gin ({expressions})"
    )


POSTGRESQL = (
    "DROP INDEX parts_partsearchrow_haystack",
    "DROP INDEX parts_partsearchrow_fields",
    "DROP INDEX parts_partsearchrow_pairs",
    _index("texts", f"{_texts('haystack', *FIELDS)}, {STRETCH}"),
    _index("pairs", f"{PAIRS}, {STRETCH}"),
    # As it is: plans that call it for each row are slow, and helpers cost more than they bring.
    "ALTER FUNCTION parts_row_pairs COST 100000 PARALLEL RESTRICTED",
)
POSTGRESQL_BACK = (
    "ALTER FUNCTION parts_row_pairs COST 100 PARALLEL SAFE",
    "DROP INDEX parts_partsearchrow_pairs",
    "DROP INDEX parts_partsearchrow_texts",
    _index("pairs", PAIRS),
    _index("fields", _texts(*FIELDS)),
    _index("haystack", _texts("haystack")),
)


def make(apps, schema_editor):
    """Put the indexes together, with the stretches."""
    if schema_editor.connection.vendor == "postgresql":
        for sentence in POSTGRESQL:
            schema_editor.execute(sentence)


def unmake(apps, schema_editor):
    """Take them apart again."""
    if schema_editor.connection.vendor == "postgresql":
        for sentence in POSTGRESQL_BACK:
            schema_editor.execute(sentence)


class Migration(migrations.Migration):
    dependencies = [("parts", "0006_slim_search_rows")]

    operations = [migrations.RunPython(make, unmake)]
