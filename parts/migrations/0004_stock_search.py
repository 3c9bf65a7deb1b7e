"""Search at a million parts: an index per field, and short texts and misspelt words by pieces."""

from django.db import migrations

FIELDS = ("code", "tags", "type", "description", "manufacturer", "sellers", "documents")
TAGS = "ctydmsf"
ALL_PAIRS = " || ".join(
    f"coalesce(parts_pairs('{tag}', {field}), '{{}}')"
    for field, tag in zip(FIELDS, TAGS, strict=True)
)

POSTGRESQL = (
    "CREATE FUNCTION parts_pairs(tag text, body text) RETURNS text[] LANGUAGE sql IMMUTABLE "
    "PARALLEL SAFE AS $$ SELECT array_agg(DISTINCT $1 || substr($2, n, 2)) "
    "FROM generate_series(1, length($2) - 1) AS n $$",
    "ALTER TABLE parts_partsearchrow ADD COLUMN pairs text[] "
    f"GENERATED ALWAYS AS ({ALL_PAIRS}) STORED",
    "CREATE INDEX parts_partsearchrow_pairs ON parts_partsearchrow USING gin (pairs)",
    "CREATE INDEX parts_partsearchrow_fields ON parts_partsearchrow USING gin ("
    + ", ".join(f"{field} gin_trgm_ops" for field in FIELDS)
    + ")",
    "ALTER TABLE parts_searchword ADD COLUMN pairs text[] "
    "GENERATED ALWAYS AS (parts_pairs('w', word)) STORED",
    "CREATE INDEX parts_searchword_pairs ON parts_searchword USING gin (pairs)",
)
POSTGRESQL_BACK = (
    "ALTER TABLE parts_searchword DROP COLUMN IF EXISTS pairs",
    "ALTER TABLE parts_partsearchrow DROP COLUMN IF EXISTS pairs",
    "DROP INDEX IF EXISTS parts_partsearchrow_fields",
    "DROP FUNCTION IF EXISTS parts_pairs(text, text)",
)


def _field_index(field):
    """Return the sentences that index one field, and keep the index with its rows."""
    table = f"parts_partsearch_{field}"
    forget = f"INSERT INTO {table}({table}, rowid, {field}) VALUES ('delete', old.rank, old.{field});"  # noqa: S608  own names
    learn = f"INSERT INTO {table}(rowid, {field}) VALUES (new.rank, new.{field});"  # noqa: S608  own names
    return (
        f"CREATE VIRTUAL TABLE {table} USING fts5({field}, content='parts_partsearchrow', "
        "content_rowid='rank', tokenize='trigram', columnsize=0)",
        f"CREATE TRIGGER {table}_added AFTER INSERT ON parts_partsearchrow BEGIN {learn} END",
        f"CREATE TRIGGER {table}_removed AFTER DELETE ON parts_partsearchrow BEGIN {forget} END",
        f"CREATE TRIGGER {table}_changed AFTER UPDATE ON parts_partsearchrow "
        f"BEGIN {forget} {learn} END",
        f"INSERT INTO {table}({table}) VALUES ('rebuild')",  # noqa: S608  own names
    )


SQLITE = (
    *(sentence for field in FIELDS for sentence in _field_index(field)),
    "CREATE VIRTUAL TABLE parts_partsearch_grams "
    "USING fts5vocab('parts_partsearch_fts', 'instance')",
    "CREATE VIRTUAL TABLE parts_searchword_fts USING fts5(word, tokenize='trigram', columnsize=0)",
    "INSERT INTO parts_searchword_fts(word) SELECT ' ' || word || ' ' FROM parts_searchword",
    "CREATE TRIGGER parts_searchword_added AFTER INSERT ON parts_searchword BEGIN "
    "INSERT INTO parts_searchword_fts(word) VALUES (' ' || new.word || ' '); END",
    "CREATE VIRTUAL TABLE parts_searchword_grams "
    "USING fts5vocab('parts_searchword_fts', 'instance')",
)
SQLITE_BACK = (
    "DROP TABLE IF EXISTS parts_searchword_grams",
    "DROP TRIGGER IF EXISTS parts_searchword_added",
    "DROP TABLE IF EXISTS parts_searchword_fts",
    "DROP TABLE IF EXISTS parts_partsearch_grams",
    *(
        sentence
        for field in FIELDS
        for sentence in (
            f"DROP TRIGGER IF EXISTS parts_partsearch_{field}_changed",
            f"DROP TRIGGER IF EXISTS parts_partsearch_{field}_removed",
            f"DROP TRIGGER IF EXISTS parts_partsearch_{field}_added",
            f"DROP TABLE IF EXISTS parts_partsearch_{field}",
        )
    ),
)


def make(apps, schema_editor):
    """Make columns, indexes and triggers in the words of the database."""
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for sentence in POSTGRESQL if on_postgresql else SQLITE:
        schema_editor.execute(sentence)


def unmake(apps, schema_editor):
    """Take them away again."""
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for sentence in POSTGRESQL_BACK if on_postgresql else SQLITE_BACK:
        schema_editor.execute(sentence)


class Migration(migrations.Migration):
    dependencies = [("parts", "0003_fabrication")]

    operations = [migrations.RunPython(make, unmake)]
