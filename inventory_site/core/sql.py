"""Small SQL expressions that both databases know."""

from django.db.models import Func, TextField


class Joined(Func):
    """Texts one after the other; flat, since SQLite's parser does not nest Django's Concat deep.

    A null makes the whole null: wrap columns in Coalesce.
    """

    output_field = TextField()
    template = "(%(expressions)s)"
    arg_joiner = " || "
