"""Letters beyond ASCII without regard to case on SQLite, whose LIKE folds A to Z only.

The text that is looked for says which letters matter, so each of them is made small in the column
before the comparison, or all by a function of our backend where they are many: SQLite's parser ends
at some thirty calls within each other. A text of ASCII alone costs nothing. PostgreSQL folds by
itself, but for the sigma that ends a Greek word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, Model, Q, QuerySet, lookups
from django.db.models.functions import Lower

from inventory_site.core.sqlite3.folding import FOLD, folded, in_one_case, other_forms

MOST_NAMED = 12
LONGEST = 12_000  # letters of a pattern, of four bytes at most; SQLite takes 50,000 bytes
NOT_ASCII = "[^ -~]"
SIGMA = re.compile("[Σσς]")
ANY_SIGMA, ONE_SIGMA = "[σς]", "REPLACE({}, 'ς', 'σ')"  # noqa: RUF001  Greek
Row = TypeVar("Row", bound=Model)
Letters = dict[str, str]


def letters_to_fold(text: str) -> Letters:
    """Return the other forms of the letters of `text` beyond ASCII, each with its folded form."""
    found: Letters = {}
    for letter in () if text.isascii() else dict.fromkeys(text):
        small = letter.casefold()
        if letter.isascii() or not letter.isalpha() or len(small) != 1:
            continue
        for form in other_forms().get(small, ()):
            found[form] = small
    return found


def folded_text(text: str, letters: Letters) -> str:
    """Write those letters in their folded form."""
    if len(letters) > MOST_NAMED:
        return str(folded(text))
    return text.translate({ord(form): small for form, small in letters.items()})


def folded_sql(column: str, letters: Letters) -> str:
    """Return the column's SQL with those letters folded; they are letters, so no quotes."""
    if len(letters) > MOST_NAMED:
        return f"{FOLD}({column})"
    for form, small in letters.items():
        column = f"REPLACE({column}, '{form}', '{small}')"
    return column


def in_any_case(rows: QuerySet[Row], field: str, texts: Iterable[str]) -> QuerySet[Row]:
    """Return the rows whose field is one of many texts, in any case.

    SQLite folds ASCII letters only, so fields with others are read and compared here.
    """
    wanted = {in_one_case(text) for text in texts}
    same = Q(field_in_lower_case__in=wanted)
    if not all(text.isascii() for text in wanted):
        others = rows.filter(**{f"{field}__regex": NOT_ASCII}).values_list("pk", field)
        same |= Q(pk__in=[pk for pk, text in others if in_one_case(text) in wanted])
    return cast("QuerySet[Row]", rows.annotate(field_in_lower_case=Lower(field)).filter(same))


class Folding(lookups.BuiltinLookup):
    """A lookup without regard to case that keeps its word for all letters on SQLite."""

    def process_lhs(self, compiler: Any, connection: Any, lhs: Any = None) -> Any:
        """Fold the column."""
        sql, params = super().process_lhs(compiler, connection, lhs)
        return folded_sql(sql, self._letters(connection)), params

    def process_rhs(self, compiler: Any, connection: Any) -> Any:
        """Fold the text; SQLite takes no longer patterns, and nothing holds such a text."""
        sql, params = super().process_rhs(compiler, connection)
        if connection.vendor == "sqlite" and any(len(str(one)) > LONGEST for one in params):
            raise EmptyResultSet
        letters = self._letters(connection)
        return sql, [folded_text(str(one), letters) for one in params] if letters else params

    def _letters(self, connection: Any) -> Letters:
        is_plain = connection.vendor == "sqlite" and isinstance(self.rhs, str)
        return letters_to_fold(self.rhs) if is_plain and not self.rhs.isascii() else {}


class FoldingContains(Folding, lookups.IContains):
    """`icontains`."""


class FoldingStart(Folding, lookups.IStartsWith):
    """`istartswith`."""


class FoldingEnd(Folding, lookups.IEndsWith):
    """`iendswith`."""


class FoldingExact(Folding, lookups.IExact):
    """`iexact`."""


def register() -> None:
    """Put these in the place of Django's own, for every field."""
    for lookup in (FoldingContains, FoldingStart, FoldingEnd, FoldingExact):
        Field.register_lookup(lookup)
