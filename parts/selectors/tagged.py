"""Parts by a tag, and by keys of which there may be very many."""

from __future__ import annotations

import json
from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from inventory_site.core.prepared import UNFOLDED
from inventory_site.core.search import as_filter
from parts.models import StockPart

ONE_OF = {
    "sqlite": "SELECT value FROM json_each(parts_stockpart.tags) WHERE LOWER(value) = %s",
    "postgresql": (
        "SELECT tag FROM jsonb_array_elements_text(parts_stockpart.tags) AS tag "
        "WHERE LOWER(tag) = %s"
    ),
}
LONGEST_TAG = 50  # contract 3


def with_tag(rows: QuerySet[StockPart], tag: str) -> QuerySet[StockPart]:
    """Narrow to parts with a tag in any letter case.

    Printable ASCII is the database's business: both write it into JSON in the same way, quotes and
    backslashes escaped. Letters beyond it are folded in Python.
    """
    if len(tag) > LONGEST_TAG:
        return rows.none()
    if tag.isascii() and tag.isprintable():
        near = rows.filter(tags__icontains=json.dumps(tag)[1:-1])
        same = f"EXISTS ({ONE_OF[connection.vendor]})"
        return near.filter(as_filter((same, [tag.lower()])))
    pairs = rows.values_list("pk", "tags")
    wanted = tag.lower()
    found = [pk for pk, tags in pairs if wanted in {known.lower() for known in tags}]
    return rows.filter(pk__in=keys(found))


def keys(pks: Iterable[int]) -> RawSQL:
    """Return what `pk__in` takes for any number of keys: one value, however many there are."""
    listed = list(pks)
    value = listed if connection.vendor == "postgresql" else json.dumps(listed)
    return RawSQL(UNFOLDED[connection.vendor], [value])  # noqa: S611  of our own
