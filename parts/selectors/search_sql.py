"""What the search says to both databases; each has a room of its own for how it finds a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from inventory_site.core.prepared import keeping_cursor
from parts.selectors.search_terms import Term
from parts.selectors.search_text import ranks_of_prefix

Sql = tuple[str, list[Any]]
Row = tuple[int, int, str, str]  # rank, key of the part, id, haystack
ROWS = "parts_partsearchrow"
TRIGRAM = 3


def fetched(sql: str, values: Sequence[Any], *, is_usual: bool = False) -> list[Any]:
    """Return every row of a question; the plan of a usual one is kept by the database."""
    with keeping_cursor(connection) if is_usual else connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())


def are_usual(terms: Sequence[Term]) -> bool:
    """Whether one plan is good for all such terms.

    Then the index of trigrams finds each and is asked for one text, and no term can begin an id,
    since a plan that knows no bounds of the ranks reads all of them.
    """
    return all(
        len(term.token) >= TRIGRAM and not term.words and not term.id4_prefix for term in terms
    )


def joined(word: str, conditions: Sequence[Sql]) -> Sql:
    """Join conditions by AND or OR."""
    return (
        f"({word.join(sql for sql, _ in conditions)})",
        [value for _, values in conditions for value in values],
    )


def one_after_another(arms: Sequence[Sql], most: int, columns: str = "place") -> Sql:
    """Select the ranks of each arm in turn, until there are `most`, and what else they have.

    That an arm is not asked is said by its LIMIT, which both databases look at first (a condition
    SQLite would ask of every row).
    """
    steps: list[str] = []
    for number, (sql, _) in enumerate(arms):
        limit = f"{most:d}"
        if number:
            before = " UNION ".join(f"SELECT place FROM s{n}" for n in range(number))  # noqa: S608  own names
            allowed = f"CASE WHEN count(*) < {most:d} THEN {most:d} ELSE 0 END"
            limit = f"(SELECT {allowed} FROM ({before}) AS b)"  # noqa: S608  own names
        steps.append(
            f"s{number} AS MATERIALIZED (SELECT {columns} FROM ({sql}) AS a{number} "  # noqa: S608  own names
            f"ORDER BY place LIMIT {limit})"
        )
    found = " UNION ALL ".join(f"SELECT {columns} FROM s{n}" for n in range(len(arms)))  # noqa: S608  own names
    values = [value for _, own in arms for value in own]
    return f"WITH {', '.join(steps)} {found}", values


def id4_arm(terms: Sequence[Term], columns: str = "rank AS place") -> Sql:
    """Rows whose id begins with a term, and that hold the others anywhere; none when none can."""
    prefixes = [term.id4_prefix for term in terms if term.id4_prefix]
    ranges = [pair for prefix in prefixes for pair in ranks_of_prefix(prefix)]
    begins = " OR ".join(["rank BETWEEN %s AND %s"] * len(ranges)) or "1 = 0"
    bounds: list[Any] = [bound for pair in ranges for bound in pair]
    sql, values = joined(" AND ", [(f"({begins})", bounds), *map(row_holds, terms)])
    return f"SELECT {columns} FROM {ROWS} WHERE {sql}", values  # noqa: S608  own names


def row_holds(term: Term) -> Sql:
    """Say of one row that any of its texts, or its id, holds a term; no index is asked."""
    sql, values = seen(term, "haystack")
    if not term.id4_prefix:
        return sql, values
    return f"({sql} OR substr(id4, 1, {len(term.id4_prefix):d}) = %s)", [*values, term.id4_prefix]


def seen(term: Term, column: str) -> Sql:
    """Say that a column holds a term, decided by reading it.

    Unlike LIKE, PostgreSQL plans it without looking at what it knows of the column.
    """
    inside = f"{'instr' if connection.vendor == 'sqlite' else 'strpos'}({column}, %s) > 0"
    return f"({' OR '.join([inside] * len(term.sought))})", list(term.sought)


def like(text: str) -> str:
    """Return the pattern of a text inside another, taken literally; the escape is `!`."""
    for char in "!%_":
        text = text.replace(char, f"!{char}")
    return f"%{text}%"
