"""The search of parts, ranked (contract 5.9): candidates from the index, points in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models.expressions import RawSQL

from parts.selectors import search_postgresql, search_sqlite
from parts.selectors.search_sql import ROWS, are_usual, fetched
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
ORDERED_POINTS = tuple(POINTS[name] for name in FIELDS)
TYPO_POINTS = 5
LONGEST_QUERY = 200
MOST_WORDS = 200


class Row(NamedTuple):
    """A candidate: its order among equals, its id, and its texts as lines in order of `FIELDS`."""

    rank: int
    part_pk: int
    id4: str
    haystack: str


class Find(NamedTuple):
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
    table's order, parts with stock first, then by id. A misspelt token that may mean more than 200
    words is capped too.
    """
    terms = [Term(token) for token in tokens_of(text)]
    if not terms:
        return Finds([])
    found = _scored(terms)
    if found.finds:
        return found
    mended = _mended(terms)
    if mended is None:
        return found
    found = _scored(mended)
    is_cut = any(len(term.words) > MOST_WORDS for term in mended)
    return Finds(found.finds, is_capped=True) if is_cut else found


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
    sql, values = _room().all_ranks_sql(terms)
    return RawSQL(f"SELECT part_id FROM {ROWS} WHERE rank IN ({sql})", values)  # noqa: S608, S611  own names


def points_of(id4: str, texts: Sequence[str], term: Term) -> tuple[int, str]:
    """Return the best points of a term in a part and the field; (0, "") for no match."""
    token, beginning, word = term.token, term.beginning, term.word
    best, field = _id4_points(id4.lower(), token), "id4"
    for name, text, (whole, start, inside) in zip(FIELDS, texts, ORDERED_POINTS, strict=True):
        if whole <= best:
            break  # later fields give less
        if token in text:
            if word in text:
                points = whole
            elif beginning in text:
                points = start
            else:
                points = inside if len(token) >= 2 else 0
            if points > best:
                best, field = points, name
    if best:
        return best, field
    for name, text in zip(FIELDS, texts, strict=True):
        if any(meant in text for meant in term.meant):
            return TYPO_POINTS, name
    return 0, ""


def _id4_points(id4: str, token: str) -> int:
    if id4 == token:
        return 100
    return 80 if len(token) >= 2 and id4.startswith(token) else 0


def _scored(terms: Sequence[Term]) -> Finds:
    """Score the candidates of every term; a term that is said twice counts twice."""
    rows = [Row(*row) for row in _room().candidates(_distinct(terms), CAP + 1)]
    finds = [find for row in rows[:CAP] if (find := _find(row, terms)) is not None]
    finds.sort(key=lambda find: (-find.score, find.row.rank))
    return Finds(finds, len(rows) > CAP)


def _find(row: Row, terms: Sequence[Term]) -> Find | None:
    score, matched, texts = 0, [], row.haystack.split("\n")
    for term in terms:
        points, field = points_of(row.id4, texts, term)
        if not points:
            return None
        score += points
        matched.append(WIRE_NAMES[field])
    return Find(row, score, matched)


def _distinct(terms: Sequence[Term]) -> list[Term]:
    return list(dict.fromkeys(terms))


def _mended(terms: Sequence[Term]) -> list[Term] | None:
    """Give each token that no part holds the words it may mean; None when nothing is gained."""
    unknown = _unknown([term.token for term in _distinct(terms)])
    if not unknown or any(not typo_distance(token) for token in unknown):
        return None
    words = _close_words(unknown)
    if not all(words.get(token) for token in unknown):
        return None
    return [Term(term.token, tuple(words.get(term.token, ()))) for term in terms]


def _unknown(tokens: Sequence[str]) -> list[str]:
    """Return those of the tokens that match no part; together they match none."""
    if len(tokens) == 1:
        return list(tokens)
    terms = [Term(token) for token in tokens]
    asked = [_room().exists_sql([term]) for term in terms]
    columns = ", ".join(sql for sql, _ in asked)
    values = [value for _, own in asked for value in own]
    known = fetched(f"SELECT {columns}", values, is_usual=are_usual(terms))[0]
    return [token for token, is_known in zip(tokens, known, strict=True) if not is_known]


def _is_known(terms: Sequence[Term]) -> bool:
    sql, values = _room().exists_sql(terms)
    return bool(fetched(f"SELECT {sql}", values, is_usual=are_usual(terms))[0][0])


def _close_words(tokens: Sequence[str]) -> dict[str, list[str]]:
    """Return the known words near each token; one query.

    With k letters wrong, one of k + 1 pieces of the token stands in the word unchanged, moved by at
    most k letters: that narrows the words before distances are worked out.
    """
    words = sorted(word for (word,) in fetched(*_room().close_words_sql(tokens)))
    return {
        token: [word for word in words if is_close(token, word)][: MOST_WORDS + 1]
        for token in tokens
    }


def _room() -> Any:
    """How the database in use finds a text."""
    return search_sqlite if connection.vendor == "sqlite" else search_postgresql
