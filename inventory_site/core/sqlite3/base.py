"""The SQLite backend; Django finds it by the name of this package."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base

MOST_STATEMENTS = 256


class RememberingCursor(base.SQLiteCursorWrapper):
    """Knows how the statements it was given last are written for SQLite.

    Django looks through each for its places of values, every time. For a search that finds few,
    that is a tenth of the whole.
    """

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None:
            return _with_question_marks(query)
        return str(super().convert_query(query, param_names=param_names))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with that cursor."""

    def create_cursor(self, name: str | None = None) -> Any:
        """Open a cursor."""
        return self.connection.cursor(factory=RememberingCursor)


@lru_cache(MOST_STATEMENTS)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
