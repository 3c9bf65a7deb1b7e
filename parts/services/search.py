"""Keeping the rows that the search reads (contract 5.9); whoever changes a word calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection

from parts.models import PartSearchRow, SearchWord, StockPart
from parts.selectors.search_rows import rows_of
from parts.selectors.search_text import FIELDS, rank_of

CHUNK = 1000
LONGEST_WORD = 64
FIELD_TABLES = tuple(f"parts_partsearch_{field}" for field in FIELDS)


def refresh(part_pks: Iterable[int]) -> None:
    """Write the search rows of these parts anew; archived parts lose theirs."""
    pks = iter(part_pks)
    while chunk := list(islice(pks, CHUNK)):
        _refresh(chunk)


def refresh_all() -> int:
    """Write every search row anew; returns how many."""
    refresh(StockPart.objects.order_by("pk").values_list("pk", flat=True).iterator(CHUNK))
    return PartSearchRow.objects.count()


def follow_stock(part: StockPart) -> None:
    """Move the row of a part whose stock began or ended."""
    PartSearchRow.objects.filter(part=part).update(
        rank=rank_of(part.id4, in_stock=part.total_quantity > 0)
    )


def _refresh(pks: Sequence[int]) -> None:
    PartSearchRow.objects.filter(part__in=pks).delete()
    rows = rows_of(StockPart.objects.live().filter(pk__in=pks))
    PartSearchRow.objects.bulk_create(rows, batch_size=200)
    words = {word[:LONGEST_WORD] for row in rows for word in row.haystack.split()}
    SearchWord.objects.bulk_create(
        [SearchWord(word=word) for word in sorted(words)], ignore_conflicts=True, batch_size=400
    )


def after_bulk_load() -> None:
    """Give the planner fresh figures and the text index its final shape."""
    with connection.cursor() as cursor:
        for sentence in _tidy_sentences():
            cursor.execute(sentence)


def _tidy_sentences() -> Iterator[str]:
    if connection.vendor == "sqlite":
        for table in ("parts_partsearch_fts", "parts_searchword_fts", *FIELD_TABLES):
            yield f"INSERT INTO {table}({table}) VALUES ('optimize')"  # noqa: S608  own names
    yield "ANALYZE parts_partsearchrow"
    yield "ANALYZE parts_searchword"
