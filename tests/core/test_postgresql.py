"""The PostgreSQL backend of the house."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]


def plans() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans FROM pg_prepared_statements ORDER BY prepare_time"
        )
        return list(cursor.fetchall())


def ask(sql: str, *values: Any) -> list[Any]:
    with connection.plans_kept(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def test_a_plan_is_made_once_for_all_values_of_a_type() -> None:
    connection.close()
    for number in (1, 2, 70_000):
        assert ask("SELECT %s::bigint + 1", number) == [(number + 1,)]
    of_short_numbers, of_longer_ones = 2, 1
    question = "SELECT $1::bigint + 1"
    assert plans() == [(question, of_short_numbers), (question, of_longer_ones)]


def test_a_cursor_alone_keeps_its_plans() -> None:
    connection.close()
    for number in (70_000, 80_000):
        with connection.keeping_cursor() as cursor:
            cursor.execute("SELECT %s::bigint + 2", [number])
            assert cursor.fetchall() == [(number + 2,)]
    assert User.objects.filter(username="jana").count() == 0
    assert plans() == [("SELECT $1::bigint + 2", 2)]


def test_who_watches_reads_such_statements_with_their_values() -> None:
    with CaptureQueriesContext(connection) as asked, connection.keeping_cursor() as cursor:
        cursor.execute("SELECT %s::text", ["O'Neil"])
    assert [query["sql"] for query in asked.captured_queries] == ["SELECT 'O''Neil'::text"]


def test_other_questions_are_asked_as_ever() -> None:
    connection.close()
    with connection.plans_kept():
        pass
    assert User.objects.filter(username="jana").count() == 0
    assert plans() == []


def test_values_are_literal_and_come_back_as_they_were() -> None:
    moment = timezone.now()
    text = "50 % of 'O''Neil' \\ %s"
    found = ask("SELECT %s::text, %s::timestamptz, %s::bigint[]", text, moment, [1, 2**40])
    assert found == [(text, moment, [1, 2**40])]
    with timezone.override("Europe/Berlin"):
        (at,) = ask("SELECT %s::timestamptz", datetime(2026, 7, 1, 12, tzinfo=UTC))[0]
    assert at.utcoffset() == datetime(2026, 7, 1, tzinfo=UTC).utcoffset()


def test_plans_live_through_a_rollback_and_a_mistake() -> None:
    for _ in range(2):
        with pytest.raises(ProgrammingError), transaction.atomic():
            assert ask("SELECT %s::text", "one") == [("one",)]
            ask("SELECT no_such_column, %s::text", "two")
    assert ask("SELECT %s::text", "three") == [("three",)]


def end_line() -> None:
    """Have the server end this connection, as it does when it starts anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (gone,) = cursor.fetchone()
    assert connection.is_usable()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [gone])
        assert cursor.fetchone() == (True,)
    other.close()


def test_a_line_that_the_server_ended_is_replaced() -> None:
    connection.close()
    end_line()
    assert not connection.is_usable()
    connection.health_check_enabled, connection.health_check_done = True, False
    assert User.objects.count() == 0
    connection.health_check_enabled = False


def test_a_cursor_of_its_own_finds_an_ended_line_too() -> None:
    end_line()
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.keeping_cursor() as cursor:
        cursor.execute("SELECT %s::bigint", [7])
        assert cursor.fetchall() == [(7,)]
    connection.health_check_enabled = False


def test_a_line_that_stands_is_asked_nothing() -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert len(asked) == 0
    connection.close()
    assert not connection.is_usable()
