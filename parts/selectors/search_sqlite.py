"""The search on SQLite: a trigram index over all fields, one per field, and lists of trigrams.

A text of two letters is every trigram that begins with it. What an index finds comes in the order
of rank, so that a LIMIT ends the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from parts.selectors.search_sql import (
    ROWS,
    TRIGRAM,
    Row,
    Sql,
    fetched,
    id4_arm,
    joined,
    like,
    one_after_another,
    row_holds,
)
from parts.selectors.search_terms import Term, pieces_of, typo_distance
from parts.selectors.search_text import FIELDS

ALL_FIELDS, GRAMS = "parts_partsearch_fts", "parts_partsearch_grams"
WORDS, WORD_GRAMS = "parts_searchword_fts", "parts_searchword_grams"
LAST_CHARACTER = "\U0010ffff"
# Every trigram that begins with a text, joined by OR. A list of trigrams is read in their order, so
# that each step is one look-up; asking for an order would read every row of every trigram.
STARTING_GRAMS = (
    "coalesce((WITH RECURSIVE g(term) AS (SELECT (SELECT term FROM {table} WHERE term >= %s "
    "AND term < %s LIMIT 1) UNION ALL SELECT (SELECT v.term FROM {table} v WHERE "
    "v.term >= g.term || char(1) AND v.term < %s LIMIT 1) FROM g WHERE g.term IS NOT NULL) "
    "SELECT group_concat('\"' || replace(term, '\"', '\"\"') || '\"', ' OR ') FROM g "
    "WHERE term IS NOT NULL), '\"\"')"
)


def candidates(terms: Sequence[Term], most: int) -> list[Row]:
    """Return the rows that match every term; `most` of them, field by field, when there are more.

    Field by field: first those whose id holds a term, then those whose code does, and so on.
    """
    ranks = _ranks(terms, most)
    if not ranks:
        return []
    wanted = ", ".join(["%s"] * len(ranks))
    rows = fetched(
        f"SELECT rank, part_id, id4, haystack FROM {ROWS} WHERE rank IN ({wanted})",  # noqa: S608  own names
        ranks,
    )
    found = {row[0]: row for row in rows}
    return [found[rank] for rank in ranks if rank in found]


def _ranks(terms: Sequence[Term], most: int) -> list[int]:
    """Ask all fields at once first, unless for one or two letters, which many rows have."""
    if any(len(text) >= TRIGRAM for term in terms for text in term.sought):
        ranks = _distinct_ranks(*_limited([id4_arm(terms), _text_arm(terms)], most))
        if len(ranks) < most:
            return ranks
    arms = [id4_arm(terms), *(_field_arm(terms, field) for field in FIELDS)]
    return _distinct_ranks(*one_after_another(arms, most))[:most]


def _distinct_ranks(sql: str, values: Sequence[Any]) -> list[int]:
    """Return the ranks in the order of the question, each once."""
    return list(dict.fromkeys(rank for (rank,) in fetched(sql, values)))


def all_ranks_sql(terms: Sequence[Term]) -> Sql:
    """Select the ranks of all rows that match every term, some twice."""
    arms = [id4_arm(terms), _text_arm(terms)]
    return " UNION ALL ".join(sql for sql, _ in arms), [v for _, values in arms for v in values]


def exists_sql(terms: Sequence[Term]) -> Sql:
    """Say that some row matches every term."""
    sql, values = _limited([id4_arm(terms), _text_arm(terms)], 1)
    return f"EXISTS ({sql})", values


def close_words_sql(tokens: Iterable[str]) -> Sql:
    """Select the known words that have a piece of a token near its place."""
    clauses, values = [], []
    for token in tokens:
        reach = typo_distance(token)
        for start, piece in pieces_of(token):
            match, own = _gram_question(piece, WORD_GRAMS)
            first, width = max(start - reach, 0) + 2, len(piece) + 2 * reach
            clauses.append(
                f"SELECT trim(word) FROM {WORDS} WHERE {WORDS} MATCH {match} "  # noqa: S608  own names
                f"AND substr(word, {first:d}, {width:d}) LIKE %s ESCAPE '!'"
            )
            values += [*own, like(piece)]
    return " UNION ".join(clauses), values


def _limited(arms: Sequence[Sql], most: int) -> Sql:
    """Select the first `most` ranks of each arm."""
    parts = [
        f"SELECT place FROM ({sql} ORDER BY place LIMIT {most:d}) AS a{number}"  # noqa: S608  own names
        for number, (sql, _) in enumerate(arms)
    ]
    return " UNION ALL ".join(parts), [value for _, values in arms for value in values]


def _text_arm(terms: Sequence[Term]) -> Sql:
    match, values = _match(terms, "AND")
    return f"SELECT rowid AS place FROM {ALL_FIELDS} WHERE {ALL_FIELDS} MATCH {match}", values  # noqa: S608  own names


def _field_arm(terms: Sequence[Term], field: str) -> Sql:
    """Rows whose field holds a term, and that hold the others anywhere."""
    table = f"parts_partsearch_{field}"
    match, values = _match(terms, "OR")
    if len(terms) == 1:
        return f"SELECT rowid AS place FROM {table} WHERE {table} MATCH {match}", values  # noqa: S608  own names
    condition, own = joined(" AND ", [(f"{table} MATCH {match}", values), *map(row_holds, terms)])
    sql = (
        f"SELECT {table}.rowid AS place FROM {table} CROSS JOIN {ROWS} AS r "  # noqa: S608  own names
        f"ON r.rank = {table}.rowid WHERE {condition}"
    )
    return sql, own


def _match(terms: Sequence[Term], word: str) -> Sql:
    """Return SQL that makes the text of a full-text question."""
    parts, values = [], []
    for term in terms:
        each = []
        for text in term.sought:
            sql, own = _gram_question(text, GRAMS)
            each.append(sql)
            values += own
        spelt = " || ' OR ' || ".join(each)
        parts.append(f"'(' || {spelt} || ')'")
    return f"({f' || {chr(39)} {word} {chr(39)} || '.join(parts)})", values


def _gram_question(text: str, table: str) -> Sql:
    if len(text) >= TRIGRAM:
        return "%s", ['"' + text.replace('"', '""') + '"']
    bounds = [text, text + LAST_CHARACTER, text + LAST_CHARACTER]
    return STARTING_GRAMS.format(table=table), list(bounds)
