"""Archived parts by a text, for lists that ask for them: the search knows live parts only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db.models.expressions import RawSQL

from parts.models import StockPart
from parts.selectors.search_rows import rows_of
from parts.selectors.search_terms import Term, is_close, tokens_of
from parts.selectors.stock_search import points_of
from parts.selectors.tagged import keys

CHUNK = 1000
Texts = tuple[int, str, list[str]]


def matching_archived(text: str) -> RawSQL | list[int]:
    """Return what `pk__in` takes to keep the archived parts that match as in the search.

    Every archived part is read; they are few, and no index is kept of them.
    """
    tokens = tokens_of(text)
    if not tokens:
        return []
    rows = list(_archived())
    terms = [_term(token, rows) for token in dict.fromkeys(tokens)]
    return keys(
        pk for pk, id4, texts in rows if all(points_of(id4, texts, term)[0] for term in terms)
    )


def _archived() -> Iterator[Texts]:
    archived = StockPart.objects.filter(archived_at__isnull=False)
    pks = list(archived.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        for row in rows_of(archived.filter(pk__in=pks[start : start + CHUNK])):
            yield row.part_id, row.id4, row.haystack.split("\n")


def _term(token: str, rows: Sequence[Texts]) -> Term:
    """The token, with the words that it may mean where no archived part holds it."""
    term = Term(token)
    if any(points_of(id4, texts, term)[0] for _, id4, texts in rows):
        return term
    words = {word for _, _, texts in rows for field in texts for word in field.split()}
    return Term(token, tuple(sorted(word for word in words if is_close(token, word))))
