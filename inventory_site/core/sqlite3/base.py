"""The SQLite backend; Django finds it by the name of this package."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from decimal import Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.db.models.expressions import Col

from inventory_site.core.sqlite3.folding import FOLD, folded

MOST_STATEMENTS = 256
MOST_WHOLE = 2**63 - 1
MOST_DIGITS = 400  # of a double with some places


class RememberingCursor(base.SQLiteCursorWrapper):
    """Knows how the statements it was given last are written for SQLite.

    Django looks through each for its places of values, every time. For a search that finds few,
    that is a tenth of the whole.
    """

    def execute(self, query: str, params: Any = None) -> Any:
        """Ask; a whole number that SQLite cannot hold is asked for as a fraction, and not found."""
        try:
            return super().execute(query, params)
        except OverflowError:
            if not (query.startswith("SELECT") and isinstance(params, (list, tuple))):
                raise
            return super().execute(query, [_as_held(value) for value in params])

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        if param_names is None:
            return _with_question_marks(query)
        return str(super().convert_query(query, param_names=param_names))


class Operations(operations.DatabaseOperations):
    """Keeps and reads whole numbers with every digit."""

    def adapt_decimalfield_value(
        self, value: Any, max_digits: int | None = None, decimal_places: int | None = None
    ) -> Any:
        """Write a whole number that takes more than 63 bits as its digits, in a BLOB.

        SQLite would keep 15 of them. A BLOB it leaves as it is, and counts as more than any number;
        zeros in front put such among themselves in order.
        """
        is_whole = decimal_places == 0 and isinstance(value, Decimal) and value.is_finite()
        if not is_whole or value <= MOST_WHOLE:
            return super().adapt_decimalfield_value(value, max_digits, decimal_places)
        return f"{value:f}".zfill(max_digits or 0).encode()

    def get_decimalfield_converter(self, expression: Any) -> Any:
        """Read whole numbers with every digit, and an amount though it has grown by one.

        Of fractions SQLite keeps 15 digits, and rounds. Django reads whole numbers like them, and
        refuses what grew, and with it every list that its row is in.
        """
        convert = super().get_decimalfield_converter(expression)
        is_column = isinstance(expression, Col)
        places = getattr(expression.output_field, "decimal_places", 0) if is_column else None

        def read(value: Any, expression: Any, connection: Any) -> Decimal | None:
            if isinstance(value, bytes):
                return Decimal(value.decode())
            if not isinstance(value, int):
                with suppress(InvalidOperation):
                    return convert(value, expression, connection)
            whole = Decimal(value)
            if places is None:
                return whole
            return whole.quantize(Decimal(1).scaleb(-places), context=Context(prec=MOST_DIGITS))

        return read


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, with those."""

    ops_class = Operations

    def get_new_connection(self, conn_params: Any) -> Any:
        """Open a connection that knows our functions."""
        line = super().get_new_connection(conn_params)
        line.create_function(FOLD, 1, folded, deterministic=True)
        return line

    def create_cursor(self, name: str | None = None) -> Any:
        """Open a cursor."""
        return self.connection.cursor(factory=RememberingCursor)


def _as_held(value: Any) -> Any:
    is_too_large = isinstance(value, int) and not -(2**63) <= value < 2**63
    return float(f"{value:.0e}") if is_too_large else value


@lru_cache(MOST_STATEMENTS)
def _with_question_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
