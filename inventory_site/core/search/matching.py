"""Finding rows by text, with the same answers on both databases.

Blanks part a text into terms; a row matches when it holds every term somewhere in one of its
values. `%`, `_`, quotes and all else stand for themselves. Terms of three characters and more use
the trigram index; shorter ones are looked for in what the longer ones left, or in the whole table.
A text is read to its end or not at all: one that is too long is found nowhere.
"""

import re
from typing import Any, TypeVar

from django.db import connections
from django.db.models import Case, F, IntegerField, Model, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Collate

from inventory_site.core.search.fields import END_OF_VALUE
from inventory_site.core.search.folding import ANY_SIGMA, SIGMA
from inventory_site.core.search.sqlite import TRIGRAM, index_name, quoted

MAX_TERMS = 50
MAX_TEXT = 1000
BYTE_ORDER = {"postgresql": "C", "sqlite": "BINARY"}
COLUMN = "search_text"

Row = TypeVar("Row", bound=Model)


def matching(queryset: QuerySet[Row], text: str, column: str = COLUMN) -> QuerySet[Row]:
    """Narrow to rows that hold every term of `text`; all rows when there is none.

    No row when there are more than 1,000 characters or 50 terms.
    """
    wanted = cleaned(text)
    terms = list(dict.fromkeys(wanted.split()))
    if len(wanted) > MAX_TEXT or len(terms) > MAX_TERMS:
        return queryset.none()
    for group in _groups(terms):
        queryset = _holding(queryset, group, column)
    return queryset


def ranked(
    queryset: QuerySet[Row], text: str, *, limit: int = 20, cap: int = 500, column: str = COLUMN
) -> QuerySet[Row]:
    """Return the `limit` best rows of `matching`, with `match_rank` 0 exact, 1 prefix, 2 inside.

    Rank and order are by the first value of the search column, then by the rest of it. When more
    than `cap` rows match, all exact and up to `cap` prefix matches are ordered among `cap` others.
    """
    wanted = cleaned(text)
    start = fold(wanted, queryset)
    candidates = _keys(matching(queryset, wanted, column), cap + 1)
    if len(candidates) > cap:
        for beginning in (start + END_OF_VALUE, start):
            candidates += _keys(_starting(queryset, beginning, column), cap)
    return _in_order(queryset, candidates, start, column)[:limit]


def cleaned(text: str) -> str:
    """Return the terms of a text with one blank between."""
    plain = "".join(" " if char == "\x00" or _is_surrogate(char) else char for char in text)
    return " ".join(plain.split())


def fold(text: str, queryset: QuerySet[Any]) -> str:
    """Lower a text as the database lowers the column: on SQLite only the letters of ASCII."""
    if connections[queryset.db].vendor == "postgresql":
        return text.lower()
    return "".join(char.lower() if char.isascii() else char for char in text)


def _groups(terms: list[str]) -> list[list[str]]:
    """All long terms as one group, which is one question to the index, then each short one."""
    long = [term for term in terms if len(term) >= TRIGRAM]
    short = [[term] for term in terms if len(term) < TRIGRAM]
    return [long, *short] if long else short


def _holding(queryset: QuerySet[Row], terms: list[str], column: str) -> QuerySet[Row]:
    on_sqlite = connections[queryset.db].vendor == "sqlite"
    if on_sqlite and all(len(term) >= TRIGRAM for term in terms):
        return _indexed(queryset, " AND ".join(quoted(term) for term in terms), column)
    lookup = "icontains" if on_sqlite else "contains"
    for term in terms:
        wanted = fold(term, queryset)
        if not on_sqlite and SIGMA.search(wanted):
            pattern = SIGMA.sub(ANY_SIGMA, re.escape(wanted))
            queryset = queryset.filter(**{f"{column}__regex": pattern})
        else:
            queryset = queryset.filter(**{f"{column}__{lookup}": wanted})
    return queryset


def _starting(queryset: QuerySet[Row], beginning: str, column: str) -> QuerySet[Row]:
    """Rows whose search column begins with a text that is lowered already."""
    if connections[queryset.db].vendor == "sqlite" and len(beginning) >= TRIGRAM:
        return _indexed(queryset, f"^ {quoted(beginning)}", column)
    return queryset.filter(**{f"{column}__{_beginning(queryset)}": beginning})


def _beginning(queryset: QuerySet[Any]) -> str:
    return "istartswith" if connections[queryset.db].vendor == "sqlite" else "startswith"


def _indexed(queryset: QuerySet[Row], question: str, column: str) -> QuerySet[Row]:
    name = connections[queryset.db].ops.quote_name(
        index_name(queryset.model._meta.db_table, column)
    )
    rows = RawSQL(f"SELECT rowid FROM {name} WHERE {name} MATCH %s", [question])  # noqa: S608, S611  a model's name
    return queryset.filter(pk__in=rows)


def _is_surrogate(char: str) -> bool:
    return "\ud800" <= char <= "\udfff"


def _keys(queryset: QuerySet[Any], limit: int) -> list[Any]:
    return list(queryset.order_by().values_list("pk", flat=True)[:limit])


def _in_order(queryset: QuerySet[Row], keys: list[Any], start: str, column: str) -> QuerySet[Row]:
    begins = f"{column}__{_beginning(queryset)}"
    rank = Case(
        When(**{begins: start + END_OF_VALUE}, then=0),
        When(**{begins: start}, then=1),
        default=2,
        output_field=IntegerField(),
    )
    collation = BYTE_ORDER[connections[queryset.db].vendor]
    by_name = Collate(F(column), collation)
    best: QuerySet[Any] = queryset.filter(pk__in=set(keys)).annotate(match_rank=rank)
    return best.order_by("match_rank", by_name, "pk")
