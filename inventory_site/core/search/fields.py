"""The generated column that searches look into."""

from django.db.models import F, GeneratedField, TextField, Value
from django.db.models.functions import Cast, Coalesce, Lower

from inventory_site.core.sql import Joined

END_OF_VALUE = "\n"


def search_text_field(*columns: str) -> GeneratedField:
    """Return a stored column: the named columns in lower case, each ended by a line feed.

    Put the name that people look for first: `ranked` orders by it. Columns may be null. ASCII
    letters are folded alike on both databases; beyond ASCII, PostgreSQL folds by the locale of the
    database (use a UTF-8 one), SQLite keeps the letter and its index folds when it is asked.
    """
    nothing = Value("", output_field=TextField())
    end = Value(END_OF_VALUE, output_field=TextField())
    parts = []
    for column in columns:
        parts += [Coalesce(Cast(F(column), TextField()), nothing), end]
    return GeneratedField(
        expression=Lower(Joined(*parts)),
        output_field=TextField(),
        db_persist=True,
        editable=False,
    )
