"""The trigram index on SQLite: an FTS5 table over the model's own text, kept by three triggers."""

import re
from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

SUFFIX = "_trigram"
TRIGRAM = 3
EVENTS = ("insert", "delete", "update")
CONTENT = re.compile(r"content='([^']+)', content_rowid='([^']+)'")

Quote = Callable[[str], str]


def index_name(table: str, column: str) -> str:
    """Name of the FTS5 table."""
    return f"{table}_{column}{SUFFIX}"


def quoted(term: str) -> str:
    """Write a term or phrase for MATCH, all signs standing for themselves."""
    return '"' + term.replace('"', '""') + '"'


def create(quote: Quote, table: str, key: str, column: str) -> list[str]:
    """Return the statements that make the index and fill it."""
    name = index_name(table, column)
    return [
        f"CREATE VIRTUAL TABLE {quote(name)} USING fts5({quote(column)}, content='{table}', "
        f"content_rowid='{key}', tokenize='trigram')",
        *triggers(quote, table, key, column),
        rebuild(quote, name),
    ]


def drop(quote: Quote, table: str, column: str) -> list[str]:
    """Return the statements that remove the index."""
    name = index_name(table, column)
    gone = [f"DROP TRIGGER IF EXISTS {quote(f'{name}_{event}')}" for event in EVENTS]
    return [*gone, f"DROP TABLE IF EXISTS {quote(name)}"]


def triggers(quote: Quote, table: str, key: str, column: str) -> list[str]:
    """Return the statements that keep the index in step with the table."""
    name = index_name(table, column)
    fts, text, pk = quote(name), quote(column), quote(key)
    forget = f"INSERT INTO {fts}({fts}, rowid, {text}) VALUES ('delete', old.{pk}, old.{text});"  # noqa: S608  names of models
    learn = f"INSERT INTO {fts}(rowid, {text}) VALUES (new.{pk}, new.{text});"  # noqa: S608  names of models
    changed = f"WHEN old.{text} IS NOT new.{text} OR old.{pk} IS NOT new.{pk}"
    bodies = zip(EVENTS, ("", "", changed), (learn, forget, forget + learn), strict=True)
    return [
        f"CREATE TRIGGER IF NOT EXISTS {quote(f'{name}_{event}')} AFTER {event.upper()} "
        f"ON {quote(table)} {condition} BEGIN {body} END"
        for event, condition, body in bodies
    ]


def rebuild(quote: Quote, name: str) -> str:
    """Return the statement that fills the index anew."""
    return f"INSERT INTO {quote(name)}({quote(name)}) VALUES ('rebuild')"  # noqa: S608  a model's name


def repair(connection: BaseDatabaseWrapper) -> list[str]:
    """Restore triggers that are missing, fill those indexes anew, and return their names.

    Django changes a SQLite table by making a new one, and the triggers go with the old one. Run
    after each migrate.
    """
    quote = connection.ops.quote_name
    repaired = []
    with connection.cursor() as cursor:
        for name, sql in _indexes(cursor):
            table, key = CONTENT.search(sql).groups()  # type: ignore[union-attr]  # we wrote it
            if table not in connection.introspection.table_names(cursor):
                continue
            if _trigger_count(cursor, name) == len(EVENTS):
                continue
            column = name.removeprefix(f"{table}_").removesuffix(SUFFIX)
            for statement in (*triggers(quote, table, key, column), rebuild(quote, name)):
                cursor.execute(statement)
            repaired.append(name)
    return repaired


def _indexes(cursor: Any) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name LIKE %s "
        "AND sql LIKE 'CREATE VIRTUAL TABLE%%tokenize=''trigram''%%'",
        [f"%{SUFFIX}"],
    )
    return list(cursor.fetchall())


def _trigger_count(cursor: Any, name: str) -> int:
    names = [f"{name}_{event}" for event in EVENTS]
    cursor.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name IN (%s, %s, %s)", names
    )
    return int(cursor.fetchone()[0])
