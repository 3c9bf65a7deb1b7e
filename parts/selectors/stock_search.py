"""The search of parts, ranked (contract 5.9): candidates from the index, points in Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from parts.selectors.search_text import FIELDS, normalised

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
TYPO_POINTS = 5
LONGEST_QUERY = 200
SHORTEST_TRIGRAM = 3
MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate: its order among equals, its id, and its texts by field."""

    rank: int
    part_pk: int
    id4: str
    texts: dict[str, str]


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


@dataclass(frozen=True, slots=True)
class Term:
    """A token, and the misspelt words it may mean; empty when the token itself is found."""

    token: str
    words: tuple[str, ...] = ()


def tokens_of(text: str) -> list[str]:
    """Return the normalised words of a query."""
    return normalised(text).split()


def find_parts(text: str) -> Finds:
    """Return the parts that match every token, best first; at most four queries.

    Up to 500 matches the order is exact; above, the 500 that are scored come field by field in the
    table's order, parts with stock first, then by id.
    """
    terms = [Term(token) for token in dict.fromkeys(tokens_of(text))]
    if not terms:
        return Finds([])
    found = _scored(terms)
    if found.finds:
        return found
    mended = _mended(terms)
    return _scored(mended) if mended else found


def matching_pks(text: str) -> list[int]:
    """Return the keys of every part that matches, in no order and without the cap."""
    terms = [Term(token) for token in dict.fromkeys(tokens_of(text))]
    found = _all_matching(terms)
    if found:
        return found
    mended = _mended(terms)
    return _all_matching(mended) if mended else []


def _all_matching(terms: Sequence[Term]) -> list[int]:
    sql, values = _where(terms)
    rows = _rows(f"{SELECT} WHERE {sql}", values)
    return [row.part_pk for row in rows if _find(row, terms) is not None]


def points_of(row: Row, term: Term) -> tuple[int, str]:
    """Return the best points of a term in a part and the field; (0, "") for no match."""
    best, field = _id4_points(row.id4.lower(), term.token), "id4"
    for name in FIELDS:
        points = _field_points(row.texts[name], term.token, POINTS[name])
        if points > best:
            best, field = points, name
    if best:
        return best, field
    for name in FIELDS:
        if any(f" {word}" in row.texts[name] for word in term.words):
            return TYPO_POINTS, name
    return 0, ""


def typo_distance(token: str) -> int:
    """How many letters may be wrong in a token."""
    return min(len(token) // 4, 3)


def is_close(token: str, word: str) -> bool:
    """Whether the word begins like the token but for a few letters (Levenshtein)."""
    limit = typo_distance(token)
    return limit > 0 and distance(token, word[: len(token)], limit) <= limit


def distance(left: str, right: str, limit: int) -> int:
    """Return the Levenshtein distance, or `limit + 1` when it is more than `limit`."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    above = list(range(len(right) + 1))
    for number, letter in enumerate(left, start=1):
        line = [number]
        for place, other in enumerate(right, start=1):
            line.append(min(above[place] + 1, line[-1] + 1, above[place - 1] + (letter != other)))
        if min(line) > limit:
            return limit + 1
        above = line
    return above[-1]


def _id4_points(id4: str, token: str) -> int:
    if id4 == token:
        return 100
    return 80 if len(token) >= 2 and id4.startswith(token) else 0


def _field_points(text: str, token: str, points: tuple[int, int, int]) -> int:
    if token not in text:
        return 0
    if f" {token} " in text:
        return points[0]
    if f" {token}" in text:
        return points[1]
    return points[2] if len(token) >= 2 else 0


def _scored(terms: Sequence[Term]) -> Finds:
    rows = _candidates(terms, CAP + 1)
    capped = len(rows) > CAP
    if capped:
        rows = _capped(terms)
    finds = [find for row in rows if (find := _find(row, terms)) is not None]
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


def _candidates(terms: Sequence[Term], limit: int) -> list[Row]:
    sql, values = _where(terms)
    return _rows(f"{SELECT} WHERE {sql} ORDER BY rank LIMIT %s", [*values, limit])


def _capped(terms: Sequence[Term]) -> list[Row]:
    """The first 500 by field: each branch of one query finds those whose field has a token."""
    base, values = _where(terms)
    branches, bound = [], []
    for number, (field, sql, own) in enumerate(_field_branches(terms)):
        branches.append(
            f"SELECT * FROM ({SELECT_RANKED % number} WHERE {base} AND ({sql}) "  # noqa: S608  as above
            f"ORDER BY rank LIMIT {CAP}) AS {field}"
        )
        bound += [*values, *own]
    order = "ORDER BY branch, rank" if branches else ""
    rows = _rows(f"{' UNION ALL '.join(branches)} {order}", bound, ranked=True)
    first: dict[int, Row] = {}
    for row in rows:
        first.setdefault(row.rank, row)
    return list(first.values())[:CAP]


def _field_branches(terms: Sequence[Term]) -> list[tuple[str, str, list[str]]]:
    spellings = [text for term in terms for text in (term.words or (term.token,))]
    starts = [text for text in spellings if len(text) >= 2]
    branches: list[tuple[str, str, list[str]]] = []
    if starts or any(len(text) == 4 for text in spellings):
        sql = " OR ".join(["id4 LIKE %s ESCAPE '!'"] * len(starts))
        branches.append(("id4", sql, [_like(text.upper(), before="") for text in starts]))
    for field in FIELDS:
        parts, values = [], []
        for text in spellings:
            sql, own = _text_condition(text, field)
            parts.append(sql)
            values += own
        branches.append((f"f_{field}", " OR ".join(parts), values))
    return branches


def _where(terms: Sequence[Term]) -> tuple[str, list[str]]:
    clauses, values = [], []
    for term in terms:
        spellings = term.words or (term.token,)
        parts = []
        for text in spellings:
            sql, own = _text_condition(text, None)
            parts.append(sql)
            values += own
        if not term.words and len(term.token) in range(2, 5) and term.token.isalpha():
            parts.append("id4 LIKE %s ESCAPE '!'")
            values.append(_like(term.token.upper(), before=""))
        clauses.append(f"({' OR '.join(parts)})")
    return " AND ".join(clauses), values


def _text_condition(text: str, field: str | None) -> tuple[str, list[str]]:
    """Say that a field, or any, holds the text; a single letter only at the start of a word."""
    sought = text if len(text) >= 2 else f" {text}"
    if connection.vendor == "sqlite" and len(sought) >= SHORTEST_TRIGRAM:
        phrase = '"' + sought.replace('"', '""') + '"'
        match = f"{{{field}}} : {phrase}" if field else phrase
        return (
            "rank IN (SELECT rowid FROM parts_partsearch_fts WHERE parts_partsearch_fts MATCH %s)",
            [match],
        )
    column = field or "haystack"
    return f"{column} LIKE %s ESCAPE '!'", [_like(sought)]


def _like(text: str, before: str = "%") -> str:
    for char in "!%_":
        text = text.replace(char, f"!{char}")
    return f"{before}{text}%"


def _mended(terms: Sequence[Term]) -> list[Term] | None:
    """Give each token that no part holds the words it may mean; None when nothing is gained."""
    unknown = _unknown([term.token for term in terms])
    if not unknown or any(not typo_distance(token) for token in unknown):
        return None
    words = _close_words(unknown)
    if not all(words.get(token) for token in unknown):
        return None
    return [Term(term.token, tuple(words.get(term.token, ()))) for term in terms]


def _unknown(tokens: Sequence[str]) -> list[str]:
    """Return the tokens that match no part; one query."""
    columns, values = [], []
    for token in tokens:
        sql, own = _where([Term(token)])
        columns.append(f"EXISTS (SELECT 1 FROM parts_partsearchrow WHERE {sql})")  # noqa: S608  as above
        values += own
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(columns)}", values)
        known = cursor.fetchone()
    return [token for token, is_known in zip(tokens, known, strict=True) if not is_known]


def _close_words(tokens: Iterable[str]) -> dict[str, list[str]]:
    """Return the known words near each token; one query.

    With k letters wrong, one of k + 1 pieces of the token stands in the word unchanged, moved by at
    most k letters: that narrows the words before distances are worked out.
    """
    clauses, values = [], []
    for token in tokens:
        for start, piece in _pieces(token):
            if start == 0:
                clauses.append("word LIKE %s ESCAPE '!'")
                values.append(_like(piece, before=""))
            reach = typo_distance(token)
            first = max(start - reach, 0) + 1
            clauses.append(f"substr(word, {first}, {len(piece) + 2 * reach}) LIKE %s ESCAPE '!'")
            values.append(_like(piece))
    sql = f"SELECT word FROM parts_searchword WHERE {' OR '.join(clauses)}"  # noqa: S608  as above
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        words = [row[0] for row in cursor.fetchall()]
    return {
        token: [word for word in words if is_close(token, word)][:MOST_WORDS] for token in tokens
    }


def _pieces(token: str) -> list[tuple[int, str]]:
    count = typo_distance(token) + 1
    size, rest = divmod(len(token), count)
    pieces, start = [], 0
    for number in range(count):
        end = start + size + (number < rest)
        pieces.append((start, token[start:end]))
        start = end
    return pieces


COLUMNS = f"rank, part_id, id4, {', '.join(FIELDS)}"
SELECT = f"SELECT {COLUMNS} FROM parts_partsearchrow"  # noqa: S608  constants
SELECT_RANKED = f"SELECT %d AS branch, {COLUMNS} FROM parts_partsearchrow"  # noqa: S608  constants


def _rows(sql: str, values: Sequence[Any], *, ranked: bool = False) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(values))
        found = [row[1:] if ranked else row for row in cursor.fetchall()]
    return [
        Row(rank, part_pk, id4, dict(zip(FIELDS, texts, strict=True)))
        for rank, part_pk, id4, *texts in found
    ]
