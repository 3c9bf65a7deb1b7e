"""Small SQL expressions that both databases know."""

from typing import Any

from django.db.models import Func, TextField


class Joined(Func):
    """Texts one after the other; flat, since SQLite's parser does not nest Django's Concat deep.

    A null makes the whole null: wrap columns in Coalesce.
    """

    output_field = TextField()
    template = "(%(expressions)s)"
    arg_joiner = " || "


class InBytes(Func):
    """A text to order by its bytes, whatever the locale of the database; SQLite does by itself."""

    output_field = TextField()
    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(
            compiler, connection, template='%(expressions)s COLLATE "C"', **context
        )
