"""The search kit: one column of searchable text per model, an index over it, and the global search.

A model declares `search_text = search_text_field("circuit_id", "cable_system")`, its migration ends
with `TrigramIndex("networkroute", "search_text")`, and its selectors call `matching`, `containing`
or `ranked`.
"""

from inventory_site.core.search.everywhere import find_everywhere
from inventory_site.core.search.fields import search_text_field
from inventory_site.core.search.matching import containing, containing_all, matching, ranked
from inventory_site.core.search.operations import TrigramIndex

__all__ = [
    "TrigramIndex",
    "containing",
    "containing_all",
    "find_everywhere",
    "matching",
    "ranked",
    "search_text_field",
]
