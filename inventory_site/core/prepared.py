"""Questions that are asked at every call, compiled once.

Django writes a queryset's SQL anew each time, which takes longer than the database takes to find a
row by its key. A `Prepared` queryset keeps the SQL and puts the values into it. PostgreSQL takes as
long again to plan it, and keeps the plan.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from copy import copy
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField, Expression, Field, QuerySet

Row = TypeVar("Row")
UNFOLDED = {  # one value, however many keys are in it
    "postgresql": "SELECT unnest(%s::bigint[])",
    "sqlite": "SELECT value FROM json_each(%s)",
}


def plans_kept(connection: Any) -> AbstractContextManager[None]:
    """Have the database keep its plans of what is asked meanwhile, where it can."""
    return connection.plans_kept() if connection.vendor == "postgresql" else nullcontext()


def keeping_cursor(connection: Any) -> Any:
    """Open a cursor whose statements' plans the database keeps, where it can."""
    return connection.keeping_cursor() if connection.vendor == "postgresql" else connection.cursor()


class Later(Expression):
    """The place of a value that is given with the question: the value's number and its field."""

    def __init__(self, number: int, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Stand for the value among the parameters."""
        return "%s", [self]

    def bound(self, values: tuple[Any, ...], connection: Any) -> Any:
        """Return the value as the database takes it."""
        return self.output_field.get_db_prep_value(values[self.number], connection, prepared=False)


class Keys(Later):
    """The place of a list of keys, for `pk__in` and the like."""

    def __init__(self, number: int) -> None:
        super().__init__(number, BigIntegerField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """Unfold one value into rows, so that the text is the same however many there are."""
        return f"({UNFOLDED[connection.vendor]})", [self]

    def bound(self, values: tuple[Any, ...], connection: Any) -> Any:
        """Return the keys as the database takes them."""
        keys = list(values[self.number])
        return keys if connection.vendor == "postgresql" else json.dumps(keys)


class Prepared(Generic[Row]):
    """A queryset of models or of `values_list`, built by a function that puts `Later` for values.

    Make one per question, in a module; it is compiled when it is first asked.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build = build
        self._kept: dict[str, tuple[QuerySet[Any, Row], Any, str, tuple[Any, ...]]] = {}

    def all(self, *values: Any, using: str = DEFAULT_DB_ALIAS) -> list[Row]:
        """Return the rows for these values."""
        rows, kept, sql, places = self._compiled(using)
        compiler = copy(kept)
        compiler.connection = connections[using]
        bound = tuple(
            place.bound(values, compiler.connection) if isinstance(place, Later) else place
            for place in places
        )
        compiler.as_sql = lambda: (sql, bound)
        source: Any = SimpleNamespace(
            db=using,
            model=rows.model,
            query=SimpleNamespace(get_compiler=lambda using: compiler),
            _known_related_objects={},
        )
        make: Any = rows._iterable_class
        with plans_kept(compiler.connection):
            return list(make(source))

    def first(self, *values: Any, using: str = DEFAULT_DB_ALIAS) -> Row | None:
        """Return the first row for these values, if there is one."""
        return next(iter(self.all(*values, using=using)), None)

    def _compiled(self, using: str) -> tuple[QuerySet[Any, Row], Any, str, tuple[Any, ...]]:
        if using not in self._kept:
            rows = self._build()
            compiler = rows.query.get_compiler(using)
            sql, places = compiler.as_sql()
            self._kept[using] = rows, compiler, sql, tuple(places)
        return self._kept[using]
