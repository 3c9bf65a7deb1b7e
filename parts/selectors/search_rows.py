"""What the search reads of parts: the words of each, spelt alike (contract 5.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from parts.models import PartSearchRow, PartSeller, StockDocument, StockPart
from parts.selectors.search_text import FIELDS, normalised, rank_of


def rows_of(parts: QuerySet[StockPart]) -> list[PartSearchRow]:
    """Return the search rows of parts, not saved; three queries."""
    found = list(parts.select_related("type"))
    pks = [part.pk for part in found]
    sellers, documents = _sellers(pks), _documents(pks)
    return [_row(part, sellers[part.pk], documents[part.pk]) for part in found]


def _row(part: StockPart, sellers: list[str], documents: list[str]) -> PartSearchRow:
    texts = {
        "code": [part.manufacturer_code],
        "tags": part.tags,
        "type": [part.type.name if part.type else None],
        "description": [part.description],
        "manufacturer": [part.manufacturer],
        "sellers": sellers,
        "documents": documents,
    }
    columns = {name: _spaced(values) for name, values in texts.items()}
    return PartSearchRow(
        rank=rank_of(part.id4, in_stock=part.total_quantity > 0),
        part=part,
        id4=part.id4,
        haystack="\n".join(columns[name] for name in FIELDS),
        **columns,
    )


def _spaced(values: Iterable[str | None]) -> str:
    words = " ".join(normalised(value) for value in values if value).split()
    return f" {' '.join(words)} " if words else ""


def _sellers(pks: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = PartSeller.objects.filter(part__in=pks).values_list("part_id", "seller__name")
    for pk, name in rows:
        found[pk].append(name)
    return found


def _documents(pks: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = StockDocument.objects.filter(part__in=pks)
    for pk, filename, title in rows.values_list("part_id", "original_filename", "title"):
        found[pk] += [text for text in (filename, title) if text]
    return found
