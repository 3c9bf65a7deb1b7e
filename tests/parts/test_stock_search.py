"""The search against the contract's own words (5.9), asked of each part in turn."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any

import pytest
from django.db import connection

from parts.models import PartSeller, StockDocument, StockPart
from parts.selectors import search_postgresql, stock_search
from parts.selectors.search_text import normalised
from parts.services import search
from tests.factories.parts import (
    PartSellerFactory,
    PartTypeFactory,
    SellerFactory,
    StockDocumentFactory,
    StockPartFactory,
    make_part,
)

FIELDS = {
    "manufacturer_code": (90, 70, 50),
    "tags": (60, 45, 25),
    "type": (55, 40, 20),
    "description": (40, 30, 15),
    "manufacturer": (35, 25, 15),
    "seller": (30, 20, 10),
    "documents": (25, 15, 10),
}
WORDS = ("relay", "rel", "5V", "4.7\u00b5F", "film", "LED", "r%l", "x_1", "Caf\u00e9", "resistor")
WORDS += ("conn-9", "ab", "b", "2N2222", "driver", "aa12", "0603")
LONG_AND_SHORT = (("ABAA", "cdefgh"), ("ABAB", "cdefghxy"), ("ABAC", "bcdefghxy"))
MISSPELT = ("resisror", "drivre", "conm-9", "2n2232", "nothing", "rlay", "relaj")


@pytest.fixture
def parts(db: None) -> list[StockPart]:
    """Parts of few words, so that questions match many and in several fields."""
    _forget_rolled_back_rows()
    dice = Random(59)  # noqa: S311  the same parts each time
    types = [PartTypeFactory(name=name) for name in ("Relay", "LED driver", "Resistor")]
    sellers = [SellerFactory(name=name) for name in ("Film shop", "Relay & Co")]

    def some(most: int) -> str:
        return " ".join(dice.choices(WORDS, k=dice.randint(1, most)))

    made = []
    for number in range(60):
        part = StockPartFactory(
            id4=f"A{'ABR'[number % 3]}{chr(65 + number // 20)}{chr(65 + number % 20)}",
            manufacturer_code=some(2) if dice.random() < 0.6 else None,
            description=some(4),
            manufacturer=some(1) if dice.random() < 0.5 else None,
            type=dice.choice([*types, None]),
            tags=[some(2) for _ in range(dice.randrange(3))],
            total_quantity=dice.choice((0, 5)),
        )
        if dice.random() < 0.3:
            PartSellerFactory(part=part, seller=dice.choice(sellers))
        if dice.random() < 0.3:
            StockDocumentFactory(part=part, original_filename=f"{some(1)}.pdf", title=some(2))
        made.append(part)
    search.refresh(part.pk for part in made)
    return made


def _forget_rolled_back_rows() -> None:
    """PostgreSQL keeps what other tests took back in its indexes, and looks at it each time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE parts_partsearchrow, parts_searchword")


@pytest.mark.parametrize("cap", [6, 500])
def test_the_search_answers_as_the_contract_says_of_each_part(
    parts: list[StockPart], monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    monkeypatch.setattr(stock_search, "CAP", cap)
    monkeypatch.setattr(search_postgresql, "TRIED", 8)
    monkeypatch.setattr(search_postgresql, "NEAR", 24)
    texts = {part.id4: texts_of(part) for part in parts}
    stocked = {part.id4 for part in parts if part.total_quantity}
    dice = Random(9)  # noqa: S311  the same questions each time

    for _ in range(150):
        query = " ".join(_piece(dice) for _ in range(dice.choice((1, 1, 2, 3))))

        found = stock_search.find_parts(query)
        known = stock_search.matching_parts(query)

        expected, capped = answer(query, texts, stocked, cap)
        got = [(find.row.id4, find.score, find.matched) for find in found.finds]
        assert (query, got, found.is_capped) == (query, expected, capped)
        if not capped:
            matching = StockPart.objects.filter(pk__in=known).values_list("id4", flat=True)
            assert (query, set(matching)) == (query, {id4 for id4, _, _ in expected})


def test_a_short_word_that_a_token_may_mean_is_no_beginning_of_longer_ones(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cdefgh` is two letters from `abcdefgh`, `cdefghxy` four."""
    pks = [make_part(id4, description=text).pk for id4, text in LONG_AND_SHORT]
    search.refresh(pks)

    found = stock_search.find_parts("abcdefgh")
    assert [find.row.id4 for find in found.finds] == ["ABAA", "ABAC"]
    assert not found.is_capped
    monkeypatch.setattr(stock_search, "MOST_WORDS", 1)  # it may mean two
    assert stock_search.find_parts("abcdefgh").is_capped


def _piece(dice: Random) -> str:
    """A word, a piece of one, or one that is misspelt."""
    word = dice.choice((*WORDS, *WORDS, *MISSPELT, "AAAB", "AB", "ARB", "aa", "r", "a"))
    if word in MISSPELT or dice.random() < 0.5:
        return word
    start = dice.randrange(len(word))
    return word[start : start + dice.randint(1, 4)]


def answer(
    query: str, texts: dict[str, dict[str, list[str]]], stocked: set[str], cap: int
) -> tuple[list[tuple[str, int, list[str]]], bool]:
    """What the contract says of a question."""
    tokens, order = normalised(query).split(), sorted(texts, key=lambda i: (i not in stocked, i))
    mended = {t for t in tokens if not any(best(t, i, texts[i])[0] for i in order)}
    rows = []
    for id4 in order:
        points = [best(t, id4, texts[id4], typo=t in mended) for t in tokens]
        if tokens and all(score for score, _ in points):
            rows.append((id4, sum(score for score, _ in points), [name for _, name in points]))
    capped = len(rows) > cap
    if capped:
        chosen = dict.fromkeys(
            id4
            for field in ("id4", *FIELDS)
            for id4, *_ in rows
            if any(held(t, field, id4, texts[id4], typo=t in mended) for t in tokens)
        )
        rows = [row for row in rows if row[0] in list(chosen)[:cap]]
    return sorted(rows, key=lambda row: -row[1]), capped


def best(
    token: str, id4: str, texts: dict[str, list[str]], *, typo: bool = False
) -> tuple[int, str]:
    """The best points of a token, and their field."""
    points = [(held(token, field, id4, texts, typo=typo), field) for field in ("id4", *FIELDS)]
    return max(points, key=lambda one: one[0])


def held(
    token: str, field: str, id4: str, texts: dict[str, list[str]], *, typo: bool = False
) -> int:
    """The points of a token in one field."""
    if field == "id4":
        begins = id4.lower().startswith(token) and len(token) >= 2
        return 0 if typo else 100 if id4.lower() == token else 80 * begins
    words = [word for value in texts[field] for word in normalised(value).split()]
    if typo:
        return 5 * any(is_near(token, word) for word in words)
    whole, start, inside = FIELDS[field]
    if token in words:
        return whole
    if any(word.startswith(token) for word in words):
        return start
    return inside if len(token) >= 2 and any(token in word for word in words) else 0


def is_near(token: str, word: str) -> bool:
    """Whether a word begins like a token but for few letters."""
    return distance(token, word[: len(token)]) <= min(len(token) // 4, 3) if token != word else True


@cache
def distance(left: str, right: str) -> int:
    """Levenshtein's distance, as it is defined."""
    if not left or not right:
        return len(left) + len(right)
    swapped = distance(left[1:], right[1:]) + (left[0] != right[0])
    return min(distance(left[1:], right) + 1, distance(left, right[1:]) + 1, swapped)


def texts_of(part: StockPart) -> dict[str, list[str]]:
    """The texts of a part, field by field, as they were written."""
    documents: list[Any] = list(StockDocument.objects.filter(part=part))
    texts = {
        "manufacturer_code": [part.manufacturer_code],
        "tags": part.tags,
        "type": [part.type.name if part.type else None],
        "description": [part.description],
        "manufacturer": [part.manufacturer],
        "seller": PartSeller.objects.filter(part=part).values_list("seller__name", flat=True),
        "documents": [text for row in documents for text in (row.original_filename, row.title)],
    }
    return {name: [text for text in values if text] for name, values in texts.items()}
