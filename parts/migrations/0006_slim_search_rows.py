"""Pairs of letters only in their index on PostgreSQL: the rows that are read become a third."""

from django.db import migrations

FIELDS = ("code", "tags", "type", "description", "manufacturer", "sellers", "documents")
TAGS = "ctydmsf"
BODIES = ", ".join(f"('{tag}', ${number})" for number, tag in enumerate(TAGS, start=1))
ARGUMENTS = ", ".join(f"{name} text" for name in FIELDS)
ROW_PAIRS = (
    f"SELECT array_agg(tag || substr(body, n, 2)) FROM (VALUES {BODIES}) AS field(tag, body), "  # noqa: S608  own names
    "generate_series(1, length(body) - 1) AS n"
)
OLD_PAIRS = " || ".join(
    f"coalesce(parts_pairs('{tag}', {field}), '{{}}')"
    for field, tag in zip(FIELDS, TAGS, strict=True)
)

POSTGRESQL = (
    "ALTER TABLE parts_partsearchrow DROP COLUMN pairs",
    "CLUSTER parts_partsearchrow USING parts_partsearchrow_pkey",
    f"CREATE FUNCTION parts_row_pairs({ARGUMENTS}) RETURNS text[] LANGUAGE sql IMMUTABLE "
    f"PARALLEL SAFE AS $$ {ROW_PAIRS} $$",
    "CREATE INDEX parts_partsearchrow_pairs ON parts_partsearchrow "
    f"USING gin (parts_row_pairs({', '.join(FIELDS)}))",
)
POSTGRESQL_BACK = (
    "DROP INDEX parts_partsearchrow_pairs",
    "DROP FUNCTION parts_row_pairs",
    "ALTER TABLE parts_partsearchrow ADD COLUMN pairs text[] "
    f"GENERATED ALWAYS AS ({OLD_PAIRS}) STORED",
    "CREATE INDEX parts_partsearchrow_pairs ON parts_partsearchrow USING gin (pairs)",
)


def make(apps, schema_editor):
    """Move the pairs from the rows to the index."""
    if schema_editor.connection.vendor == "postgresql":
        for sentence in POSTGRESQL:
            schema_editor.execute(sentence)


def unmake(apps, schema_editor):
    """Move them back."""
    if schema_editor.connection.vendor == "postgresql":
        for sentence in POSTGRESQL_BACK:
            schema_editor.execute(sentence)


class Migration(migrations.Migration):
    dependencies = [("parts", "0005_name_things")]

    operations = [migrations.RunPython(make, unmake)]
