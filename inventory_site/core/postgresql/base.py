"""The PostgreSQL backend; Django finds it by the name of this package."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg.pq import TransactionStatus


class KeepingCursor(base.ServerBindingCursor):
    """Has the server keep the plan of each statement, and sends it the values only."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        given = {**options, "prepare": True}
        return super().execute(query, params, **given)  # type: ignore[misc]  # psycopg has it


class Operations(operations.DatabaseOperations):
    """Tells those statements to who watches, too."""

    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        if isinstance(cursor, KeepingCursor):
            return self.compose_sql(sql, params)
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Saves most calls a question and the planning of what is asked at each of them."""

    ops_class = Operations

    @contextmanager
    def plans_kept(self) -> Iterator[None]:
        """Keep the plans of what is asked meanwhile.

        For statements of which there are few and whose plan is the same for all values. The values
        travel apart from the text, which has to tell their types.
        """
        self.ensure_connection()
        line = self.connection
        usual, line.cursor_factory = line.cursor_factory, KeepingCursor
        try:
            yield
        finally:
            line.cursor_factory = usual

    def keeping_cursor(self) -> Any:
        """Open a cursor that has the server keep its plans, for what reads texts and numbers."""
        self.close_if_health_check_failed()
        self.ensure_connection()
        cursor = KeepingCursor(self.connection)  # type: ignore[call-arg]  # psycopg's takes it
        return self._prepare_cursor(cursor)  # type: ignore[attr-defined]  # Django has it

    def is_usable(self) -> bool:
        """Whether the line still stands: one that the server ended has something to be read.

        Nothing is asked then, so a quiet line costs no question at each call.
        """
        if self.connection is None or self.connection.closed:
            return False
        line = select.poll()
        line.register(self.connection.fileno(), select.POLLIN)
        is_idle = self.connection.info.transaction_status == TransactionStatus.IDLE
        return True if is_idle and not line.poll(0) else super().is_usable()
