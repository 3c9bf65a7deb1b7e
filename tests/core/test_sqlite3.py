"""The SQLite backend: statements are written for it once, with the same answers."""

import pytest
from django.db import connection

from inventory_site.core.sqlite3 import base

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="is about SQLite"),
]


def answer(sql, params=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()


def test_a_statement_is_written_once_and_takes_new_values_each_time():
    base._with_question_marks.cache_clear()
    sql = "SELECT %s || '%%s', %s"

    assert [answer(sql, [number, "é"]) for number in (1, 2)] == [("1%s", "é"), ("2%s", "é")]
    assert base._with_question_marks.cache_info()[:2] == (1, 1)


def test_named_values_and_statements_without_values_are_djangos():
    assert answer("SELECT %(one)s, %(two)s", {"one": 1, "two": 2}) == (1, 2)
    assert answer("SELECT '%s'") == ("%s",)
