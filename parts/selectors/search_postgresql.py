"""The search on PostgreSQL: trigram indexes over all fields and over each, and pairs of letters.

An index names every row that holds a text, in no order, which is quick where they are few. Where a
text is common, enough rows hold it among the first, read in the order of rank. A look at the first
`TRIED` rows tells which of the two a question is, in whole and for each field.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from parts.selectors.search_sql import (
    ROWS,
    TRIGRAM,
    Row,
    Sql,
    are_usual,
    fetched,
    id4_arm,
    joined,
    like,
    one_after_another,
    row_holds,
    seen,
)
from parts.selectors.search_terms import Term, pieces_of, typo_distance
from parts.selectors.search_text import FIELDS

# Of so many first rows the hits are counted. Where they promise enough of them within `NEAR` rows,
# or within half as many more, the rows are read in order; `SURE` times as many leave no doubt.
TRIED, NEAR, SURE = 500, 80_000, 4
READ, KEPT = "rank AS place, part_id, id4, haystack", "place, part_id, id4, haystack"
PAIR_TAGS = dict(zip(FIELDS, "ctydmsf", strict=True))
PAIRS = f"parts_row_pairs({', '.join(FIELDS)})"


def candidates(terms: Sequence[Term], most: int) -> list[Row]:
    """Return the rows that match every term; `most` of them, field by field, when there are more.

    Field by field: first those whose id holds a term, then those whose code does, and so on.
    """
    hope = max(most * TRIED // NEAR, 1)
    rows, (in_all, *hits) = _first_look(terms, most, hope)
    if in_all < hope or len(rows) >= most:
        return rows[:most]
    return _field_by_field(terms, hits, most, hope)


def _field_by_field(terms: Sequence[Term], hits: Sequence[int], most: int, hope: int) -> list[Row]:
    arms = [id4_arm(terms, READ)]
    for field, count in zip(FIELDS, hits, strict=True):
        rows = 2 * most * TRIED // count if count >= hope else 0
        arms.append(_field_arm(terms, field, most, rows))
        if count >= SURE * hope:
            found = _rows_in_turn(arms, most)
            if len(found) >= most:
                return found
    return _rows_in_turn(arms, most)


def _rows_in_turn(arms: Sequence[Sql], most: int) -> list[Row]:
    """Return the rows of each arm in turn, each once, until there are `most`."""
    found = fetched(*one_after_another(arms, most, KEPT))
    return list({row[0]: row for row in found}.values())[:most]


def all_ranks_sql(terms: Sequence[Term]) -> Sql:
    """Select the ranks of all rows that match every term, some twice."""
    ids, values = id4_arm(terms)
    held, own = joined(" AND ", [_held(term, None) for term in terms])
    return f"{ids} UNION ALL SELECT rank FROM {ROWS} WHERE {held}", [*values, *own]  # noqa: S608  own names


def exists_sql(terms: Sequence[Term]) -> Sql:
    """Say that some row matches every term."""
    near, own = joined(" AND ", [row_holds(term) for term in terms])
    sql, values = all_ranks_sql(terms)
    return (
        f"CASE WHEN EXISTS (SELECT FROM {_first(TRIED)} WHERE {near}) THEN true "  # noqa: S608  own names
        f"ELSE EXISTS (SELECT FROM ({sql}) AS found) END",
        [*own, *values],
    )


def close_words_sql(tokens: Iterable[str]) -> Sql:
    """Select the known words that have a piece of a token near its place."""
    clauses: list[str] = []
    values: list[Any] = []
    for token in tokens:
        reach = typo_distance(token)
        for start, piece in pieces_of(token):
            first, width = max(start - reach, 0) + 1, len(piece) + 2 * reach
            is_long = len(piece) >= TRIGRAM
            held = "word LIKE %s ESCAPE '!'" if is_long else "pairs @> %s::text[]"
            clauses.append(
                f"SELECT word FROM parts_searchword WHERE {held} "  # noqa: S608  own names
                f"AND substr(word, {first:d}, {width:d}) LIKE %s ESCAPE '!'"
            )
            values += [like(piece) if is_long else [f"w{piece}"], like(piece)]
    return " UNION ".join(clauses), values


def _first_look(terms: Sequence[Term], most: int, hope: int) -> tuple[list[Row], list[int]]:
    """Return the rows that the indexes give, and the hits among the first rows.

    Hits are counted over all and for each field. Where there are many, only the ids are asked: what
    an index gives must be few, since all of it is put in the order of its fields.
    """
    ids, id_values = id4_arm(terms)
    seen_all, seen_values = joined(" AND ", [seen(term, "haystack") for term in terms])
    held, held_values = joined(" AND ", [_held(term, None) for term in terms])
    fields = [joined(" OR ", [seen(term, field) for term in terms]) for field in FIELDS]
    field_values = [value for _, own in fields for value in own]
    counts = "".join(f", count(*) FILTER (WHERE {sql})" for sql, _ in fields)
    number = " ".join(f"WHEN {sql} THEN {place}" for place, (sql, _) in enumerate(fields))
    found = fetched(
        f"WITH tried AS MATERIALIZED (SELECT ARRAY[count(*){counts}] AS hits FROM {_first(TRIED)} "  # noqa: S608  own names
        f"WHERE {seen_all}), "
        f"ids AS MATERIALIZED (SELECT place FROM ({ids}) AS ids ORDER BY place LIMIT {most:d}) "
        "SELECT f.hits, r.rank, r.part_id, r.id4, r.haystack FROM ("
        "SELECT 0 AS turn, NULL AS place, hits FROM tried "
        "UNION ALL SELECT 1, place, NULL FROM ids UNION ALL "
        "SELECT 2 + f, place, NULL FROM (SELECT f, place FROM "
        f"(SELECT rank AS place, CASE {number} END AS f FROM {ROWS} WHERE {held} OFFSET 0) "
        f"AS held WHERE (SELECT hits[1] FROM tried) < {hope:d} "
        f"AND (SELECT count(*) FROM ids) < {most:d} ORDER BY f, place LIMIT {most:d}) AS rare"
        f") AS f LEFT JOIN {ROWS} AS r ON r.rank = f.place ORDER BY turn, place",
        [*field_values, *seen_values, *id_values, *field_values, *held_values],
        is_usual=are_usual(terms),
    )
    return list({row[0]: row for _, *row in found[1:]}.values()), found[0][0]


def _field_arm(terms: Sequence[Term], field: str, most: int, rows: int) -> Sql:
    """Rows whose field holds a term, and that hold the others anywhere.

    The first `rows` are read in order, unless 0; the index is asked when they held too few.
    """
    rest = [row_holds(term) for term in terms] if len(terms) > 1 else []
    some_held = joined(" OR ", [_held(term, field) for term in terms])
    held, values = joined(" AND ", [some_held, *rest])
    far = f"SELECT {READ} FROM {ROWS} WHERE {held} OFFSET 0"  # noqa: S608  own names
    if not rows:
        return far, values
    some_seen = joined(" OR ", [_like(term, field) for term in terms])
    near, own = joined(" AND ", [some_seen, *rest])
    sql = (
        f"WITH near AS MATERIALIZED (SELECT {READ} FROM {_first(rows)} "  # noqa: S608  own names
        f"WHERE {near} ORDER BY rank LIMIT {most:d}), "
        "counted AS MATERIALIZED (SELECT count(*) AS n FROM near) "
        f"SELECT {KEPT} FROM near WHERE (SELECT n FROM counted) >= {most:d} UNION ALL "
        f"SELECT {KEPT} FROM ({far}) AS far WHERE (SELECT n FROM counted) < {most:d}"
    )
    return sql, [*own, *values]


def _first(rows: int) -> str:
    return f"(SELECT * FROM {ROWS} ORDER BY rank LIMIT {rows:d}) AS first"  # noqa: S608  own names


def _like(term: Term, field: str) -> Sql:
    """Say that a field holds a term, so that it is read before any longer text."""
    clauses = " OR ".join([f"{field} LIKE %s ESCAPE '!'"] * len(term.sought))
    return f"({clauses})", [like(text) for text in term.sought]


def _held(term: Term, field: str | None) -> Sql:
    """Say that a field, or any, holds a term, so that an index decides it."""
    clauses: list[str] = []
    values: list[Any] = []
    tags = PAIR_TAGS.values() if field is None else (PAIR_TAGS[field],)
    for text in term.sought:
        if len(text) >= TRIGRAM:
            clauses.append(f"{field or 'haystack'} LIKE %s ESCAPE '!'")
            values.append(like(text))
        else:
            clauses.append(f"{PAIRS} && %s::text[]")
            values.append([f"{tag}{text}" for tag in tags])
    return f"({' OR '.join(clauses)})", values
