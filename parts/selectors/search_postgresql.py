"""The search on PostgreSQL: an index of trigrams over all fields and each, and pairs of letters.

An index names every row that holds a text, in no order, which is quick where they are few. Where a
text is common, the index is asked for one stretch of ranks after another until there are enough. A
look at the first `TRIED` rows tells which of the two a question is, in whole and for each field.
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
# the index is asked by stretches; `SURE` times as many hits leave no doubt.
TRIED, NEAR, SURE = 500, 160_000, 4
STRETCH = "ARRAY[rank >> 14]"  # the number of the stretch of 16,384 ranks; ids need 59 of them
STRETCHES = 128
READ, KEPT = "rank AS place, part_id, id4, haystack", "place, part_id, id4, haystack"
PAIR_TAGS = dict(zip(FIELDS, "ctydmsf", strict=True))
PAIRS = f"parts_row_pairs({', '.join(FIELDS)})"


def candidates(terms: Sequence[Term], most: int) -> list[Row]:
    """Return the rows that match every term; `most` of them, field by field, when there are more.

    Field by field: first those whose id holds a term, then those whose code does, and so on. At
    most three questions: a look, the fields up to the first that is sure to have enough, and all;
    two for misspelt words, of which others have been asked before.
    """
    hope = max(most * TRIED // NEAR, 1)
    rows, (in_all, first, last, *hits) = _first_look(terms, most, hope)
    if in_all < hope or len(rows) >= most:
        return rows[:most]
    arms, is_asked = [id4_arm(terms, READ)], any(term.words for term in terms)
    for field, count in zip(FIELDS, hits, strict=True):
        if count < hope:
            arms.append(_field_arm(terms, field))
            continue
        ranks = (last - first + 1) * most // count  # that promise enough hits
        arms.append(_stretches_arm(terms, field, most, first, ranks))
        if count >= SURE * hope and not is_asked:
            is_asked, found = True, _rows_in_turn(arms, most)
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

    Of the hits there is first the number, then their first and last rank, then how many are in each
    field. Where there are many, only the ids are asked: what an index gives must be few, since all
    of it is put in the order of its fields.
    """
    ids, id_values = id4_arm(terms)
    seen_all, seen_values = joined(" AND ", [seen(term, "haystack") for term in terms])
    held, held_values = joined(" AND ", [_held(term, None) for term in terms])
    fields = [joined(" OR ", [seen(term, field) for term in terms]) for field in FIELDS]
    field_values = [value for _, own in fields for value in own]
    counts = "".join(f", count(*) FILTER (WHERE {sql})" for sql, _ in fields)
    number = " ".join(f"WHEN {sql} THEN {place}" for place, (sql, _) in enumerate(fields))
    found = fetched(
        f"WITH tried AS MATERIALIZED (SELECT ARRAY[count(*), min(rank), max(rank){counts}] AS hits "  # noqa: S608  own names
        f"FROM {_first(TRIED)} "
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


def _field_arm(terms: Sequence[Term], field: str, within: Sequence[Sql] = ()) -> Sql:
    """Rows whose field holds a term, and that hold the others anywhere but in their ids.

    An index decides at once that a term is held, on what is `within`, and on long terms beside it.
    Long terms come first: of a row that an index gives for one, no pairs are worked out.
    """
    arms = []
    for term in sorted(terms, key=_is_long, reverse=True):
        beside = [_held(one, None) for one in terms if one != term and _is_long(one)]
        known = beside if _is_long(term) else []
        arms.append(joined(" AND ", [_held(term, field), *known, *within]))
    held, values = joined(" OR ", arms)
    rest = [seen(term, "haystack") for term in terms] if len(terms) > 1 else []
    sql, values = joined(" AND ", [(held, values), *rest])
    return f"SELECT {READ} FROM {ROWS} WHERE {sql} OFFSET 0", values  # noqa: S608  own names


def _stretches_arm(terms: Sequence[Term], field: str, most: int, first: int, ranks: int) -> Sql:
    """The first `most` of the same rows, looked for in one stretch of ranks after another.

    The first stretch has so many `ranks` from the `first` on, each other twice as many as the one
    before; a join of values with LATERAL takes them in turn, and none after enough.
    """
    held, values = _field_arm(terms, field, [(f"{STRETCH} && stretch.numbers", [])])
    start, size, numbers = first >> 14, (ranks >> 14) + 1, []
    while start < STRETCHES:
        numbers.append(list(range(start, min(start + size, STRETCHES))))
        start, size = start + size, 2 * size
    stretches = ", ".join(["(%s::int[])"] * len(numbers))
    return (
        f"SELECT found.* FROM (VALUES {stretches}) AS stretch(numbers), "  # noqa: S608  own names
        f"LATERAL (SELECT * FROM ({held}) AS held ORDER BY place) AS found LIMIT {most:d}",
        [*numbers, *values],
    )


def _first(rows: int) -> str:
    return f"(SELECT * FROM {ROWS} ORDER BY rank LIMIT {rows:d}) AS first"  # noqa: S608  own names


def _is_long(term: Term) -> bool:
    """Whether the index of trigrams can be asked for a term by one text."""
    return len(term.sought) == 1 and len(term.token) >= TRIGRAM


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
