"""The search kit: one column of searchable text per model, an index over it, and the global search.

A model declares `search_text = search_text_field("circuit_id", "cable_system")`, its migration ends
with `TrigramIndex("networkroute", "search_text")`, and its selectors call `matching` or `ranked`,
or `holding` for phrases in single columns.
"""

from inventory_site.core.search.columns import (
    Asked,
    Condition,
    Wanted,
    all_of,
    as_filter,
    asked_first,
    holding,
    in_one,
    in_text,
)
from inventory_site.core.search.everywhere import find_everywhere
from inventory_site.core.search.fields import search_text_field
from inventory_site.core.search.folding import in_any_case
from inventory_site.core.search.matching import matching, ranked
from inventory_site.core.search.operations import TrigramIndex
from inventory_site.core.sqlite3.folding import in_one_case

__all__ = [
    "Asked",
    "Condition",
    "TrigramIndex",
    "Wanted",
    "all_of",
    "as_filter",
    "asked_first",
    "find_everywhere",
    "holding",
    "in_any_case",
    "in_one",
    "in_one_case",
    "in_text",
    "matching",
    "ranked",
    "search_text_field",
]
