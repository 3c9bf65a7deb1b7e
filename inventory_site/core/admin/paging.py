"""A paginator whose count stays cheap on large tables."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

COUNT_LIMIT = 100_000


class BoundedPaginator(Paginator):
    """Counts up to a limit; beyond it the list says `100,000+` and its pages end there."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        if not isinstance(rows, QuerySet):
            return len(rows)
        return int(rows.order_by()[: COUNT_LIMIT + 1].count())

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._counted, COUNT_LIMIT)

    @property
    def has_more(self) -> bool:
        """Whether there are rows beyond the limit."""
        return self._counted > COUNT_LIMIT
