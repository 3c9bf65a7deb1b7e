"""Phrases looked for in single columns, as one condition of plain SQL.

A search that finds few of many rows spends most of its time in building its query, and in the
index's reading of letters that most rows have. So the condition is one piece of text, and the index
is asked for the rarest letters only; the columns are then read of the few rows that have them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db import connections
from django.db.models import BooleanField, GeneratedField, Model
from django.db.models.expressions import RawSQL

from inventory_site.core.search.folding import (
    ONE_SIGMA,
    SIGMA,
    folded_sql,
    folded_text,
    letters_to_fold,
)
from inventory_site.core.search.rarity import rarest
from inventory_site.core.search.sqlite import index_name, quoted

MAX_PHRASE = 64
ESCAPED = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
CONDITIONS = {"postgresql": "LOWER({}) LIKE LOWER(%s)", "sqlite": r"{} LIKE %s ESCAPE '\'"}
OF_ASCII = {"postgresql": "LOWER({}) LIKE %s", "sqlite": "INSTR(LOWER({}), %s) > 0"}  # lowered ones
Condition = tuple[str, list[str]]


class Wanted(NamedTuple):
    """A phrase that one of the columns holds, whatever the case of its letters."""

    columns: tuple[str, ...]
    phrase: str


def as_filter(condition: Condition) -> RawSQL:
    """Return a condition as a queryset's `filter` takes it."""
    sql, values = condition
    return RawSQL(sql, values, output_field=BooleanField())  # noqa: S611  names of models


def all_of(conditions: Sequence[Condition]) -> Condition:
    """Join conditions; of none comes what holds for every row."""
    values = [value for _, more in conditions for value in more]
    return " AND ".join(sql for sql, _ in conditions if sql) or "TRUE", values


@dataclass(frozen=True, slots=True)
class Asked:
    """What SQLite's index of a table is asked before anything else is read."""

    index: str
    table: str
    question: str

    def as_condition(self) -> Condition:
        """Return it as a condition of the table's rows."""
        return (
            f"{self.table}.rowid IN (SELECT rowid FROM {self.index} WHERE {self.index} MATCH %s)",  # noqa: S608  names of models
            [self.question],
        )


def holding(
    model: type[Model], wanted: Sequence[Wanted], using: str, column: str = "search_text"
) -> Condition:
    """Return the condition that each phrase is in one of its columns.

    `column` holds the text of all of them; its trigram index narrows the rows.
    """
    return in_one(*asked_first(model, wanted, using, column))


def in_one(asked: Asked | None, condition: Condition) -> Condition:
    """Put what the index is asked before a condition."""
    return all_of([asked.as_condition(), condition]) if asked else condition


def asked_first(
    model: type[Model], wanted: Sequence[Wanted], using: str, column: str = "search_text"
) -> tuple[Asked | None, Condition]:
    """Return what `holding` does, in two where the database is SQLite: the index's part apart.

    A statement that begins with the index reads each row once, one with a condition twice.
    """
    vendor = connections[using].vendor
    place = _place(model, column, vendor)
    phrases = [one.phrase[:MAX_PHRASE] for one in wanted]
    if vendor == "postgresql" and not all(map(str.isascii, phrases)):  # its index has each sigma
        phrases = [piece for phrase in phrases for piece in SIGMA.split(phrase)]
    trigrams = rarest(model, phrases, using, column)
    by_reading = sorted(wanted, key=lambda one: any(letters in one.phrase for letters in trigrams))
    conditions = [_in_columns(place.table, one, vendor) for one in by_reading]
    if place.index and trigrams:
        question = " AND ".join(map(quoted, trigrams))
        return Asked(place.index, place.table, question), all_of(conditions)
    narrowing = [_by_trigram(place.column, trigram, place.is_lower) for trigram in trigrams]
    return None, all_of([*narrowing, *conditions])


@dataclass(frozen=True, slots=True)
class _Place:
    """A column of searchable text as SQL names it; `index` where the database is SQLite."""

    table: str
    column: str
    index: str
    is_lower: bool


@lru_cache
def _place(model: type[Model], column: str, vendor: str) -> _Place:
    """Return the names, which are asked for at every search."""
    table = model._meta.db_table
    return _Place(
        table=f'"{table}"',
        column=f'"{table}"."{column}"',
        index=f'"{index_name(table, column)}"' if vendor == "sqlite" else "",
        is_lower=isinstance(model._meta.get_field(column), GeneratedField),
    )


def _in_columns(table: str, wanted: Wanted, vendor: str) -> Condition:
    """Return the condition of one phrase, without an index."""
    if wanted.phrase.isascii():
        text = wanted.phrase.lower()
        value = text if vendor == "sqlite" else f"%{text.translate(ESCAPED)}%"
        return _ascii_in(table, wanted.columns, vendor), [value] * len(wanted.columns)
    parts = [in_text(f'{table}."{name}"', wanted.phrase, vendor) for name in wanted.columns]
    return f"({' OR '.join(sql for sql, _ in parts)})", [text for _, (text,) in parts]


@lru_cache
def _ascii_in(table: str, columns: tuple[str, ...], vendor: str) -> str:
    """Return the SQL for a text of ASCII letters, the same for every such text.

    SQLite's INSTR takes a third of the time of its LIKE, and folds the same letters after LOWER.
    """
    each = (OF_ASCII[vendor].format(f'{table}."{name}"') for name in columns)
    return f"({' OR '.join(each)})"


def in_text(expression: str, phrase: str, vendor: str) -> Condition:
    """Return the condition that the phrase is in an expression's text, whatever the case."""
    letters = letters_to_fold(phrase) if vendor == "sqlite" else {}
    pattern = phrase.translate(ESCAPED)
    if vendor == "postgresql" and SIGMA.search(phrase):
        lowered = ONE_SIGMA.format("LOWER({})")
        return f"{lowered.format(expression)} LIKE {lowered.format('%s')}", [f"%{pattern}%"]
    if letters:
        pattern, expression = folded_text(pattern, letters), folded_sql(expression, letters)
    return CONDITIONS[vendor].format(expression), [f"%{pattern}%"]


def _by_trigram(name: str, trigram: str, is_lower: bool) -> Condition:
    """Ask PostgreSQL's index of a column for three letters.

    A pattern of LIKE that begins with a blank also asks for all words that begin like the second
    letter, which are many; a regular expression does not. A column that is in lower case already is
    read as it is, which takes a tenth of the time.
    """
    like, match = ("LIKE", "~") if is_lower else ("ILIKE", "~*")
    letters, folded = trigram.lower(), "%s"
    if not trigram.isascii():  # which the database alone knows how to fold as the column is
        letters, folded = trigram, "LOWER(%s)" if is_lower else "%s"
    if letters[0] == " ":
        return f"{name} {match} {folded}", [re.escape(letters)]
    return f"{name} {like} {folded}", [f"%{letters.translate(ESCAPED)}%"]
