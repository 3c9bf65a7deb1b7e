"""What a test that commits leaves behind goes away: the rows of the migrations come back.

Django would empty each table and send `post_migrate`, which seeds all permissions and roles anew
and takes a second for each such test. Here the seeded rows are kept once and copied back, on
PostgreSQL past its triggers, which takes a superuser.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = "clean_slate"
TABLES = (
    "SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' "
    "AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 ORDER BY relname"
)
COLUMNS = (
    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
    "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
)


def keep() -> None:
    """Remember the rows that are there now; what transactional tests end with restores them."""
    restore = _keep_postgres() if connection.vendor == "postgresql" else _keep_sqlite()
    TransactionTestCase._fixture_teardown = lambda case: restore()


def _keep_sqlite() -> Callable[[], None]:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(kept)

    def restore() -> None:
        place = sqlite3.connect(connection.settings_dict["NAME"], timeout=20)
        with contextlib.closing(place):
            kept.backup(place)

    return restore


def _keep_postgres() -> Callable[[], None]:
    copies = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {KEPT}")
        for table in _tables(cursor):
            cursor.execute(COLUMNS, [table])
            [columns] = cursor.fetchone()
            rows, copy = f"SELECT {columns} FROM", f"{KEPT}.{table}"
            cursor.execute(f"CREATE TABLE {copy} AS {rows} {table}")
            copies.append(f"INSERT INTO {table} ({columns}) {rows} {copy}")

    def restore() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            # neither triggers nor foreign keys: the order of tables does not matter
            cursor.execute("SET LOCAL session_replication_role = replica")
            removals = [f"DELETE FROM {table}" for table in _tables(cursor)]  # noqa: S608  our names
            cursor.execute("; ".join([*removals, *copies]))

    return restore


def _tables(cursor: Any) -> list[str]:
    cursor.execute(TABLES)
    return [name for (name,) in cursor.fetchall()]
