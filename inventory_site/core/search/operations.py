"""The migration operation that puts a trigram index on a search column."""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import truncate_name
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from django.db.models import Model

from inventory_site.core.search import sqlite

LONGEST_NAME = 63


class TrigramIndex(Operation):
    """Make searching `column` of `model_name` fast; follows the operation that adds the column.

    PostgreSQL gets the extension pg_trgm and a GIN index, SQLite an FTS5 table kept by triggers,
    which needs a primary key that is a number. Reversible; the extension stays.
    """

    reversible = True
    category = OperationCategory.ADDITION

    def __init__(self, model_name: str, column: str = "search_text") -> None:
        self.model_name = model_name
        self.column = column

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: the index is no part of the model."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the index."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            create_index(schema_editor, model, self.column)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Remove the index."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            drop_index(schema_editor, model, self.column)

    def describe(self) -> str:
        """What `migrate` prints."""
        return f"Index {self.column} of {self.model_name} by trigrams"

    @property
    def migration_name_fragment(self) -> str:
        """Part of an automatic file name."""
        return f"{self.model_name.lower()}_{self.column}_trigrams"


def create_index(editor: BaseDatabaseSchemaEditor, model: type[Model], column: str) -> None:
    """Make the index on the table of a model."""
    quote = editor.connection.ops.quote_name
    table = model._meta.db_table
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        editor.execute(
            f"CREATE INDEX {quote(index_name(table, column))} ON {quote(table)} "
            f"USING gin ({quote(column)} gin_trgm_ops)"
        )
        return
    for statement in sqlite.create(quote, table, _key_of(model), column):
        editor.execute(statement, params=None)


def drop_index(editor: BaseDatabaseSchemaEditor, model: type[Model], column: str) -> None:
    """Remove the index from the table of a model."""
    quote = editor.connection.ops.quote_name
    table = model._meta.db_table
    if editor.connection.vendor == "postgresql":
        editor.execute(f"DROP INDEX IF EXISTS {quote(index_name(table, column))}")
        return
    for statement in sqlite.drop(quote, table, column):
        editor.execute(statement, params=None)


def index_name(table: str, column: str) -> str:
    """Name of the GIN index, as short as PostgreSQL wants it."""
    return truncate_name(f"{table}_{column}_trgm", LONGEST_NAME)


def _key_of(model: type[Model]) -> str:
    key: Any = model._meta.pk
    if not key.get_internal_type().endswith(("AutoField", "IntegerField")):
        raise ValueError(
            f"{model._meta.label}: a trigram index needs a primary key that is a number"
        )
    return str(key.column)
