"""The search of parts, ranked (contract 5.9): candidates from the index, points in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from parts.selectors.search_sql import (
    close_words_sql,
    exists_sql,
    field_ranks_sql,
    ranks_sql,
)
from parts.selectors.search_terms import Term, is_close, tokens_of, typo_distance
from parts.selectors.search_text import FIELDS

CAP = 500
WIRE_NAMES = {
    "id4": "id4",
    "code": "manufacturer_code",
    "tags": "tags",
    "type": "type",
    "description": "description",
    "manufacturer": "manufacturer",
    "sellers": "seller",
    "documents": "documents",
}
POINTS = {
    "code": (90, 70, 50),
    "tags": (60, 45, 25),
    "type": (55, 40, 20),
    "description": (40, 30, 15),
    "manufacturer": (35, 25, 15),
    "sellers": (30, 20, 10),
    "documents": (25, 15, 10),
}
ORDERED_POINTS = tuple((number, name, *POINTS[name]) for number, name in enumerate(FIELDS))
TYPO_POINTS = 5
LONGEST_QUERY = 200
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate: its order among equals, its id, and its texts in the order of `FIELDS`."""

    rank: int
    part_pk: int
    id4: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Find:
    """A part that matches, its points, and the field each token was found in."""

    row: Row
    score: int
    matched: list[str]


@dataclass(frozen=True, slots=True)
class Finds:
    """All finds in order; when capped there are more than were scored."""

    finds: list[Find]
    is_capped: bool = False


def find_parts(text: str) -> Finds:
    """Return the parts that match every token, best first; at most six queries.

    Up to 500 matches the order is exact; above, the 500 that are scored come field by field in the
    table's order, parts with stock first, then by id.
    """
    terms = [Term(token) for token in tokens_of(text)]
    if not terms:
        return Finds([])
    found = _scored(terms)
    if found.finds:
        return found
    mended = _mended(terms)
    return _scored(mended) if mended else found


def matching_parts(text: str) -> RawSQL | list[int]:
    """Return what `pk__in` takes to keep every part that matches, in no order, without the cap."""
    terms = _distinct([Term(token) for token in tokens_of(text)])
    if not terms:
        return []
    if not _is_known(terms):
        mended = _mended(terms)
        if mended is None:
            return []
        terms = mended
    sql, values = ranks_sql(terms, None)
    return RawSQL(f"SELECT part_id FROM parts_partsearchrow WHERE rank IN ({sql})", values)  # noqa: S608, S611  own names


def points_of(row: Row, term: Term) -> tuple[int, str]:
    """Return the best points of a term in a part and the field; (0, "") for no match."""
    best, field = _id4_points(row.id4.lower(), term.token), "id4"
    token, texts = term.token, row.texts
    for number, name, whole, start, inside in ORDERED_POINTS:
        if whole <= best:
            continue
        text = texts[number]
        if token in text:
            if f" {token} " in text:
                points = whole
            elif f" {token}" in text:
                points = start
            else:
                points = inside if len(token) >= 2 else 0
            if points > best:
                best, field = points, name
    if best:
        return best, field
    for number, name in enumerate(FIELDS):
        if any(f" {word}" in texts[number] for word in term.words):
            return TYPO_POINTS, name
    return 0, ""


def _id4_points(id4: str, token: str) -> int:
    if id4 == token:
        return 100
    return 80 if len(token) >= 2 and id4.startswith(token) else 0


def _scored(terms: Sequence[Term]) -> Finds:
    """Score the candidates of every term; a term that is said twice counts twice."""
    asked = _distinct(terms)
    ranks = _ranks(*ranks_sql(asked, CAP + 1))
    capped = len(ranks) > CAP
    if capped:
        ranks = _ranks(*field_ranks_sql(asked, CAP))[:CAP]
    finds = [find for row in _rows(ranks) if (find := _find(row, terms)) is not None]
    finds.sort(key=lambda find: (-find.score, find.row.rank))
    return Finds(finds, capped)


def _find(row: Row, terms: Sequence[Term]) -> Find | None:
    score, matched = 0, []
    for term in terms:
        points, field = points_of(row, term)
        if not points:
            return None
        score += points
        matched.append(WIRE_NAMES[field])
    return Find(row, score, matched)


def _distinct(terms: Sequence[Term]) -> list[Term]:
    return list(dict.fromkeys(terms))


def _mended(terms: Sequence[Term]) -> list[Term] | None:
    """Give each token that no part holds the words it may mean; None when nothing is gained."""
    unknown = _unknown(dict.fromkeys(term.token for term in terms))
    if not unknown or any(not typo_distance(token) for token in unknown):
        return None
    words = _close_words(unknown)
    if not all(words.get(token) for token in unknown):
        return None
    return [Term(term.token, tuple(words.get(term.token, ()))) for term in terms]


def _unknown(tokens: dict[str, None]) -> list[str]:
    """Return the tokens that match no part; one query."""
    asked = [exists_sql(Term(token)) for token in tokens]
    columns = ", ".join(sql for sql, _ in asked)
    values = [value for _, own in asked for value in own]
    known = _fetched(f"SELECT {columns}", values)[0]
    return [token for token, is_known in zip(tokens, known, strict=True) if not is_known]


def _is_known(terms: Sequence[Term]) -> bool:
    sql, values = ranks_sql(terms, 1)
    return bool(_fetched(sql, values))


def _close_words(tokens: Sequence[str]) -> dict[str, list[str]]:
    """Return the known words near each token; one query.

    With k letters wrong, one of k + 1 pieces of the token stands in the word unchanged, moved by at
    most k letters: that narrows the words before distances are worked out.
    """
    words = sorted(word for (word,) in _fetched(*close_words_sql(tokens)))
    return {
        token: [word for word in words if is_close(token, word)][:MOST_WORDS] for token in tokens
    }


def _ranks(sql: str, values: Sequence[Any]) -> list[int]:
    """Return the ranks in the order of the query, each once."""
    return list(dict.fromkeys(rank for (rank,) in _fetched(sql, values)))


COLUMNS = f"rank, part_id, id4, {', '.join(FIELDS)}"


def _rows(ranks: Sequence[int]) -> list[Row]:
    if not ranks:
        return []
    marks = ", ".join(["%s"] * len(ranks))
    sql = f"SELECT {COLUMNS} FROM parts_partsearchrow WHERE rank IN ({marks})"  # noqa: S608  own names
    return [
        Row(rank, part_pk, id4, tuple(texts))
        for rank, part_pk, id4, *texts in _fetched(sql, list(ranks))
    ]


def _fetched(sql: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        return list(cursor.fetchall())
