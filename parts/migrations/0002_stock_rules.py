"""What only the database can promise: the ledger is not changed, and text is found by trigrams."""

from django.db import migrations

LEDGER = "part_id, seq, delta_qty, balance_before, balance_after, at, box_no, loc_no, reason"

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX parts_partsearchrow_haystack ON parts_partsearchrow "
    "USING gin (haystack gin_trgm_ops)",
    "CREATE INDEX parts_searchword_trigrams ON parts_searchword USING gin (word gin_trgm_ops)",
    "CREATE FUNCTION parts_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'stock movements are never changed'; END $$",
    f"CREATE TRIGGER parts_ledger_kept BEFORE UPDATE OF {LEDGER} ON parts_stockmovement "
    "FOR EACH ROW EXECUTE FUNCTION parts_ledger_is_append_only()",
)
POSTGRESQL_BACK = (
    "DROP TRIGGER IF EXISTS parts_ledger_kept ON parts_stockmovement",
    "DROP FUNCTION IF EXISTS parts_ledger_is_append_only()",
    "DROP INDEX IF EXISTS parts_searchword_trigrams",
    "DROP INDEX IF EXISTS parts_partsearchrow_haystack",
)
COLUMNS = "code, tags, type, description, manufacturer, sellers, documents"
OLD = ", ".join(f"old.{name}" for name in COLUMNS.split(", "))
NEW = ", ".join(f"new.{name}" for name in COLUMNS.split(", "))
FORGET = (
    f"INSERT INTO parts_partsearch_fts(parts_partsearch_fts, rowid, {COLUMNS}) "  # noqa: S608  our own columns
    f"VALUES ('delete', old.rank, {OLD});"
)
LEARN = f"INSERT INTO parts_partsearch_fts(rowid, {COLUMNS}) VALUES (new.rank, {NEW});"  # noqa: S608  as above
SQLITE = (
    f"CREATE VIRTUAL TABLE parts_partsearch_fts USING fts5({COLUMNS}, "
    "content='parts_partsearchrow', content_rowid='rank', tokenize='trigram')",
    f"CREATE TRIGGER parts_partsearch_added AFTER INSERT ON parts_partsearchrow BEGIN {LEARN} END",
    "CREATE TRIGGER parts_partsearch_removed AFTER DELETE ON parts_partsearchrow "
    f"BEGIN {FORGET} END",
    "CREATE TRIGGER parts_partsearch_changed AFTER UPDATE ON parts_partsearchrow "
    f"BEGIN {FORGET} {LEARN} END",
    f"CREATE TRIGGER parts_ledger_kept BEFORE UPDATE OF {LEDGER} ON parts_stockmovement "
    "BEGIN SELECT RAISE(ABORT, 'stock movements are never changed'); END",
)
SQLITE_BACK = (
    "DROP TRIGGER IF EXISTS parts_ledger_kept",
    "DROP TRIGGER IF EXISTS parts_partsearch_changed",
    "DROP TRIGGER IF EXISTS parts_partsearch_removed",
    "DROP TRIGGER IF EXISTS parts_partsearch_added",
    "DROP TABLE IF EXISTS parts_partsearch_fts",
)


def make(apps, schema_editor):
    """Make indexes and triggers in the words of the database."""
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for sentence in POSTGRESQL if on_postgresql else SQLITE:
        schema_editor.execute(sentence)


def unmake(apps, schema_editor):
    """Take them away again."""
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for sentence in POSTGRESQL_BACK if on_postgresql else SQLITE_BACK:
        schema_editor.execute(sentence)


class Migration(migrations.Migration):
    dependencies = [("parts", "0001_stock")]

    operations = [migrations.RunPython(make, unmake)]
